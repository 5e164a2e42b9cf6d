"""Counting what becomes of one entry while commits and updates are judged, in one process or in several."""

from __future__ import annotations

from gitward.model import KEPT_VIOLATIONS
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Outcome, Violation


class Tally:
    """The counts of one entry while it is being judged. Adding two is the same as judging both parts in one go."""

    __slots__ = ("counts", "first", "kept", "passed", "reasons", "total")

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.reasons: dict[tuple[Outcome, str], int] = {}
        self.first: dict[tuple[Outcome, str], str] = {}  # where an undecided reason was met first
        self.kept: list[Violation] = []
        self.total = 0
        self.passed = 0

    def count(self, outcome: Outcome, reason: str = "", times: int = 1, where: str = "") -> None:
        if not times:
            return
        if outcome == "passed":
            self.passed += times
        else:
            self.counts[outcome] = self.counts.get(outcome, 0) + times
        if reason:
            self.reasons[outcome, reason] = self.reasons.get((outcome, reason), 0) + times
            if outcome == "undecided":
                self.first.setdefault((outcome, reason), where)

    def keep(self, found: tuple[Violation, ...], **where: Any) -> None:
        """Count violations, and keep the first of them with the place that the rule could not know."""
        self.total += len(found)
        room = KEPT_VIOLATIONS - len(self.kept)
        if room > 0:
            self.kept.extend(replace(violation, **where) for violation in found[:room])

    def merge(self, other: Tally) -> None:
        self.passed += other.passed
        for outcome, times in other.counts.items():
            self.counts[outcome] = self.counts.get(outcome, 0) + times
        for reason, times in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + times
        self.first = {**other.first, **self.first}
        self.kept.extend(other.kept[: KEPT_VIOLATIONS - len(self.kept)])
        self.total += other.total
