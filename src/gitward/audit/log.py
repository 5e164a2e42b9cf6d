"""The log: append-only lines in segments, each line durable before it is believed. For POSIX systems only.

A line is written under an exclusive lock and synced before `append` returns. A tail without its LF was never released to
anyone: it is moved to a side file, so that nothing half-written is ever taken for whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import time

from gitward import clock
from gitward.audit import folder
from gitward.audit.entry import digest_of, line_of
from gitward.audit.entry import read as read_entry
from gitward.durable import new_file
from gitward.errors import Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

_LOCK_SECONDS = 10.0
_TAIL = 128 << 10  # more than one line can hold
SEGMENT_BYTES = 64 << 20
BUNDLE = 256  # a segment holds a multiple of so many entries


@record
class Item:
    """What is to be recorded: an event (canonical bytes), the values behind its commitments, who gave it, its evidence."""

    event: bytes
    personal: bytes = b""
    peer: dict[str, int] | None = None
    evidence: tuple[bytes, ...] = ()


def append(directory: str, event: bytes, personal: bytes = b"") -> int:
    """Append one event, canonical JSON bytes, and return its seq. Raises Undecided when it is not surely on disk."""
    return append_all(directory, (Item(event=event, personal=personal),))[0]


def append_all(directory: str, items: tuple[Item, ...]) -> list[int]:
    """Append events together: one lock, one sync. Returns their seqs. Raises Undecided when they are not surely on disk."""
    try:
        with locked(directory):
            return _append_locked(directory, items)
    except OSError as problem:
        raise Undecided(
            f"the decision could not be recorded: {problem.strerror or problem}",
            "the administrator looks at disk space and permissions of the log folder",
            "log-unavailable",
        ) from problem


def locked(directory: str) -> AbstractContextManager[None]:
    """Hold the log's lock: nobody else writes. Raises OSError, and Undecided where another holds it for too long."""
    from contextlib import contextmanager

    @contextmanager
    def holding() -> Iterator[None]:
        lock = os.open(os.path.join(directory, folder.LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _acquire(lock)
            yield
        finally:
            os.close(lock)

    return holding()


def tail(directory: str) -> tuple[bytes, bytes]:
    """The last whole line and what stands after it, torn. Raises OSError, Undecided for a log without segments."""
    found = folder.segments(directory)
    if not found:
        raise Undecided("the log has lost its segments", "restore the log", "log-damaged")
    with open(found[-1].path, "rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        whole, _, torn = file.read(_TAIL).rpartition(b"\n")
    return whole.rpartition(b"\n")[2], torn


def last_revisions(directory: str) -> dict[tuple[str, str], int]:
    """The revision that each policy, by id and source, had when it last judged, as far as the last 128 KiB tell.

    Raises OSError for a log that is there and cannot be read.
    """
    found: dict[tuple[str, str], int] = {}
    segments = folder.segments(directory)
    if not segments:
        return found
    with open(segments[-1].path, "rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        lines = file.read(_TAIL).split(b"\n")
    for line in lines:
        try:
            policies = json.loads(line)["event"]["policies"]
            found.update({(each["id"], each["source"]): each["revision"] for each in policies if each["revision"] is not None})
        except (ValueError, KeyError, TypeError):
            continue  # the cut first line, or a torn last one; `append` refuses a damaged log
    return found


def _acquire(lock: int) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Undecided("the log is locked by another writer", "push again", "log-locked") from None
            time.sleep(0.005)


def _append_locked(directory: str, items: tuple[Item, ...]) -> list[int]:
    if not folder.is_live(directory):
        raise Undecided(
            "the log of this server is not there, or is the copy of a log: a copy never continues",
            "the administrator puts the log back, or makes one: gitward audit init --log DIR",
            "log-damaged",
        )
    segments = folder.segments(directory)
    if not segments:
        raise Undecided("the log has lost its segments", "restore the log", "log-damaged")
    segment = segments[-1]
    file = os.open(segment.path, os.O_RDWR | os.O_CLOEXEC)
    try:
        end, last = _whole_lines(file, directory)
        seq, prev = _next(last)
        lines: list[bytes] = []
        now = clock.now()
        for item in items:
            line = line_of(seq + len(lines), prev, now, item.event, item.peer)
            prev = digest_of(line)
            lines.append(line)
        values = b"".join(item.personal + b"\n" for item in items if item.personal)
        if values:
            _add(folder.personal_path(directory, segment.first), values)
        _write(file, b"\n".join(lines) + b"\n", end)
        return list(range(seq, seq + len(lines)))
    finally:
        os.close(file)


def _whole_lines(file: int, directory: str) -> tuple[int, bytes]:
    """Where the whole lines end, and the last of them. What comes after is moved aside."""
    size = os.fstat(file).st_size
    start = max(0, size - _TAIL)
    tail = os.pread(file, size - start, start)
    end = tail.rfind(b"\n") + 1
    if end == 0:
        raise Undecided("the log ends in a line longer than any that gitward writes", "restore it", "log-damaged")
    if end < len(tail):
        torn = tail[end:]
        os.makedirs(os.path.join(directory, "torn"), mode=0o700, exist_ok=True)
        name = os.path.join(directory, "torn", f"{start + end}-{digest_of(torn)[:16]}")
        new_file(name, torn, 0o640)
        os.ftruncate(file, start + end)
    return start + end, tail[: end - 1].rpartition(b"\n")[2]


def _next(last: bytes) -> tuple[int, str]:
    try:
        return read_entry(last).seq + 1, digest_of(last)
    except ValueError:
        raise Undecided("the last line of the log is not one that gitward wrote", "restore the log", "log-damaged") from None


def _write(file: int, lines: bytes, end: int) -> None:
    """Write whole lines at the end and sync them; on failure take them back, as far as the disk lets us."""
    try:
        written = 0
        while written < len(lines):
            written += os.pwrite(file, lines[written:], end + written)
        os.fdatasync(file)
    except OSError:
        os.ftruncate(file, end)
        raise


def _add(path: str, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        while data:
            data = data[os.write(file, data) :]
        os.fdatasync(file)
    finally:
        os.close(file)
