"""Separation of duties: which roles no one principal may hold together, and who does.

A conflict is a finding (`policy validate`, `doctor`, `report access`) and never an error of the policy: a list of members that
comes from a directory may bring one at any time, and must not stop all pushes.
"""

from __future__ import annotations

from itertools import combinations
from typing import Annotated

from annotated_types import MinLen

from gitward.policy.compose import nearest
from gitward.policy.shaped import Id
from gitward.policy.trust import trust
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any

    from gitward.errors import PolicyError
    from gitward.model import Policy
    from gitward.policy.compose import Document
    from gitward.policy.directions import Way

ADVISED: tuple[tuple[str, str], ...] = (
    ("policy-admin", "approver"),
    ("policy-admin", "auditor"),
    ("policy-admin", "break-glass"),
    ("policy-admin", "release-manager"),
    ("auditor", "approver"),
    ("auditor", "break-glass"),
    ("auditor", "release-manager"),
)
"""Roles that are kept apart as a rule, where a policy has roles of these names: who writes the rules does not also work under
them alone, and who looks at what was done did not do it (docs/access.md)."""


@record
class DutyItem:
    """Roles, groups' among them, of which nobody may hold two."""

    apart: Annotated[tuple[Id, ...], MinLen(1)]

    def conflict(self) -> str:
        if len(self.apart) == 1:
            return "one role is apart from nothing: name at least two"
        twice = next((name for name in self.apart if self.apart.count(name) > 1), None)
        return "" if twice is None else f"{twice!r} stands here twice: a role cannot be apart from itself"


@record
class Conflict:
    """A principal who holds roles that are to be apart; `groups` are those of them that a group of this name gives.

    `place` is `file:line`, '' where only gitward advises it.
    """

    principal: str
    roles: tuple[str, ...]
    groups: tuple[str, ...] = ()
    place: str = ""


def plain(
    items: tuple[DutyItem, ...], known: Collection[str], document: Document, problems: list[PolicyError]
) -> list[dict[str, Any]]:
    """The key `duties` in the policy's plain form. `known` are the roles that the policy knows; others go to `problems`."""
    for number, item in enumerate(items):
        for index, name in enumerate(item.apart):
            if name not in known:
                message = f"unknown role {name!r}{nearest(name, known)}"
                fix = "list it under `principals`, in `roles`, or as a group"
                problems.append(document.error(message, ("duties", number, "apart", index), fix))
    return [
        {"apart": list(item.apart), "place": f"{document.file}:{document.place(('duties', number))[0]}"}
        for number, item in enumerate(items)
    ]


def conflicts(policy: Policy) -> tuple[Conflict, ...]:
    """Who holds what the policy keeps apart, by its lines and then by name."""
    roles = _roles(policy)
    found = []
    for duty in policy.duties:
        for principal, held in roles.items():
            together = tuple(name for name in duty.apart if name in held)
            if len(together) > 1:
                found.append(_conflict(policy, principal, together, duty.place))
    return tuple(found)


def advice(policy: Policy) -> tuple[Conflict, ...]:
    """Who holds two roles that are kept apart as a rule, where the policy does not speak of the two."""
    said = pairs(policy)
    return tuple(
        _conflict(policy, principal, pair)
        for principal, held in _roles(policy).items()
        for pair in ADVISED
        if held.issuperset(pair) and (min(pair), max(pair)) not in said
    )


def _conflict(policy: Policy, principal: str, roles: tuple[str, ...], place: str = "") -> Conflict:
    groups = {group.name for group in policy.groups if principal in group.members}
    return Conflict(principal=principal, roles=roles, groups=tuple(name for name in roles if name in groups), place=place)


def pairs(policy: Policy) -> frozenset[tuple[str, str]]:
    """Every two roles that a policy keeps apart, in the order of their names."""
    return frozenset(
        (min(pair), max(pair)) for duty in policy.duties for pair in combinations(duty.apart, 2)
    )


def compared(old: frozenset[tuple[str, str]], new: frozenset[tuple[str, str]]) -> Iterator[tuple[Way, str]]:
    """What changed in the pairs of two policies, and which way."""
    yield from (("weaker", f"no longer keeps {one} and {other} apart") for one, other in sorted(old - new))
    yield from (("stricter", f"keeps {one} and {other} apart") for one, other in sorted(new - old))


def sentence(each: Conflict) -> str:
    """A conflict, or advice, for people. Not escaped for a terminal."""
    why = f"which {each.place} keeps apart" if each.place else "which are apart as a rule, as `duties` can say"
    names = [f"{name} (group)" if name in each.groups else name for name in each.roles]
    return f"{each.principal} holds {', '.join(names[:-1])} and {names[-1]}, {why}"


def _roles(policy: Policy) -> dict[str, frozenset[str]]:
    known = trust(policy.trust).principals
    return {name: frozenset(known[name].roles) for name in sorted(known)}
