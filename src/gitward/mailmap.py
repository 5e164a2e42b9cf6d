"""Mailmaps: which name and address stand for those that are written in a commit. Source: gitmailmap(5), git's mailmap.c."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Part = tuple[str, str | None]  # a name, '' where there is none, and an address, None where there is none
    Person = tuple[str, str]

_BLANK = " \t\r\n"


class Mailmap:
    """The entries of a mailmap; of two for the same person the later one holds, part by part."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._by_address: dict[str, Person] = {}  # '' for a part that stays as it is written
        self._by_both: dict[Person, Person] = {}
        for line in lines:
            if found := entry(line):
                self._add(*found)

    def _add(self, proper: Person, old: Person) -> None:
        address = _small(old[1])
        if old[0]:
            self._by_both[_small(old[0]), address] = proper
        else:
            before = self._by_address.get(address, ("", ""))
            self._by_address[address] = (proper[0] or before[0], proper[1] or before[1])

    def canonical(self, name: str, address: str) -> Person:
        """The proper name and address of a person as written; what the map does not know stays as it is."""
        small = _small(address)
        found = self._by_both.get((_small(name), small)) or self._by_address.get(small, ("", ""))
        return found[0] or name, found[1] or address


def entry(line: str) -> tuple[Person, Person] | None:
    """What a line says: (proper name and address, those written in commits); '' for a part it does not say. None: nothing."""
    if line.startswith("#"):
        return None
    (name, address), rest = _part(line)
    if not address:
        return None
    (old_name, old_address), _ = _part(rest)
    if old_address is None:
        return (name, ""), ("", address)
    return (name, address), (old_name, old_address)


def is_entry_or_none(line: str) -> bool:
    """Whether a line is one of a mailmap: an entry, a comment or blank. git passes over all others in silence."""
    return not line.strip(_BLANK) or line.startswith("#") or entry(line) is not None


def _part(text: str) -> tuple[Part, str]:
    """`NAME <ADDRESS>` at the start of a text, and what follows."""
    before, bracket, after = text.partition("<")
    address, closed, rest = after.partition(">")
    return ((before.strip(_BLANK), address), rest) if bracket and closed else (("", None), "")


def _small(text: str) -> str:
    """Small letters as git compares them: of ASCII alone."""
    return text.lower() if text.isascii() else "".join(each.lower() if each.isascii() else each for each in text)
