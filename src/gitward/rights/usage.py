"""Which grants were used, as the log has it: the updates that were let in, and whose they were.

An update counts for every grant of its pusher that is for its action and its ref. Which paths it changed no event says, so it
counts for a grant with `paths` too: what is called not used was not used, and what is not may be unused all the same.

The lines are read from the first to the last. An index would have to be made first, which takes five times as long, and then
each entry looked up in it and read all the same.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

from gitward.audit import folder, reading
from gitward.audit.index.asked import moment
from gitward.errors import Undecided
from gitward.record import record
from gitward.rights.counting import Counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from gitward.rights.counting import Key
    from gitward.rights.holders import Rights

LIMITS = (
    "what was there before the log, or was pruned from it, counts as not used",
    "readings are known only where `gitward access shell` lets readers in",
    "which paths an update changed is not recorded: a grant with paths counts as used by any update that it may have let in",
    "what no push brings, such as a ref that the server's own user moves, is nobody's use",
    "whether the lines of the log are as they were written: gitward audit verify",
    "what never reached the log: gitward audit review",
)
"""What the log cannot know, or was not asked."""
_MARKS = (b'"class":"decision.receive"', b'"class":"access.read"')


@record
class Usage:
    """`uses`: how often, and when last (RFC 3339). `since` and `until` are the times of the first and the last entry looked at,
    `first` and `last` their seqs, -1 where there is none; `asked` the times that were asked for, '' for none.

    `pruned` are the entries before the first one that are not there any more, by their number, 0 where none is missing;
    `missing` are those between two that are there; `begins` is when the oldest that is there was received.
    `decisions` are the pushes that were let in, of them `unproven` by nobody who is known; `readings` those by SSH; `others` are
    both under other policies alone. `digests` counts decisions and readings by the version of the policy that let them in,
    `repositories` by where.
    """

    log: str
    since: str
    until: str
    decisions: int
    unproven: int
    readings: int
    uses: Mapping[Key, tuple[int, str]]
    pruned: int = 0
    missing: int = 0
    origin: str = ""
    first: int = -1
    last: int = -1
    begins: str = ""
    asked: tuple[str, str] = ("", "")
    others: int = 0
    digests: Mapping[str, int] = {}
    repositories: Mapping[str, int] = {}

    def can_tell(self, action: str) -> bool:
        """Whether the log has any reading, or any push, of this policy in that time: where it has none, it is blind for them."""
        return bool(self.readings if action == "read" else self.decisions)

    def used(self, key: Key) -> tuple[int, str]:
        return self.uses.get(key, (0, ""))


def usage(directory: str, rights: Rights, since: str = "", until: str = "") -> Usage:
    """Read a log, its lines as they are. Raises UsageError for times that are none, GitwardError, OSError.

    Undecided where a line is none: what it said is not known.
    """
    now = time.time()
    asked = (_time(moment(since, "--since", now)) if since else "",
             _time(moment(until, "--until", now, whole_day=True)) if until else "")  # fmt: skip
    origin = folder.about(directory).origin
    counted = Counted(directory, rights)
    oldest, begins, missing, expected = -1, "", 0, -1
    first, last = (-1, ""), (-1, "")
    for seq, when, line in _lines(directory):
        if expected >= 0:
            missing += seq - expected
        else:
            oldest, begins = seq, when
        expected = seq + 1
        if (asked[0] and when < asked[0]) or (asked[1] and when >= asked[1]):
            continue
        first, last = (first if first[0] >= 0 else (seq, when)), (seq, when)
        if any(mark in line for mark in _MARKS):
            counted.add(_event(seq, line), when)
    return Usage(
        log=directory, origin=origin, first=first[0], last=last[0], since=first[1], until=last[1], begins=begins, asked=asked,
        decisions=counted.decisions, unproven=counted.unproven, readings=counted.readings, others=counted.others,
        uses=counted.uses, digests=counted.digests, repositories=counted.repositories,
        pruned=max(oldest, 0) if first[0] == oldest else 0, missing=missing,
    )  # fmt: skip


def _lines(directory: str) -> Iterator[tuple[int, str, bytes]]:
    """Every line with its seq and time, none parsed."""
    try:
        for seq, line in reading.numbered(directory):
            said = reading.end_of(line)
            if said is None or said[1] != seq:
                raise ValueError(f"line {seq} is no entry of a log")
            yield seq, said[0], line
    except ValueError as problem:
        raise _damaged(str(problem)) from None


def _event(seq: int, line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line.decode())["event"]
    except (ValueError, LookupError, TypeError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise _damaged(f"line {seq} is no entry of a log")
    return event


def _damaged(why: str) -> Undecided:
    return Undecided(f"{why}: who used what cannot be told", "gitward audit verify says what of the log holds", "log-damaged")


def _time(microseconds: int) -> str:
    """A moment as the log writes times; one that no log can hold becomes the first or the last that can be written."""
    try:
        found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    except OverflowError:
        found = datetime.max if microseconds > 0 else datetime.min
    return f"{found.year:04d}-{found:%m-%dT%H:%M:%S.%f}Z"
