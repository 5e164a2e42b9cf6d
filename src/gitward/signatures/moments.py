"""When things were: the clock of this judging, and when objects were first seen, by somebody who can be believed."""

from __future__ import annotations

import re

from gitward import clock
from gitward.days import day, first_second
from gitward.errors import Undecided, UsageError
from gitward.record import record
from gitward.waivers.rights import SKEW

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")


@record
class Moments:
    """`now` is when this judging began, in seconds since 1970, `seen` when an object was first seen, by its oid.

    `enforcing`: what nobody has seen before is seen now.
    """

    now: int
    seen: Mapping[str, int] = {}
    enforcing: bool = False

    def first_seen(self, oid: str | None) -> int | None:
        found = self.seen.get(oid or "")
        return self.now if found is None and self.enforcing else found


def went_back(time: str, latest: int) -> tuple[str, ...]:
    """What is said where a log was written later (`latest`, seconds since 1970, 0 for unknown) than the time that it is now."""
    if latest <= clock.seconds(time) + SKEW:
        return ()
    back = f"this server's clock says {time[:19]}Z, and its log has an entry of {clock.at(latest)}"
    return (f"{back}: the clock has gone back; what had ended by then counts as ended",)


def read_first_seen(path: str) -> dict[str, int]:
    """A file of lines `OID TIME`, the time in seconds since 1970 or as 2026-01-31T12:00:00Z; # begins a comment.

    Of an oid that stands twice the earlier time counts. Raises UsageError for a line that is none, Undecided for no file.
    """
    seen: dict[str, int] = {}
    try:
        with open(path, encoding="ascii", errors="surrogateescape") as file:
            for number, line in enumerate(file, 1):
                text = line.split("#", 1)[0].split()
                if not text:
                    continue
                time = _time(text[1]) if len(text) == 2 else None
                if time is None or len(text[0]) not in (40, 64) or text[0].strip("0123456789abcdef"):
                    raise UsageError(f"{path}:{number}: not a line of first-seen times", "write a full oid and a time")
                seen[text[0]] = min(time, seen.get(text[0], time))
    except OSError as problem:
        raise Undecided(f"the first-seen times cannot be read: {path}: {problem.strerror}", reason="no-first-seen") from None
    return seen


def _time(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text)
    if not _INSTANT.fullmatch(text):
        return None
    start = first_second(text[:10])
    if start < 0 or day(start) != text[:10]:  # no such day, or before 1970
        return None
    return start + int(text[11:13]) * 3600 + int(text[14:16]) * 60 + int(text[17:19])
