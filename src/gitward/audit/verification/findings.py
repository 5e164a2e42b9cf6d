"""What a verification finds: where, what, and what it means for the exit code."""

from __future__ import annotations

from gitward.record import record

WHOLE, BROKEN, UNVERIFIABLE, INCOMPLETE = 0, 1, 3, 4
ASPECTS = ("lines", "schema", "chain", "root", "signature", "tiles", "witnesses", "last seen", "missing", "evidence",
           "personal", "files")  # fmt: skip
_KEPT = 10
_FIRST = (BROKEN, UNVERIFIABLE, INCOMPLETE, WHOLE)


@record
class Finding:
    """One thing found: which aspect, its exit code (0 is only said), the place (file, line, seq), and what is wrong there.

    `seq` is the entry that it is about; None is the log as a whole.
    """

    aspect: str
    code: int
    place: str
    message: str
    seq: int | None = None


class Findings:
    """Takes in what is found, in the order of the log, and keeps the first ten of a kind: a hostile log brings millions."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], list[Finding]] = {}
        self._more: dict[tuple[str, int], int] = {}

    def add(self, aspect: str, code: int, place: str, message: str, seq: int | None = None) -> None:
        kept = self._kept.setdefault((aspect, code), [])
        if len(kept) < _KEPT:
            kept.append(Finding(aspect=aspect, code=code, place=place, message=message, seq=seq))
        else:
            self._more[aspect, code] = self._more.get((aspect, code), 0) + 1

    def of(self, aspect: str) -> list[Finding]:
        return [finding for (name, _), kept in self._kept.items() if name == aspect for finding in kept]

    def more(self, aspect: str) -> int:
        """How many were not kept."""
        return sum(count for (name, _), count in self._more.items() if name == aspect)

    def has(self, aspect: str, code: int, below: int) -> bool:
        """Whether something of this code is found about the first `below` entries."""
        return any(each.seq is None or each.seq < below for each in self._kept.get((aspect, code), ()))


def worst(codes: set[int]) -> int:
    """Of several: a contradiction is one whatever else could not be verified, and a gap is the least."""
    return next(code for code in _FIRST if code in codes or code == WHOLE)
