"""Ref continuity: for every ref each recorded new value is the next old one, and the last is where the ref is now.

Two pushes may be recorded in another order than they happened: an update that does not follow waits a minute of log time
for those before it. A decision is no outcome: an allowed update without its `ref.updated` is open, and only the ref itself
says what became of it.
"""

from __future__ import annotations

from gitward.audit.happenings import BASELINE_CHANGED
from gitward.review.gap import Gap
from gitward.review.happened import Move, seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitward.review.happened import Happened

WAIT = 60  # seconds
OPEN = 3600
# written by the log itself, and moved into the archive by gitward itself: what came, `statement.received` says
STATEMENTS = "refs/gitward/statements/"
OWN = ("refs/gitward/receipts/", STATEMENTS, "refs/gitward/archive")


class Ref:
    """What the log says of one ref: where it was last, and the updates that wait for those before them."""

    __slots__ = ("open", "seen", "seq", "since", "value", "waiting")

    def __init__(self) -> None:
        self.seen = False  # whether any value is known
        self.value = ""
        self.seq, self.since = -1, ""
        self.waiting: list[tuple[Move, Happened]] = []
        self.open: list[tuple[Move, Happened]] = []  # allowed, and no outcome yet

    def settle(self) -> None:
        """Let every waiting update that follows happen."""
        moved = True
        while moved:
            moved = False
            for place, (move, _) in enumerate(self.waiting):
                if not self.seen or move.old == self.value:
                    self.take(self.waiting.pop(place))
                    moved = True
                    break

    def take(self, waiting: tuple[Move, Happened]) -> None:
        move, entry = waiting
        self.seen, self.value, self.seq, self.since = True, move.new, entry.seq, entry.time


