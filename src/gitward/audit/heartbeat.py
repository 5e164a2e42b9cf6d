"""The log's sign of life: an event at least hourly, which says of every emitter how many events it has brought so far.

Quiet and cut off look the same without it: a log that ends may have been cut, one whose heartbeat ended was stopped. The
counters are running sums: a heartbeat adds to those of the one before it what came since, so it costs an hour's lines.
"""

from __future__ import annotations

import hashlib
import json

from gitward import clock
from gitward.audit import evidence, folder, log, reading
from gitward.audit.entry import read
from gitward.audit.happenings import happening
from gitward.audit.logkeys import class_of
from gitward.canonical import canonical
from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.entry import Entry

CLASS = "log.heartbeat"
SECONDS = 3600
MOST = 10_000
KEPT = 50  # emitters in the event itself; of more, all are kept as evidence
_MARK = b'"class":"log.heartbeat"'
_MAXIMUM_EVIDENCE = 16 << 20


class Tally:
    """Of the entries from seq `since` to before `until`: per emitter, how many events it brought and the seq of its last.

    An emitter is a repository, else an instance, else a host; '' stands for who does not say, and for all beyond MOST.
    """

    def __init__(self, since: int) -> None:
        self.since = self.until = since
        self.counts: dict[str, tuple[int, int]] = {}

    def add(self, entry: Entry) -> None:
        name = _emitter(entry.event)
        if name not in self.counts and len(self.counts) >= MOST:
            name = ""
        self.counts[name] = (self.counts.get(name, (0, 0))[0] + 1, entry.seq)
        self.until = entry.seq + 1

    def most_recent_first(self) -> list[tuple[str, tuple[int, int]]]:
        return sorted(self.counts.items(), key=lambda each: -each[1][1])


def beat(directory: str) -> int:
    """Append a `log.heartbeat` to the log in this folder, and return its seq. Raises Undecided."""
    try:
        tally = _counted(directory)
    except (OSError, ValueError) as problem:
        raise Undecided(f"the log cannot be counted: {problem}", "gitward audit verify", "log-damaged") from None
    plain = [{"emitter": name, "events": events, "newest": seq} for name, (events, seq) in tally.most_recent_first()]
    blob = canonical(plain) if len(plain) > KEPT else b""
    said = {
        "counters": plain[:KEPT],
        "counter_count": len(plain),
        "counters_evidence": {"sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob)} if blob else None,
        "since": tally.since,
        "until": tally.until,
    }
    if blob:
        evidence.keep(directory, blob)
    return log.append(directory, happening(CLASS, heartbeat=said))


def beat_hourly(directory: str) -> bool:
    """A heartbeat, unless the log has one of this hour of the clock; whether there was need of it. Raises Undecided, OSError."""
    before = newest(directory)
    if before and before.received_time[:13] == clock.now()[:13]:
        return False
    beat(directory)
    return True


def newest(directory: str) -> Entry | None:
    """The last heartbeat of a log, None where it has none. Reads back to it, unparsed. Raises OSError, ValueError."""
    for segment in reversed(folder.segments(directory)):
        found = None
        for line in reading.lines(segment.path):
            if _MARK in line and class_of(entry := read(line)) == CLASS:
                found = entry
        if found:
            return found
    return None


def _counted(directory: str) -> Tally:
    """The counters up to the last line. What the heartbeat before says goes on; without one, everything is counted."""
    before = newest(directory)
    tally = _said(directory, before.event.get("heartbeat")) if before else None
    if tally is None:
        segments = folder.segments(directory)
        tally = Tally(segments[0].first if segments else 0)
    for entry in reading.entries(directory, tally.until):
        tally.add(entry)
    return tally


def _said(directory: str, said: Any) -> Tally | None:
    """What a heartbeat counted; None where it cannot be told."""
    try:
        plain, named = said["counters"], said["counters_evidence"]
        if named:
            data = evidence.kept(directory, named["sha256"], _MAXIMUM_EVIDENCE)
            if data is None:
                return None
            plain = json.loads(data)
        tally = Tally(int(said["since"]))
        tally.until = int(said["until"])
        tally.counts = {str(each["emitter"]): (int(each["events"]), int(each["newest"])) for each in plain}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return tally


def _emitter(event: dict[str, Any]) -> str:
    head = event.get("emitter")
    told = (head.get("instance"), head.get("host")) if isinstance(head, dict) else ()
    for value in (event.get("repository"), *told):
        if isinstance(value, str) and value:
            return value[:1_000]
        if isinstance(value, dict) and isinstance(value.get("b64"), str):
            return f"b64:{value['b64'][:1_000]}"
    return ""
