"""Whether what a policy grants lets somebody do something: pure, and the only place that knows what a grant means.

One grant is enough, and what none allows is denied. No action stands for another. A path that some grant for the ref names is
changed only under a grant that names it, every other path only under one without `paths`. Outside its times a grant gives
nothing, but the paths that it names stay named: time takes rights away, and opens nothing.
"""

from __future__ import annotations

from bisect import bisect_left

from gitward.grantindex import table_of
from gitward.record import maker, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.grantindex import Table
    from gitward.model import Grant, RefUpdate
    from gitward.model.access import Action

BY_PATH: frozenset[Action] = frozenset(("create", "update", "force"))
"""The actions that are about files too: beside the others, `paths` give nothing."""
_TAGS = "refs/tags/"
_KEPT = 1_000  # answers to who could


@record
class Verdict:
    """What the grants say. `grant` is the line that decided, None where none is about it.

    Where it is allowed that is the first that allows it (of several paths, the first in the order of bytes); else the one that
    names `path`, the first of the `refused` paths, or None. `could` are the `who` of all grants that would allow it, or that
    path, in the order of the policy: of those that are valid now.
    """

    allowed: bool
    grant: Grant | None = None
    path: bytes | None = None
    refused: int = 0
    could: tuple[str, ...] = ()


_verdict = maker(Verdict)


def decide(
    grants: tuple[Grant, ...], names: frozenset[str], action: Action, ref: str, paths: frozenset[bytes] | None, now: int
) -> Verdict:
    """Whether somebody may do this to a ref. For `read` see `may_read`.

    `names` are a principal's own and those of its roles, none for who is not known. `paths` are all that the update changes;
    with none, or None where nobody has asked for them, a grant for the ref is enough. `now` is in seconds since 1970.
    """
    table = table_of(grants)
    lists = table.lists(ref)
    own = _giving(grants, table.own(lists, names), action, now)
    if not paths or action not in BY_PATH:
        if own:
            return _verdict(allowed=True, grant=grants[own[0]])
        return _verdict(allowed=False, could=_could(table, lists, None, action, now))
    plain = next((number for number in own if not grants[number].paths), None)
    mine = {table.group[number]: number for number in reversed(own)}  # of each group the first that is theirs
    refused: dict[bytes, list[int]] = {}
    deciding = None
    first = min(paths)
    for path in paths:
        groups = table.naming(lists, path)
        able = min((mine[group] for group in groups if group in mine), default=None) if groups else plain
        if able is None:
            refused[path] = groups
        elif path == first:
            deciding = grants[able]
    if not refused:
        return _verdict(allowed=True, grant=deciding)
    path = min(refused)
    line = min((table.members[group][0] for group in refused[path]), default=None)
    return _verdict(
        allowed=False, grant=None if line is None else grants[line], path=path, refused=len(refused),
        could=_could(table, lists, refused[path], action, now),
    )  # fmt: skip


def _could(table: Table, lists: tuple[int, ...], groups: list[int] | None, action: Action, now: int) -> tuple[str, ...]:
    """The `who` of all grants that would allow it, in the order of the policy; kept, because it is the same for many refs.

    `groups` are those that name the path, none of them for any other path, None where no path is asked about. Of grants with
    times only their numbers are kept: they are asked at each moment.
    """
    grants = table.grants
    key = (lists, None if groups is None else tuple(groups), action)
    found = table.could.get(key)
    if found is None:
        if len(table.could) >= _KEPT:
            table.could.clear()
        of = [number for group in groups for number in table.members[group]] if groups else table.all(lists)
        able = [number for number in sorted(of) if _gives(grants[number], action) and not (groups == [] and grants[number].paths)]
        is_timeless = all(grants[number].valid_after is grants[number].valid_before is None for number in able)
        found = table.could[key] = _whose(grants, able) if is_timeless else able
    return found if isinstance(found, tuple) else _whose(grants, [number for number in found if is_valid(grants[number], now)])


def action_of(update: RefUpdate) -> Action:
    """What a ref update is: a tag that moves is forced, whatever its history."""
    is_tag = update.ref.startswith(_TAGS)
    if update.ancestry == "create":
        return "tag" if is_tag else "create"
    if update.ancestry == "delete":
        return "delete"
    return "update" if update.ancestry == "ff" and not is_tag else "force"


def names_of(members: tuple[tuple[str, tuple[str, ...]], ...], principal: str) -> frozenset[str]:
    """The name and the roles of a principal; none where `members`, in the order of their names, do not hold it."""
    at = bisect_left(members, (principal, ()))
    if at == len(members) or members[at][0] != principal:
        return frozenset()
    return frozenset((principal, *members[at][1]))


def may_read(grants: tuple[Grant, ...], names: frozenset[str], now: int) -> Verdict:
    """Whether somebody may read: a grant of `read` is for the whole repository, whatever its refs."""
    reading = _giving(grants, range(len(grants)), "read", now)
    line = next((grants[number] for number in reading if not names.isdisjoint(grants[number].who)), None)
    return _verdict(allowed=line is not None, grant=line, could=() if line else _whose(grants, reading))


def is_valid(grant: Grant, now: int) -> bool:
    """Whether a grant gives anything at this moment."""
    has_begun = grant.valid_after is None or now >= grant.valid_after
    return has_begun and (grant.valid_before is None or now < grant.valid_before)


def protecting(grants: tuple[Grant, ...], ref: str) -> frozenset[int]:
    """The grants, by their number from 0, that name paths for this ref; whoever's, and whatever their times."""
    table = table_of(grants)
    return frozenset(number for number in table.all(table.lists(ref)) if grants[number].paths)


def _giving(grants: tuple[Grant, ...], numbers: Iterable[int], action: Action, now: int) -> list[int]:
    """Those of the grants with these numbers that give this action now."""
    return [number for number in numbers if _gives(grant := grants[number], action) and is_valid(grant, now)]


def _gives(grant: Grant, action: Action) -> bool:
    """Whether a grant gives this action at all."""
    return action in grant.may and (action in BY_PATH or not grant.paths)


def _whose(grants: tuple[Grant, ...], numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for number in numbers for name in grants[number].who))
