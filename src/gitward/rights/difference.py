"""What changed between two states of a policy: who has got, and who has lost, which right.

Rights are compared, not lines: another group, another order or another line that comes to the same is no difference. Lists of
refs and of paths are taken apart, but for those that take something out with `!`.
"""

from __future__ import annotations

from gitward.record import record
from gitward.rights.listing import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.rights.holders import Rights
    from gitward.rights.listing import Row

    Right = tuple[str, str, tuple[str, ...], tuple[str, ...]]  # principal, action, refs, paths


@record
class Change:
    """One right that somebody has got or lost; `row` is a line by which they have, or had, it."""

    gained: bool
    principal: str
    action: str
    refs: tuple[str, ...]
    paths: tuple[str, ...]
    row: Row


@record
class Difference:
    """`principals` and `roles` are (gained, name) and (gained, principal, role); `source` is the former policy's.

    `services` are (whether it is one now, name) of principals who are in both, and were of the other kind.
    """

    source: str
    digest: str
    changes: tuple[Change, ...]
    principals: tuple[tuple[bool, str], ...] = ()
    roles: tuple[tuple[bool, str, str], ...] = ()
    services: tuple[tuple[bool, str], ...] = ()

    @property
    def is_none(self) -> bool:
        return not (self.changes or self.principals or self.roles or self.services)


def difference(old: Rights, new: Rights, now: int) -> Difference:
    """What holds at `now`, seconds since 1970, by the one policy and not by the other."""
    was, has = _rights(old, now), _rights(new, now)
    changes = [_change(right, has[right], gained=True) for right in has if right not in was]
    changes += [_change(right, was[right], gained=False) for right in was if right not in has]
    changes.sort(key=lambda change: (change.principal, not change.gained, change.refs, change.action, change.paths))
    before, after = _roles(old), _roles(new)
    roles = [(True, *pair) for pair in after - before] + [(False, *pair) for pair in before - after]
    people = [(True, name) for name in new.people if name not in old.people]
    people += [(False, name) for name in old.people if name not in new.people]
    both = (name for name in sorted(new.people) if name in old.people)
    services = tuple((new.people[name].service, name) for name in both if new.people[name].service != old.people[name].service)
    return Difference(
        services=services, source=old.policy.source, digest=old.policy.digest, changes=tuple(changes),
        principals=tuple(sorted(people, key=lambda each: each[1])), roles=tuple(sorted(roles, key=lambda each: each[1:])),
    )  # fmt: skip


def _change(right: Right, row: Row, *, gained: bool) -> Change:
    principal, action, refs, paths = right
    return Change(gained=gained, principal=principal, action=action, refs=refs, paths=paths, row=row)


def _rights(rights: Rights, now: int) -> dict[Right, Row]:
    """Every right that is valid, and the first line that gives it."""
    found: dict[Right, Row] = {}
    for row in rows(rights, now):
        if row.state == "valid":
            for right in _of(row):
                found.setdefault(right, row)
    return found


def _of(row: Row) -> Iterator[Right]:
    for refs in _apart(row.refs):
        for paths in _apart(row.grant.paths) if row.grant.paths else [()]:
            yield row.principal, row.action, refs, paths


def _apart(patterns: tuple[str, ...]) -> list[tuple[str, ...]]:
    if any(pattern.startswith("!") for pattern in patterns):
        return [tuple(sorted(set(patterns)))]
    return [(pattern,) for pattern in patterns]


def _roles(rights: Rights) -> set[tuple[str, str]]:
    return {(name, role) for name, known in rights.people.items() for role in known.roles}
