"""Who descends from whom, of commits that a walk has gone through: answers to many questions in one pass.

Each question is a bit that starts at the descendant and is handed down to the parents, children before parents, so a
pass takes time in proportion to the commits, however many questions there are (up to 1,024 in one pass).
"""

from __future__ import annotations

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Pair = tuple[str, str]  # ancestor, which may be cut to 7 digits or more, and descendant

_AT_ONCE = 1024
_SHORTEST = 7


class Lineage:
    """Commits and their parents. Complete only when every commit that an added one names was added as well."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}  # oid -> number, in the order in which the oids are first named
        self._first = array("q")  # number of the first parent; -1: none
        self._more: dict[int, tuple[int, ...]] = {}  # the other parents
        self._children = array("q")  # how many lines name a commit as a parent

    def _number(self, oid: str) -> int:
        """The number of an oid that has none yet."""
        number = self._index[oid] = len(self._first)
        self._first.append(-1)
        self._children.append(0)
        return number

    def add(self, oid: str, parents: Sequence[str]) -> None:
        """One commit. Each is added once, in any order."""
        index, children = self._index, self._children
        number = index[oid] if oid in index else self._number(oid)
        if not parents:
            return
        numbers = [index[parent] if parent in index else self._number(parent) for parent in parents]
        self._first[number] = numbers[0]
        for parent in numbers:
            children[parent] += 1
        if len(numbers) > 1:
            self._more[number] = tuple(numbers[1:])

    def settle(self, pairs: Sequence[Pair]) -> set[Pair]:
        """Those of the pairs in which the one is an ancestor of the other, or is it."""
        found: set[Pair] = set()
        for start in range(0, len(pairs), _AT_ONCE):
            found.update(self._pass(pairs[start : start + _AT_ONCE]))
        return found

    def _pass(self, pairs: Sequence[Pair]) -> Iterator[Pair]:
        masks: dict[int, int] = {}  # what has been handed to a commit that is still to come
        for bit, (_, descendant) in enumerate(pairs):
            if (number := self._index.get(descendant)) is not None:
                masks[number] = masks.get(number, 0) | 1 << bit
        wanted, more = self._wanted(pairs), self._more
        waiting, firsts = self._children[:], self._first
        ready = [number for number, children in enumerate(waiting) if not children]
        while ready:
            number = ready.pop()
            mask = masks.pop(number, 0)
            if mask and number in wanted:
                yield from (pairs[bit] for bit in wanted[number] if mask >> bit & 1)
            first = firsts[number]
            if first < 0:
                continue
            for parent in (first, *more[number]) if number in more else (first,):
                if mask:
                    masks[parent] = masks.get(parent, 0) | mask
                waiting[parent] -= 1
                if not waiting[parent]:
                    ready.append(parent)

    def _wanted(self, pairs: Sequence[Pair]) -> dict[int, list[int]]:
        """Which bits are looked for at which commits: every commit that an ancestor's digits fit."""
        wanted: dict[int, list[int]] = {}
        starts: dict[str, list[int]] = {}
        for bit, (ancestor, _) in enumerate(pairs):
            if (number := self._index.get(ancestor)) is not None:
                wanted.setdefault(number, []).append(bit)
            else:
                starts.setdefault(ancestor[:_SHORTEST], []).append(bit)
        for oid, number in self._index.items() if starts else ():
            for bit in starts.get(oid[:_SHORTEST], ()):
                if oid.startswith(pairs[bit][0]):
                    wanted.setdefault(number, []).append(bit)
        return wanted
