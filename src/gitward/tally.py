"""Counting what becomes of one entry while commits and updates are judged, in one process or in several."""

from __future__ import annotations

from gitward.model import KEPT_VIOLATIONS, Waived
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from gitward.model import Outcome, Violation, WaiverUsed


class Tally:
    """The counts of one entry while it is being judged. Adding two is the same as judging both parts in one go.

    Commits may be judged in any order: `at` is a commit's place among all of them, the oldest lowest, and of the
    violations those with the lowest are kept.
    """

    __slots__ = ("counts", "first", "kept", "passed", "reasons", "total", "violated", "waived", "waivers")

    def __init__(self) -> None:
        self.passed = self.violated = 0
        self.counts: dict[str, int] = {}  # of the other outcomes
        self.reasons: dict[tuple[Outcome, str], int] = {}
        self.first: dict[tuple[Outcome, str], tuple[int, str]] = {}  # where an undecided reason is met first
        self.kept: list[tuple[int, Violation]] = []
        self.total = 0
        self.waivers: dict[tuple[WaiverUsed, ...], int] = {}  # by whom how many subjects were let go
        self.waived: list[tuple[int, tuple[WaiverUsed, ...], Violation]] = []  # what was found in them, kept as above

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The violations that are kept, oldest commit first."""
        return tuple(violation for _, violation in self.kept)

    @property
    def verdict(self) -> tuple[Outcome, str]:
        """What became of the one subject that was judged, and why."""
        return next(iter(self.reasons), ("violated" if self.violated else "passed", ""))

    def count(self, outcome: Outcome, reason: str = "", times: int = 1, where: str = "", at: int = 0) -> None:
        if not times:
            return
        if outcome == "passed":
            self.passed += times
        elif outcome == "violated":
            self.violated += times
        else:
            self.counts[outcome] = self.counts.get(outcome, 0) + times
        if reason:
            self.reasons[outcome, reason] = self.reasons.get((outcome, reason), 0) + times
            if outcome == "undecided":
                self._note_first({(outcome, reason): (at, where)})

    def _note_first(self, found: dict[tuple[Outcome, str], tuple[int, str]]) -> None:
        for key, place in found.items():
            self.first[key] = min(self.first.get(key, place), place)

    def takes(self, at: int, found: int) -> bool:
        """Count so many violations at one place; whether some of them are to be kept."""
        self.total += found
        return len(self.kept) < KEPT_VIOLATIONS or at < self.kept[-1][0]

    def keep(self, found: Sequence[Violation], at: int, **where: Any) -> None:
        """Keep violations that are counted, with the place that the rule could not know."""
        self._insert([(at, replace(violation, **where)) for violation in found])

    def _insert(self, found: list[tuple[int, Violation]]) -> None:
        is_later = not self.kept or not found or self.kept[-1][0] <= found[0][0]
        self.kept += found
        if not is_later:
            self.kept.sort(key=lambda kept: kept[0])
        del self.kept[KEPT_VIOLATIONS:]

    def waive(self, by: tuple[WaiverUsed, ...], found: Sequence[Violation], at: int, **where: Any) -> None:
        """Count a subject whose violations these waivers let go, and keep the violations of the first."""
        self.count("waived")
        self.waivers[by] = self.waivers.get(by, 0) + 1
        self._keep_waived([(at, by, replace(violation, **where)) for violation in found[:KEPT_VIOLATIONS]])

    def _keep_waived(self, found: list[tuple[int, tuple[WaiverUsed, ...], Violation]]) -> None:
        self.waived = sorted(self.waived + found, key=lambda kept: kept[0])[:KEPT_VIOLATIONS]

    @property
    def let_go(self) -> tuple[Waived, ...]:
        """What was waived, by the same waivers together; in the order of their ids."""
        return tuple(
            Waived(waivers=by, subjects=times, violations=tuple(found for _, whose, found in self.waived if whose == by))
            for by, times in sorted(self.waivers.items(), key=lambda each: [(waiver.statement, waiver.by) for waiver in each[0]])
        )

    def merge(self, other: Tally) -> None:
        self.passed += other.passed
        self.violated += other.violated
        for outcome, times in other.counts.items():
            self.counts[outcome] = self.counts.get(outcome, 0) + times
        for reason, times in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + times
        self._note_first(other.first)
        self._insert(other.kept)
        self.total += other.total
        for by, times in other.waivers.items():
            self.waivers[by] = self.waivers.get(by, 0) + times
        self._keep_waived(other.waived)
