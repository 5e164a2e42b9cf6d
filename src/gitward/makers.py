"""Who made a change, as a policy knows its people. Asked wherever nobody may decide about what they made themselves. Pure.

A commit claims names and addresses, and carries signatures. An address means each principal who lists it, as it is written and
as a `.mailmap` of before the change spells it, or who has the account in one such as `7+ann@users.noreply.github.com`.
"""

from __future__ import annotations

import re

from gitward.mailmap import Mailmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitward.model import Commit, Principal, Signature

    Person = tuple[str, str]  # a name and an address

_NOREPLY = re.compile(r"(?:[0-9]{1,20}[+-])?([^@+]{1,128})@users\.noreply\.[a-z0-9.-]{1,200}")
_ADDRESS = re.compile("<([^<>]*)")
_NOBODY = ("bad", "malformed", "unsigned")  # signatures that nobody need have made


class Identities:
    """The principals of a policy by the names and addresses that commits claim. A further mailmap only finds more of them."""

    def __init__(self, known: Mapping[str, Principal], mailmaps: Iterable[Sequence[str]] = ()) -> None:
        """`known` are the principals by name, `mailmaps` the lines of each."""
        self._mailmaps = [Mailmap(lines) for lines in mailmaps]
        self._by_address: dict[str, set[str]] = {}
        self._by_account: dict[str, set[str]] = {}
        for name, principal in known.items():
            for address in principal.addresses:
                for each in self._spellings("", address):
                    self._by_address.setdefault(each, set()).add(name)
            for account in accounts(principal):
                self._by_account.setdefault(account.casefold(), set()).add(name)

    def of(self, people: Iterable[Person]) -> frozenset[str]:
        """The principals whom these names and addresses mean."""
        found: set[str] = set()
        for name, address in people:
            for each in self._spellings(name, address):
                found |= self._by_address.get(each, set())
                if account := _NOREPLY.fullmatch(each):
                    found |= self._by_account.get(account[1], set())
        return frozenset(found)

    def _spellings(self, name: str, address: str) -> set[str]:
        proper = {mailmap.canonical(name, address)[1].casefold() for mailmap in self._mailmaps}
        return (proper | {address.casefold()}) - {""}


def accounts(principal: Principal) -> tuple[str, ...]:
    """By which accounts a principal is known: those that the policy lists, else its own name."""
    return principal.accounts or (principal.name,)


def claimed(commit: Commit) -> Iterator[Person]:
    """Whom a commit claims as its author, committer and co-authors."""
    for person in (commit.author, commit.committer):
        if person:
            yield person.name, person.email
    for trailer in commit.message.trailers:
        if trailer.key.casefold() == "co-authored-by":
            name = trailer.value.partition("<")[0].strip()
            yield from ((name, address.strip()) for address in _ADDRESS.findall(trailer.value) or (trailer.value,))


def signed_by(signatures: Iterable[Signature | None]) -> frozenset[str]:
    """The principals whose keys made signatures, whether or not these count for anything today."""
    found = (each.finding for each in signatures if each)
    return frozenset(finding.principal for finding in found if finding.principal and finding.status not in _NOBODY)
