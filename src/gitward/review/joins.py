"""What belongs together: what was deployed was received, and, where that is asked for, what was received was judged in CI too."""

from __future__ import annotations

from gitward.review.gap import Gap
from gitward.review.happened import word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.review.happened import Happened

KEPT = 20


class Joins:
    """Fed with every entry about a repository, in order, with its event. Decisions are known by their commits."""

    def __init__(self, *, expects_ci: bool, refs: tuple[str, ...]) -> None:
        self._expects_ci, self._refs = expects_ci, refs
        self._received: set[str] = set()
        self._judged: set[str] = set()
        self._wants_ci: list[tuple[str, Happened, str]] = []
        self.deployed: list[tuple[str, Happened]] = []

    def see(self, entry: Happened, event: dict[str, object]) -> None:
        moves = entry.moves or ()
        if entry.name == "decision.receive" and entry.outcome == "allowed":
            self._received.update(move.new for move in moves)
            if self._expects_ci:
                self._wants_ci += [(move.new, entry, move.ref) for move in moves if move.new and self._is_asked(move.ref)]
        elif entry.name == "decision.ci":
            self._judged.update(move.new for move in moves)
        elif entry.name == "decision.deploy" and entry.outcome == "allowed":
            self.deployed.append((word(event, "deploy", "revision"), entry))

    def _is_asked(self, ref: str) -> bool:
        from gitward.patterns import matches_ref

        return matches_ref(self._refs, ref)

    def end(self) -> Iterator[Gap]:
        strange = [(revision, entry) for revision, entry in self.deployed if revision not in self._received]
        for revision, entry in strange[:KEPT]:
            text = f"{revision[:12] or 'nothing'} was deployed, and no push that brought it was allowed"
            yield Gap(weight="contradiction", kind="deployed-not-received", where=entry.repository, text=text,
                      since=entry.time, seqs=(entry.seq,))  # fmt: skip
        if len(strange) > KEPT:
            yield Gap(weight="contradiction", kind="deployed-not-received", text=f"{len(strange) - KEPT} more")
        lost = [(oid, entry, ref) for oid, entry, ref in self._wants_ci if oid not in self._judged]
        for oid, entry, ref in lost[:KEPT]:
            yield Gap(weight="missing", kind="no-ci-decision", where=f"{entry.repository} {ref}", since=entry.time,
                      seqs=(entry.seq,), text=f"{oid[:12]} was let in, and CI said nothing about it")  # fmt: skip
        if len(lost) > KEPT:
            yield Gap(weight="missing", kind="no-ci-decision", text=f"{len(lost) - KEPT} more")
