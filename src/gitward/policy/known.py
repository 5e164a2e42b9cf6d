"""Who a policy knows: its principals with their roles, the groups that give some, and the trust store of their keys.

A group gives its members a role of its name, so exemptions, grants and approvals know one thing only: who has which role.
"""

from __future__ import annotations

from gitward.policy.compose import nearest
from gitward.policy.grammar import File
from gitward.policy.people import Groups, People
from gitward.policy.trust import Gathering
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from gitward.errors import PolicyError
    from gitward.policy.compose import Document, Path
    from gitward.policy.extend import Files, Parsed
    from gitward.policy.people import GroupItem, PrincipalItem

    ReadBeside = Callable[[Any, str, bytes], tuple[Mapping[str, Any], Document]]  # a type, a file's name and its bytes


def people_of(root: Parsed, files: Files, read: ReadBeside) -> tuple[Known, Gathering]:
    """The principals of a policy with their groups, and the trust store on its way."""
    head = root.head
    gathering = Gathering(root.document, lambda name, path: files.raw_content(name, root.document, path))
    if not isinstance(head, File):
        return Known({}), gathering

    def found(of: Any, key: str, value: Any) -> tuple[Mapping[str, Any], Document, tuple[str, ...]]:
        if isinstance(value, str):
            return *read(of, *files.content(value, root.document, (key,))), ()
        return value or {}, root.document, (key,)

    people, at, start = found(People, "principals", head.principals)
    known = Known(people)
    known.check_accounts(at, start)
    known.check_addresses(at, start)
    known.add_groups(*found(Groups, "groups", head.groups))
    gathering.add(known.people, head.forges, at, start)
    return known, gathering


class Known:
    """The principals of a policy, and who has which role, groups among the roles."""

    def __init__(self, people: Mapping[str, PrincipalItem]) -> None:
        self.people: Mapping[str, PrincipalItem] = people
        self.roles: dict[str, frozenset[str]] = {}
        self.problems: list[PolicyError] = []
        self.groups: list[dict[str, Any]] = []  # as the plain form has them
        self._gather()

    def _gather(self) -> None:
        for role in {role for item in self.people.values() for role in item.roles}:
            having = (name for name, item in self.people.items() if role in item.roles)
            self.roles[role] = self.roles.get(role, frozenset()) | frozenset(having)

    def check_accounts(self, at: Document, start: Path) -> None:
        """An account is one principal's: by it the host says who pushes."""
        owner: dict[str, str] = {}
        for name, item in self.people.items():
            for index, account in enumerate(item.accounts or (name,)):
                if owner.setdefault(account, name) != name:
                    path = (*start, name, "accounts", index) if item.accounts else (*start, name)
                    message = f"the account {account!r} is {owner[account]}'s already"
                    self.problems.append(at.error(message, path, "an account belongs to one principal", key=not item.accounts))

    def check_addresses(self, at: Document, start: Path) -> None:
        """At one time an address is one human's: two principals of one person would approve, and hold duties, as two."""
        owners: dict[str, list[str]] = {}
        for name, item in self.people.items():
            for index, address in enumerate(item.addresses if item.kind == "human" else ()):
                others = owners.setdefault(address.casefold(), [])
                other = next((each for each in others if each != name and _meet(self.people[each], item)), None)
                if other is not None:
                    message = f"the address {address!r} is {other}'s already"
                    fix = "a person is one principal, with all keys and addresses; of two people each has their own"
                    self.problems.append(at.error(message, (*start, name, "addresses", index), fix))
                others.append(name)

    def add_groups(self, groups: Mapping[str, GroupItem], at: Document, start: Path) -> None:
        """Give the members of each group its role. `at` is the document in which they stand, below the path `start`."""
        further: dict[str, list[str]] = {}
        for group, item in groups.items():
            path = (*start, group)
            if group in self.people:
                message = f"{group!r} is a principal, so it can be no group"
                self.problems.append(at.error(message, path, "rename one of the two", key=True))
            for index, member in enumerate(item.members):
                if member not in self.people:
                    message = f"unknown principal {member!r}{nearest(member, self.people)}"
                    fix = "members are principals; list it under `principals`"
                    self.problems.append(at.error(message, (*path, "members", index), fix))
                further.setdefault(member, []).append(group)
            self.roles[group] = frozenset()
            about = {"source": item.source, "revision": item.revision}
            self.groups.append({"name": group, "members": list(item.members), **about})
        self.people = {
            name: replace(item, roles=tuple(dict.fromkeys((*item.roles, *further.get(name, ())))))
            for name, item in self.people.items()
        }
        self._gather()

    def check(self, who: Iterable[str], at: Document, path: Path) -> None:
        """Note the names that are no principal, group or role, or more than one of these."""
        for index, name in enumerate(who):
            if name in self.people and name in self.roles:
                message = f"{name!r} is a principal, and a role too: it cannot be told who is meant"
                self.problems.append(at.error(message, (*path, index), "rename the role"))
            elif name not in self.people and name not in self.roles:
                message = f"unknown principal, group or role {name!r}{nearest(name, (*self.people, *self.roles))}"
                fix = "list it under `principals`, in their `roles`, or under `groups`"
                self.problems.append(at.error(message, (*path, index), fix))

    def humans(self, who: Iterable[str]) -> list[str]:
        """The principals that these names stand for, without services: nobody answers for what a program signs."""
        named = (each for name in who for each in (self.roles.get(name) or {name}))
        return sorted({each for each in named if each in self.people and self.people[each].kind == "human"})

    def members(self) -> list[list[Any]]:
        """Every principal with its roles, in the order of the names."""
        return [[name, sorted(item.roles)] for name, item in sorted(self.people.items())]


def _meet(one: PrincipalItem, other: PrincipalItem) -> bool:
    """Whether there is a moment at which both are somebody."""
    starts = max(one.valid_after or 0, other.valid_after or 0)
    return all(each.valid_before is None or starts < each.valid_before for each in (one, other))
