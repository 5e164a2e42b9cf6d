"""What two sides, each of some policies, say of the same commits: how many each denies, and which only one of them.

Commit by commit, where a decision counts entry by entry. As if every policy were in enforce mode.
"""

from __future__ import annotations

from gitward.record import replace
from gitward.scope import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.model import Violation
    from gitward.tally import Tally
    from gitward.workers import Bench

EXAMPLES = 3


class Comparison:
    """The first `before` of the policies that judge are the one side, the others the other side.

    `newly_denied` and `newly_allowed` count commits that only the other, or only the one side denies; the examples of
    both are violations, each of a commit of its own, the oldest first, found once all is judged (`look_up`).
    """

    def __init__(self, before: int) -> None:
        self.before = before
        self.before_denies = self.after_denies = self.newly_denied = self.newly_allowed = 0
        self.denied_examples: tuple[Violation, ...] = ()
        self.allowed_examples: tuple[Violation, ...] = ()
        self._denied: list[Piece] = []
        self._allowed: list[Piece] = []

    def add(self, denied: Sequence[set[int]], piece: Piece) -> None:
        """Take up what was judged in one go: per policy the places of the commits that it denies, of all of `piece`."""
        before, after = set[int]().union(*denied[: self.before]), set[int]().union(*denied[self.before :])
        newly_denied, newly_allowed = after - before, before - after
        self.before_denies += len(before)
        self.after_denies += len(after)
        self.newly_denied += len(newly_denied)
        self.newly_allowed += len(newly_allowed)
        self._denied = _oldest(self._denied, newly_denied, piece)
        self._allowed = _oldest(self._allowed, newly_allowed, piece)

    def look_up(self, bench: Bench) -> None:
        """Judge the examples once more, each by itself, for the words of the violations."""
        count = sum(len(policy.entries) for policy in bench.policies[: self.before])
        errors = [entry.severity == "error" for policy in bench.policies for entry in policy.entries]
        self.denied_examples = tuple(_first(_judged(bench, piece)[count:], errors[count:]) for piece in self._denied)
        self.allowed_examples = tuple(_first(_judged(bench, piece)[:count], errors[:count]) for piece in self._allowed)


def _oldest(kept: list[Piece], places: set[int], piece: Piece) -> list[Piece]:
    """The pieces of one commit each that stand first, of those kept and those at these places."""
    found = [*kept, *_singles(piece, set(sorted(places)[:EXAMPLES]))] if places else kept
    return sorted(found, key=lambda single: single.runs[0].at)[:EXAMPLES]


def _singles(piece: Piece, places: set[int]) -> Iterator[Piece]:
    """A piece for each of the commits at these places, to be judged as they were."""
    start = 0
    for run in piece.runs:
        for place in (place for place in places if run.at <= place < run.at + run.length):
            yield Piece(oids=(piece.oids[start + place - run.at],), runs=(replace(run, length=1, at=place),))
        start += run.length


def _judged(bench: Bench, piece: Piece) -> list[Tally]:
    tallies, aside, _ = bench.judge(piece)
    return bench.judge_aside(aside)[0] if aside else tallies


def _first(tallies: list[Tally], errors: list[bool]) -> Violation:
    """What the first entry that denies the commit found."""
    return next(tally.violations[0] for tally, is_error in zip(tallies, errors, strict=True) if is_error and tally.violated)
