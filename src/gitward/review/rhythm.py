"""Whether the log itself went on: its numbers, its heartbeat, its age and its holds."""

from __future__ import annotations

from gitward.review.gap import Gap
from gitward.review.happened import seconds, within, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.audit.entry import Entry

LATE = 2 * 3600  # seconds; a heartbeat comes at least hourly
KEPT = 20  # gaps of one kind that are named one by one
DAY = 86_400


class Rhythm:
    """Fed with every entry of the log, in order."""

    def __init__(self) -> None:
        self.first: Entry | None = None
        self.last: Entry | None = None
        self.beat = ""  # when the last heartbeat was
        self.pruned_to, self.pruned_at = 0, ""
        self.holds: dict[str, str] = {}
        self.gaps: list[Gap] = []
        self._counts: dict[str, int] = {}  # gaps by their kind

    def see(self, entry: Entry) -> None:
        name = word(entry.event, "event", "class")
        if self.last is not None and entry.seq != self.last.seq + 1:
            self._add(Gap(
                weight="missing", kind="entries-missing", text=f"entries {self.last.seq + 1} to {entry.seq - 1} are not here",
                since=self.last.received_time, until=entry.received_time, seqs=(self.last.seq, entry.seq),
            ))  # fmt: skip
        if name == "log.heartbeat":
            if self.beat:
                self._pause(entry.received_time)
            self.beat = entry.received_time
        elif name == "log.pruned":
            before = within(entry.event, "log", "before")
            self.pruned_to, self.pruned_at = before if type(before) is int else 0, entry.received_time
        elif name == "log.hold":
            self._held(entry)
        self.first = self.first or entry
        self.last = entry

    def _pause(self, until: str) -> None:
        if seconds(until) - seconds(self.beat) > LATE:
            self._add(Gap(weight="missing", kind="heartbeat-missing", since=self.beat, until=until,
                          text="no heartbeat for longer than two hours: whether all was recorded is not known"))  # fmt: skip

    def _held(self, entry: Entry) -> None:
        hold = word(entry.event, "log", "hold") or word(entry.event, "id")
        if word(entry.event, "event", "action") == "released":
            self.holds.pop(hold, None)
        else:
            self.holds[hold] = word(entry.event, "log", "reason")

    def _add(self, gap: Gap) -> None:
        self._counts[gap.kind] = self._counts.get(gap.kind, 0) + 1
        if self._counts[gap.kind] <= KEPT:
            self.gaps.append(gap)

    def end(self, now: str, keep_days: int | None) -> Iterator[Gap]:
        yield from self.gaps
        for kind, count in self._counts.items():
            if count > KEPT:
                yield Gap(weight="missing", kind=kind, text=f"{count - KEPT} more")
        if self.first is None or self.last is None:
            yield Gap(weight="missing", kind="entries-missing", text="the log holds no entry")
            return
        if not self.beat:
            yield Gap(weight="note", kind="heartbeat-missing", since=self.first.received_time, until=now,
                      text="there was never a heartbeat: a log that stands still looks like one where nothing happens",
                      fix="hourly: gitward audit checkpoint --log DIR --heartbeat")  # fmt: skip
        elif seconds(now) - seconds(self.beat) > LATE:
            yield Gap(weight="missing", kind="heartbeat-missing", since=self.beat, until=now,
                      text="the last heartbeat is older than two hours")  # fmt: skip
        yield from self._retention(self.first, now, keep_days)

    def _retention(self, first: Entry, now: str, keep_days: int | None) -> Iterator[Gap]:
        days = int((seconds(now) - seconds(first.received_time)) // DAY)
        held = "".join(f"; held: {reason or name}" for name, reason in sorted(self.holds.items()))
        text = f"the oldest entry that is here, {first.seq}, is {days} days old{held}"
        if keep_days is None:
            yield Gap(weight="note", kind="retention", text=text, since=first.received_time)
        elif self.pruned_to and days < keep_days:
            yield Gap(weight="contradiction", kind="retention", since=first.received_time, until=self.pruned_at,
                      text=f"{text}: entries are to be kept {keep_days} days, and those before it were pruned")  # fmt: skip
        elif days > keep_days:
            yield Gap(weight="note", kind="retention", since=first.received_time,
                      text=f"{text}: more than the {keep_days} that are asked for", fix="gitward audit prune")  # fmt: skip
