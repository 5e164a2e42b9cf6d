"""Who the exemptions of a policy let go: principals by name, and all of a role. Unknown names are refused."""

from __future__ import annotations

from itertools import product

from gitward.policy.compose import nearest
from gitward.policy.hints import arms, field_name, hints, inner
from gitward.policy.trust import digest
from gitward.shapes import NamesRole, NamesWho, OfPrincipals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitward.errors import PolicyError
    from gitward.policy.extend import Item
    from gitward.policy.known import Known


class Exempt:
    """Who a policy's exemptions let go, by name."""

    def __init__(self, known: Known, trust: str, gate: str) -> None:
        self._gate = gate
        self._known, self._roles, self.trust = known.people, known.roles, digest(trust)
        self.problems: list[PolicyError] = []

    def principals(self, item: Item) -> list[str]:
        """The principals whom the exemptions of an entry name, themselves or by a role."""
        found: set[str] = set()
        for index, each in enumerate(item.keys.exempt):
            for key, value, there in (("principal", each.principal, self._known), ("role", each.role, self._roles)):
                if value and value in there:
                    found |= {value} if key == "principal" else self._roles[value]
                elif value:
                    message = f"unknown {key} {value!r}{nearest(value, there)}"
                    fix = f"list it under `principals`{', in `roles`' if key == 'role' else ''}"
                    self.problems.append(item.document.error(message, (*item.path, "exempt", index, key), fix))
        if found and item.keys.rule == self._gate:
            message = "a malformed object carries no signature that counts: only a `commit` can be exempt here"
            self.problems.append(item.document.error(message, (*item.path, "exempt"), "name the commit"))
        return sorted(found)

    def addresses(self, item: Item) -> dict[str, list[str]]:
        """The options in which the addresses of all principals stand in the place of the word for them."""
        found: dict[str, list[str]] = {}
        of: type = type(item.rule)
        for key, hint in hints(of).items():
            value = getattr(item.rule, field_name(key))
            marks = [mark for arm in arms(hint) for mark in getattr(arm, "__metadata__", ())]
            if isinstance(value, str) and any(isinstance(mark, OfPrincipals) for mark in marks):
                known = sorted({address for each in self._known.values() for address in each.addresses})
                if not known:
                    message, fix = "no principal of this policy lists an address", "list some: addresses: [...]"
                    self.problems.append(item.document.error(message, (*item.path, key), fix))
                found[field_name(key)] = known
        return found

    def unknown_names(self, item: Item) -> Iterator[PolicyError]:
        """Options of a rule that name a role, or a principal, that there is none of."""
        of: type = type(item.rule)
        for key, hint in hints(of).items():
            marks = getattr(inner(hint, 0), "__metadata__", ())
            mark = next((each for each in marks if isinstance(each, NamesRole)), None)
            there = (*self._roles, *(self._known if isinstance(mark, NamesWho) else ()))
            for index, name in enumerate(getattr(item.rule, field_name(key)) if mark else ()):
                if name not in there:
                    what = "principal or role" if isinstance(mark, NamesWho) else "role"
                    message = f"unknown {what} {name!r}{nearest(name, there)}"
                    yield item.document.error(message, (*item.path, key, index), "list it under `principals`, in `roles`")

    def unknown_signers(self, items: Iterable[Item]) -> Iterator[PolicyError]:
        """Tests that name as signer, pusher or approver a principal who is none."""
        for item in items:
            for index, test in enumerate(item.keys.tests):
                for verb, key in product(("accept", "reject"), ("signer", "pusher", "approved")):
                    given = getattr(getattr(test, verb), key, None) or ()
                    for signer in (given,) if isinstance(given, str) else given:
                        if signer in self._known:
                            continue
                        path = (*item.path, "tests", index, verb, key)
                        message = f"unknown principal {signer!r}{nearest(signer, self._known)}"
                        yield item.document.error(message, path, "list it under `principals`")
