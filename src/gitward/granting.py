"""Whether what a policy grants lets somebody do something: pure, and the only place that knows what a grant means.

One grant is enough, and what none allows is denied. No action stands for another. A path that some grant for the ref names is
changed only under a grant that names it, every other path only under one without `paths`. Outside its times a grant gives
nothing, but the paths that it names stay named: time takes rights away, and opens nothing.
"""

from __future__ import annotations

from bisect import bisect_left

from gitward.pathglobs import matches_path
from gitward.patterns import matches_ref
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitward.model import Grant, RefUpdate
    from gitward.model.access import Action

BY_PATH: frozenset[Action] = frozenset(("create", "update", "force"))
"""The actions that are about files too: beside the others, `paths` give nothing."""
_TAGS = "refs/tags/"
_TABLES = 8  # policies whose grants are kept sorted
_TOGETHER = 200, 20_000  # patterns of paths that are matched in one go, and their characters


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


def decide(
    grants: tuple[Grant, ...], names: frozenset[str], action: Action, ref: str, paths: frozenset[bytes] | None, now: int
) -> Verdict:
    """Whether somebody may do this to a ref. For `read` see `may_read`.

    `names` are a principal's own and those of its roles, none for who is not known. `paths` are all that the update changes;
    with none, or None where nobody has asked for them, a grant for the ref is enough. `now` is in seconds since 1970.
    """
    table = _table(grants)
    lists = table.lists(ref)
    own = _giving(table.own(lists, names), action, now)
    if not paths or action not in BY_PATH:
        if own:
            return Verdict(allowed=True, grant=own[0])
        return Verdict(allowed=False, could=_whose(_giving(table.all(lists), action, now)))
    plain = next((grant for grant in own if not grant.paths), None)
    naming = [grant for grant in own if grant.paths]
    refused = [path for path in paths if not _allowing(path, naming, plain, is_named=table.is_named(lists, path))]
    if not refused:
        first = min(paths)
        line = _allowing(first, naming, plain, is_named=table.is_named(lists, first))
        return Verdict(allowed=True, grant=line)
    path = min(refused)
    line = next((each for each in table.all(lists) if each.paths and matches_path(each.paths, path)), None)
    able = [each for each in _giving(table.all(lists), action, now) if _is_about(each, path, is_named=line is not None)]
    return Verdict(allowed=False, grant=line, path=path, refused=len(refused), could=_whose(able))


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
    reading = _giving(grants, "read", now)
    line = next((grant for grant in reading if not names.isdisjoint(grant.who)), None)
    return Verdict(allowed=line is not None, grant=line, could=() if line else _whose(reading))


def is_valid(grant: Grant, now: int) -> bool:
    """Whether a grant gives anything at this moment."""
    has_begun = grant.valid_after is None or now >= grant.valid_after
    return has_begun and (grant.valid_before is None or now < grant.valid_before)


def protecting(grants: tuple[Grant, ...], ref: str) -> frozenset[int]:
    """The grants, by their number from 0, that name paths for this ref; whoever's, and whatever their times."""
    table = _table(grants)
    return frozenset(number for number in table.numbers(table.lists(ref)) if grants[number].paths)


def _giving(grants: Iterable[Grant], action: Action, now: int) -> list[Grant]:
    """Those of the grants that give this action now."""
    return [
        grant
        for grant in grants
        if action in grant.may and is_valid(grant, now) and (action in BY_PATH or not grant.paths)
    ]


def _is_about(grant: Grant, path: bytes, *, is_named: bool) -> bool:
    return (bool(grant.paths) and matches_path(grant.paths, path)) if is_named else not grant.paths


def _allowing(path: bytes, naming: list[Grant], plain: Grant | None, *, is_named: bool) -> Grant | None:
    """The first grant that allows a path: of those that name paths, or the one that names none."""
    return next((grant for grant in naming if matches_path(grant.paths, path)), None) if is_named else plain


def _whose(grants: Iterable[Grant]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for grant in grants for name in grant.who))


class _Table:
    """The grants of a policy, sorted, so that a decision looks only at those that may be about it.

    Grants with the same refs share a list, which is found by the fixed text with which a pattern begins.
    """

    def __init__(self, grants: tuple[Grant, ...]) -> None:
        self.grants = grants
        self._refs: list[tuple[str, ...]] = list(dict.fromkeys(grant.refs for grant in grants))
        self._at: dict[str, list[int]] = {}
        for number, refs in enumerate(self._refs):
            for start in dict.fromkeys(_start(pattern) for pattern in refs if not pattern.startswith("!")):
                self._at.setdefault(start, []).append(number)
        number_of = {refs: number for number, refs in enumerate(self._refs)}
        self._of: list[list[int]] = [[] for _ in self._refs]
        self._whose: dict[tuple[int, str], list[int]] = {}
        for index, grant in enumerate(grants):
            self._of[number_of[grant.refs]].append(index)
            for name in dict.fromkeys(grant.who):
                self._whose.setdefault((number_of[grant.refs], name), []).append(index)
        self._naming = [tuple(_together(grants[index].paths for index in of)) for of in self._of]

    def lists(self, ref: str) -> tuple[int, ...]:
        """The lists of refs that have this one."""
        starts = [ref, *(ref[: end + 1] for end, character in enumerate(ref) if character == "/")]
        found = dict.fromkeys(number for start in starts for number in self._at.get(start, ()))
        return tuple(number for number in found if matches_ref(self._refs[number], ref))

    def own(self, lists: tuple[int, ...], names: frozenset[str]) -> list[Grant]:
        """What is granted for these lists of refs to one of the names, in the order of the policy."""
        return [
            self.grants[index]
            for index in sorted({index for each in lists for name in names for index in self._whose.get((each, name), ())})
        ]

    def numbers(self, lists: tuple[int, ...]) -> list[int]:
        return sorted(index for each in lists for index in self._of[each])

    def all(self, lists: tuple[int, ...]) -> list[Grant]:
        """What is granted for these lists of refs to anybody, in the order of the policy."""
        return [self.grants[index] for index in self.numbers(lists)]

    def is_named(self, lists: tuple[int, ...], path: bytes) -> bool:
        """Whether some grant for these lists of refs names this path."""
        return any(matches_path(patterns, path) for each in lists for patterns in self._naming[each])


def _start(pattern: str) -> str:
    """What every ref that a pattern matches begins with, up to a `/`, or the whole of a pattern without `*`."""
    fixed, star, _ = pattern.partition("*")
    return fixed[: fixed.rfind("/") + 1] if star else fixed


def _together(lists: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Lists of patterns of paths, those that take nothing out joined: what one of the old matches, one of the new does too."""
    most, longest = _TOGETHER
    joined: dict[str, None] = {}
    for patterns in lists:
        if not patterns:
            continue
        if any(pattern.startswith("!") for pattern in patterns):
            yield patterns
            continue
        if joined and (len(joined) + len(patterns) > most or sum(map(len, (*joined, *patterns))) > longest):
            yield tuple(joined)
            joined = {}
        joined |= dict.fromkeys(patterns)
    if joined:
        yield tuple(joined)


_tables: dict[int, _Table] = {}  # a memo by identity: a table keeps its grants, so no others have theirs while it stands


def _table(grants: tuple[Grant, ...]) -> _Table:
    found = _tables.get(id(grants))
    if found is None or found.grants is not grants:
        while len(_tables) >= _TABLES:
            _tables.pop(next(iter(_tables)))
        found = _tables[id(grants)] = _Table(grants)
    return found
