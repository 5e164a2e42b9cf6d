"""Personal values against the commitments in events: there and fitting, erased, missing, or not fitting.

A side table holds a line for each event, in the order of the events; a crash leaves lines without an event, erasing takes lines
away. So both are walked side by side, with a look ahead at the next lines, and never more than these are in memory.
"""

from __future__ import annotations

import json
import re
from collections import deque

from gitward.audit.personal import LONGEST, commitment
from gitward.audit.verification.findings import BROKEN, INCOMPLETE
from gitward.canonical import canonical
from gitward.regularfile import opened, why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.audit.verification.findings import Findings

_AHEAD_LINES, _AHEAD_BYTES = 1024, 8 << 20
_REMEMBERED = 1_000_000
_SALT = re.compile(r"[0-9a-f]{64}")


class Values:
    """Counts of values: `present`, `erased`, `missing`, `unfit`, and `secret`, of which only the salt is kept."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.present = self.erased = self.unfit = self.secret = 0
        self._missing: dict[str, tuple[int, int]] = {}  # event id -> its seq, how many
        self._uncounted = 0
        self._table: SideTable | None = None

    @property
    def missing(self) -> int:
        return sum(count for _, count in self._missing.values()) + self._uncounted

    def turn_to(self, path: str, name: str) -> None:
        """The next segment begins, with this side table."""
        self._table = SideTable(path, name, self.findings)

    def look(self, event_id: Any, commitments: dict[str, str], seq: int) -> None:
        """The event of entry `seq` holds these commitments, by JSON pointer."""
        given = self._table.take(event_id) if self._table else None
        left = dict(commitments)
        for path, salt, value in given or ():
            said = left.pop(path, None)
            if value is None and said is not None:
                self.secret += 1
            elif said is not None and fits(path, value, salt, said):
                self.present += 1
            else:
                self.unfit += 1
                place = self._table.name if self._table else ""
                self.findings.add("personal", BROKEN, place, f"a value at {path} does not fit the commitment in entry {seq}", seq)
        if left:
            if type(event_id) is str and len(self._missing) < _REMEMBERED:
                self._missing[event_id] = (seq, len(left))
            else:
                self._uncounted += len(left)

    def erase(self, event_id: str) -> None:
        """An entry says that values of this event were erased."""
        self.erased += self._missing.pop(event_id, (0, 0))[1]

    def conclude(self) -> None:
        """What is missing still was not erased by any entry."""
        for seq, count in self._missing.values():
            self.findings.add("personal", INCOMPLETE, f"seq {seq}", f"{count} values are missing, and no entry says that they "
                              "were erased", seq)  # fmt: skip
        if self._uncounted:
            self.findings.add("personal", INCOMPLETE, "personal", f"{self._uncounted} more values are missing")


class SideTable:
    """The values of one segment, read forward only."""

    def __init__(self, path: str, name: str, findings: Findings) -> None:
        self.name = name
        self._findings = findings
        self._lines = self._read(path)
        self._ahead: deque[tuple[str, list[Any], int]] = deque()
        self._ids: dict[str, int] = {}
        self._bytes = 0

    def take(self, event_id: Any) -> list[Any] | None:
        """The values of an event, None where none stand among the next lines. Lines before them belong to no event."""
        while len(self._ahead) < _AHEAD_LINES and self._bytes < _AHEAD_BYTES and (more := next(self._lines, None)):
            self._ahead.append(more)
            self._ids[more[0]] = self._ids.get(more[0], 0) + 1
            self._bytes += more[2]
        if type(event_id) is not str or event_id not in self._ids:
            return None
        while True:
            found, values, size = self._ahead.popleft()
            self._bytes -= size
            self._ids[found] -= 1
            if not self._ids[found]:
                del self._ids[found]
            if found == event_id:
                return values

    def _read(self, path: str) -> Iterator[tuple[str, list[Any], int]]:
        try:
            with opened(path) as file:
                for line in bounded_lines(file, LONGEST):
                    read = _line(line)
                    if read:
                        yield (*read, len(line))
        except FileNotFoundError:
            return
        except OSError as problem:
            self._findings.add("personal", INCOMPLETE, self.name, f"cannot be read: {why(problem)}")


def bounded_lines(file: Any, most: int) -> Iterator[bytes]:
    """The whole lines of an unbuffered file, without LF; longer ones are passed over, and never whole in memory."""
    rest, is_long = b"", False
    while block := file.read(1 << 18):
        whole = (rest + block).split(b"\n")
        rest = whole.pop()
        for line in whole:
            if not is_long and len(line) <= most:
                yield line
            is_long = False
        if len(rest) > most:
            rest, is_long = b"", True


def fits(path: str, value: Any, salt: str, said: str) -> bool:
    """Whether this value with its salt, 64 hex digits, gives the commitment."""
    if not _SALT.fullmatch(salt):
        return False
    try:
        return commitment(path, value, bytes.fromhex(salt)) == said
    except (ValueError, TypeError, RecursionError):
        return False


def _line(line: bytes) -> tuple[str, list[Any]] | None:
    """Event id and (path, salt, value) of a line; None for what a torn write left, or what is none."""
    try:
        plain = json.loads(line.decode())
        event_id, values = plain["id"], [(path, salt, value) for path, salt, value in plain["values"]]
        is_ours = canonical(plain) == line and type(event_id) is str
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (event_id, values) if is_ours and all(type(path) is type(salt) is str for path, salt, _ in values) else None
