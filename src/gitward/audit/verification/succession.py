"""What the first entry of a segment says of the segment before it: `log.rotated`, or `log.recovered` after a sync that failed."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.verification.segmentfiles import SegmentFile

_CLASSES = ("log.rotated", "log.recovered")


@record
class Said:
    """The segment before: seq of its first entry, entries, bytes, SHA-256. After a sync that failed more may stand behind it."""

    first: int
    entries: int
    size: int
    digest: str
    is_after_failure: bool


def said(event: dict[str, Any] | None) -> Said | None:
    """What this event says of the segment before its own, None for one that says nothing of it."""
    head, part = (event.get("event"), event.get("log")) if event else (None, None)
    if type(head) is not dict or head.get("class") not in _CLASSES or type(part) is not dict:
        return None
    first, entries, size, digest = part.get("segment"), part.get("entries"), part.get("bytes"), part.get("sha256")
    if type(first) is not int or type(entries) is not int or type(size) is not int or type(digest) is not str:
        return None
    return Said(first=first, entries=entries, size=size, digest=digest, is_after_failure=head["class"] == "log.recovered")


def compared(last: SegmentFile, said: Said, seq: int) -> str:
    """What is wrong with a segment that was read, by what the next one says of it; '' for nothing."""
    if last.before < seq:
        return f"is missing: the next segment says that {said.entries} entries stood here"
    try:
        digest = last.digest(said.size)
    except OSError:
        return "cannot be read again"
    return "" if digest == said.digest else "or one before it is not what was written: the next segment names another digest"
