"""One line of the log: `{"event","peer","prev","received_time","seq"}`, canonical JSON, the event's bytes inside unchanged.

`prev` is the SHA-256 of the line before, its LF left out; of entry 0 that of `origin LF public key LF`. `peer` stands only
where the daemon took the event: the process that the kernel says was at the other end. A line, a leaf, is at most 65,535 bytes.
"""

from __future__ import annotations

import hashlib
import json

from gitward.errors import GitwardError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAXIMUM = 65_535  # an entry bundle of C2SP tlog-tiles counts in 16 bits
_NEEDED = {"event", "prev", "received_time", "seq"}
ENVELOPE = 300  # what stands around an event at most
MAXIMUM_EVENT = MAXIMUM - ENVELOPE


@record
class Entry:
    """A line that was read: `line` are its bytes without LF, `event` the parsed event."""

    seq: int
    prev: str
    received_time: str
    event: dict[str, Any]
    line: bytes
    peer: dict[str, int] | None = None


def first_prev(origin: str, key: str) -> str:
    """What stands for the line before entry 0: it binds the log to its origin and its first key."""
    return hashlib.sha256(f"{origin}\n{key}\n".encode()).hexdigest()


def line_of(seq: int, prev: str, received_time: str, event: bytes, peer: dict[str, int] | None = None) -> bytes:
    """The line's bytes, without LF. Raises GitwardError for an event that is too long or holds a line break."""
    middle = b"" if peer is None else b'"peer":{"gid":%d,"pid":%d,"uid":%d},' % (peer["gid"], peer["pid"], peer["uid"])
    line = b'{"event":%s,%s"prev":"%s","received_time":"%s","seq":%d}' % (
        event, middle, prev.encode(), received_time.encode(), seq,
    )  # fmt: skip
    if len(line) > MAXIMUM or b"\n" in event:
        raise GitwardError(f"an event of {len(event)} bytes is too long for the log, or is not one line")
    return line


def digest_of(line: bytes) -> str:
    """What the next line says as its `prev`."""
    return hashlib.sha256(line).hexdigest()


def read(line: bytes) -> Entry:
    """Read a line, its shape only: the event is a JSON object, nothing more is looked at. Raises ValueError."""
    try:
        plain = json.loads(line)
    except RecursionError:
        raise ValueError("the line is nested too deeply") from None
    if not isinstance(plain, dict) or not _NEEDED <= plain.keys() <= _NEEDED | {"peer"}:
        raise ValueError("the line is no entry of a log")
    seq, prev, received, event = plain["seq"], plain["prev"], plain["received_time"], plain["event"]
    if type(seq) is not int or type(prev) is not str or type(received) is not str or type(event) is not dict:
        raise ValueError("the line is no entry of a log")
    return Entry(seq=seq, prev=prev, received_time=received, event=event, line=line, peer=plain.get("peer"))
