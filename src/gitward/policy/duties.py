"""Separation of duties: which roles no one principal may hold together, and who does.

A conflict is a finding (`policy validate`, `doctor`, `report access`) and never an error of the policy: a list of members that
comes from a directory may bring one at any time, and must not stop all pushes.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Annotated

from gitward.bounds import MinLen
from gitward.policy.compose import nearest
from gitward.policy.shaped import Id
from gitward.policy.trust import trust
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
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

    `place` is `file:line`, '' where only gitward advises it. `others` are principals with an address of theirs, such as a service
    that commits as its owner, by whom they hold some of the roles.
    """

    principal: str
    roles: tuple[str, ...]
    groups: tuple[str, ...] = ()
    place: str = ""
    others: tuple[str, ...] = ()


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


def conflicts(policy: Policy, now: int) -> tuple[Conflict, ...]:
    """Who holds what the policy keeps apart, by its lines and then by name. Whose time is over at `now` holds nothing."""
    people = tuple(_people(policy, now))
    return tuple(
        _conflict(policy, person, together, duty.place)
        for duty in policy.duties
        for person in people
        if len(together := tuple(name for name in duty.apart if any(name in held for held in person.values()))) > 1
    )


def advice(policy: Policy, now: int) -> tuple[Conflict, ...]:
    """Who holds two roles that are kept apart as a rule, called so or in the plural, unless the policy speaks of the two."""
    said = pairs(policy)
    found = []
    for person in _people(policy, now):
        held = frozenset().union(*person.values())
        for one, other in ADVISED:
            for pair in product((one, f"{one}s"), (other, f"{other}s")):
                if held.issuperset(pair) and (min(pair), max(pair)) not in said:
                    found.append(_conflict(policy, person, pair))
    return tuple(found)


def _conflict(policy: Policy, person: Mapping[str, frozenset[str]], roles: tuple[str, ...], place: str = "") -> Conflict:
    """The conflict of one principal, where one holds enough, else of all who are one person."""
    alone = next((name for name, held in person.items() if held.issuperset(roles)), None)
    names = [alone] if alone else [name for name, held in person.items() if held.intersection(roles)]
    groups = {group.name for group in policy.groups if any(name in group.members for name in names)}
    return Conflict(principal=names[0], roles=roles, groups=tuple(name for name in roles if name in groups), place=place,
                    others=tuple(names[1:]))  # fmt: skip


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
    who = each.principal
    if each.others:
        who += f", by an address of theirs {' and '.join(each.others)} too,"
    return f"{who} holds {', '.join(names[:-1])} and {names[-1]}, {why}"


def _people(policy: Policy, now: int) -> Iterator[dict[str, frozenset[str]]]:
    """The roles of each principal, by name; principals with an address in common are one person, however many they are."""
    known = trust(policy.trust).principals
    first: dict[str, str] = {}
    one: dict[str, list[str]] = {}
    for name in sorted(known):
        if (before := known[name].valid_before) is not None and now >= before:
            continue
        mine = [name]
        for address in known[name].addresses:
            other = first.setdefault(address.casefold(), name)
            if one.get(other, mine) is not mine:
                mine = _joined(one, one[other], mine)
        one[name] = mine
    seen = dict.fromkeys(map(tuple, one.values()))
    for names in seen:
        yield {name: frozenset(known[name].roles) for name in sorted(names)}


def _joined(one: dict[str, list[str]], here: list[str], there: list[str]) -> list[str]:
    """Two lists of principals made one, for all who are in them."""
    here += there
    for name in there:
        one[name] = here
    return here