class Repository:
    """Fed with the entries about one repository, in the log's order."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.refs: dict[str, Ref] = {}
        self.gaps: list[Gap] = []
        self.has_start = False  # whether all of its refs were written down once
        self.lost_lists: list[int] = []
        self.received: set[str] = set()  # refs of statements that the log has

    def see(self, entry: Happened) -> None:
        if entry.moves is None:
            self.lost_lists.append(entry.seq)
            return
        if entry.name == BASELINE_CHANGED or (entry.name == "decision.receive" and entry.outcome == "allowed"):
            for move in entry.moves:
                self._ref(move).open.append((move, entry))
        elif entry.name == "ref.updated":
            for move in entry.moves:
                if not move.ref.startswith(OWN):
                    self._updated(move, entry)
        elif entry.name == "ref.read":
            for move in entry.moves:
                self._read(move, entry)
            if entry.action == "snapshot":
                self.has_start = True
                for name in self.refs.keys() - {move.ref for move in entry.moves}:
                    self._read(Move(ref=name, old="", new=""), entry)

    def _ref(self, move: Move) -> Ref:
        return self.refs.setdefault(move.ref, Ref())

    def _updated(self, move: Move, entry: Happened) -> None:
        ref = self._ref(move)
        if not self._close(ref, move, entry):
            text = f"it went from {_short(move.old)} to {_short(move.new)}, and no decision let it in"
            self.gaps.append(Gap(
                weight="contradiction", kind="unaudited-update", where=f"{self.path} {move.ref}", text=text,
                since=entry.time, until=entry.time, seqs=(entry.seq,),
            ))  # fmt: skip
        self._expire(ref, move.ref, entry)
        ref.waiting.append((move, entry))
        ref.settle()

    def _close(self, ref: Ref, move: Move, entry: Happened) -> bool:
        """Whether a decision allowed this; it is open no more. One of another session will do where the session is not known."""
        for sure in (True, False):
            for place, (allowed, decision) in enumerate(ref.open):
                sessions = (decision.session, entry.session)
                if allowed == move and (sessions[0] == sessions[1] if sure else "" in sessions):
                    del ref.open[place]
                    return True
        return False

    def _read(self, move: Move, entry: Happened) -> None:
        """The ref as somebody saw it: what it was then it must have become by what was recorded."""
        ref = self._ref(move)
        ref.settle()
        if ref.seen and ref.value != move.new and not _led_there(ref, move.new):
            self._moved(ref, move.ref, move.new, entry.time, (entry.seq,))
        ref.waiting.clear()
        ref.take((move, entry))

    def _expire(self, ref: Ref, name: str, entry: Happened) -> None:
        """Updates that have waited too long: what they follow was never recorded."""
        while ref.waiting and seconds(entry.time) - seconds(ref.waiting[0][1].time) > WAIT:
            move, late = ref.waiting.pop(0)
            if not _led_there(ref, move.old):
                self._moved(ref, name, move.old, late.time, (late.seq,))
            ref.take((move, late))
            ref.settle()

    def _moved(self, ref: Ref, name: str, to: str, until: str, seqs: tuple[int, ...]) -> None:
        text = f"it was left at {_short(ref.value)} and found at {_short(to)}: no update between is recorded"
        self.gaps.append(Gap(
            weight="contradiction", kind="unaudited-update", where=f"{self.path} {name}", text=text,
            since=ref.since, until=until, seqs=((ref.seq, *seqs) if ref.seq >= 0 else seqs),
        ))  # fmt: skip

    def end(self, now: str, actual: Mapping[str, str]) -> Iterator[Gap]:
        """What does not fit the refs as they are now, `actual`; then all that was found on the way."""
        if not self.refs and actual and not self.has_start:
            yield Gap(weight="contradiction", kind="unknown-repository", where=self.path, since="", until=now,
                      text=f"the log knows nothing of this repository, and it has {len(actual)} refs")  # fmt: skip
            return
        for name in sorted({*self.refs, *actual}):
            if not name.startswith(OWN):
                self._compare(name, self.refs.get(name) or Ref(), actual.get(name, ""), now)
        for name in sorted(actual):
            if name.startswith(STATEMENTS) and name not in self.received:
                yield from self._unreceived(name, self.refs.get(name) or Ref(), now)
        if self.lost_lists:
            yield Gap(weight="missing", kind="updates-missing", where=self.path, seqs=tuple(self.lost_lists[:10]),
                      text=f"the lists of ref updates of {len(self.lost_lists)} entries are not among the evidence")  # fmt: skip
        yield from self.gaps

    def _compare(self, name: str, ref: Ref, tip: str, now: str) -> None:
        for _ in range(len(ref.waiting)):
            move, late = ref.waiting.pop(0)
            if not _led_there(ref, move.old):
                self._moved(ref, name, move.old, late.time, (late.seq,))
            ref.take((move, late))
            ref.settle()
        if not ref.seen and not ref.open and not self.has_start:
            text = f"it is at {_short(tip)}, and the log does not say since when: its refs were never written down"
            self.gaps.append(Gap(weight="missing", kind="start-not-known", where=f"{self.path} {name}", text=text, until=now,
                                 fix=f"gitward install --server {self.path}"))  # fmt: skip
        elif ref.value != tip:
            inferred = _led_there(ref, tip)
            if not inferred:
                self._moved(ref, name, tip, now, ())
            for move, entry in inferred:
                self._pending(name, move, entry, now, f"the ref says that it happened ({_short(move.new)})")
        for move, entry in ref.open:
            if move.old == move.new:
                continue
            self._pending(name, move, entry, now, f"the ref is at {_short(tip)}")

    def _unreceived(self, name: str, ref: Ref, now: str) -> Iterator[Gap]:
        """A statement of which the log has neither the blob nor when it came: a hook was killed, or left out."""
        if ref.seen or any(seconds(now) - seconds(entry.time) < WAIT for _, entry in ref.open):
            return  # it stood when the refs were written down, or the push is still on its way
        entry = ref.open[-1][1] if ref.open else None
        if entry is None and not self.has_start:
            return
        by = f"allowed ({entry.actor or 'actor not known'})" if entry else "let in by no decision"
        yield Gap(
            weight="missing" if entry else "contradiction", kind="statement-not-recorded", where=f"{self.path} {name}",
            text=f"a statement stands that the log never received; it was {by}", since=entry.time if entry else "", until=now,
            seqs=(entry.seq,) if entry else (), actor=entry.actor if entry else "",
        )  # fmt: skip

    def _pending(self, name: str, move: Move, entry: Happened, now: str, says: str) -> None:
        is_late = seconds(now) - seconds(entry.time) > OPEN
        kind = "outcome-not-recorded" if is_late else "outcome-pending"
        text = f"{_short(move.old)} to {_short(move.new)} was allowed ({entry.actor or 'actor not known'}); {says}"
        self.gaps.append(Gap(weight="pending", kind=kind, where=f"{self.path} {name}", text=text, since=entry.time,
                             seqs=(entry.seq,), actor=entry.actor))  # fmt: skip


def _led_there(ref: Ref, tip: str) -> list[tuple[Move, Happened]]:
    """Open decisions that lead, each from where the one before ended, to `tip`; they are open no more. Empty: there are none."""
    steps: list[tuple[Move, Happened]] = []
    value = ref.value
    for each in ref.open:
        if (each[0].old == value or not (ref.seen or steps)) and value != tip:
            steps.append(each)
            value = each[0].new
    if not steps or value != tip:
        return []
    ref.open = [each for each in ref.open if each not in steps]
    return steps


def _short(oid: str) -> str:
    return oid[:12] or "nothing"
