"""The decision log: append-only JSON lines, each `{"seq", "prev", "received_time", "event"}`, durable before it is believed.

`prev` is the SHA-256 of the line before, its LF left out; of the first line it is 64 zeros. A line is written under an
exclusive lock and synced before `append` returns. A tail without its LF was never released to anyone: it is moved to a
side file, so that nothing half-written is ever taken for whole. For servers, so for POSIX systems only.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time

from gitward import clock
from gitward.durable import sync_folder
from gitward.errors import Undecided

SEGMENT = "00000001.jsonl"
_LOCK_SECONDS = 10.0
_TAIL = 128 << 10  # more than one line can hold
ORIGIN = "0" * 64


def append(directory: str, event: bytes) -> int:
    """Append one event, canonical JSON bytes, and return its seq. Raises Undecided when it is not surely on disk."""
    try:
        lock = os.open(os.path.join(directory, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _acquire(lock)
            return _append_locked(directory, event)
        finally:
            os.close(lock)
    except OSError as problem:
        raise Undecided(
            f"the decision could not be recorded: {problem.strerror or problem}",
            "the administrator looks at disk space and permissions of the log folder",
            "log-unavailable",
        ) from problem


def last_revisions(directory: str) -> dict[tuple[str, str], int]:
    """The revision that each policy, by id and source, had when it last judged, as far as the last 128 KiB tell.

    Raises OSError for a log that is there and cannot be read.
    """
    try:
        with open(os.path.join(directory, SEGMENT), "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read(_TAIL).split(b"\n")
    except FileNotFoundError:
        return {}
    found: dict[tuple[str, str], int] = {}
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


def _append_locked(directory: str, event: bytes) -> int:
    path = os.path.join(directory, SEGMENT)
    is_new = not os.path.exists(path)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        if is_new:
            sync_folder(directory)
        end, last = _whole_lines(file, directory)
        seq, prev = _next(last) if end else (0, ORIGIN)
        line = b'{"event":%s,"prev":"%s","received_time":"%s","seq":%d}\n' % (
            event, prev.encode(), clock.now().encode(), seq,
        )  # fmt: skip
        _write(file, line, end)
        return seq
    finally:
        os.close(file)


def _whole_lines(file: int, directory: str) -> tuple[int, bytes]:
    """Where the whole lines end, and the last of them. What comes after is moved aside."""
    size = os.fstat(file).st_size
    start = max(0, size - _TAIL)
    tail = os.pread(file, size - start, start)
    end = tail.rfind(b"\n") + 1
    if end == 0 and start > 0:
        raise Undecided("the log ends in a line longer than any that gitward writes", "restore it", "log-damaged")
    if end < len(tail):
        torn = tail[end:]
        name = f"torn-{start + end}-{hashlib.sha256(torn).hexdigest()[:16]}"
        with open(os.path.join(directory, name), "wb") as side:
            side.write(torn)
            side.flush()
            os.fsync(side.fileno())
        os.ftruncate(file, start + end)
    return start + end, tail[: max(end - 1, 0)].rpartition(b"\n")[2]


def _next(last: bytes) -> tuple[int, str]:
    try:
        seq = json.loads(last)["seq"]
    except (ValueError, KeyError, TypeError):
        seq = None
    if type(seq) is not int:
        raise Undecided("the last line of the log is not one that gitward wrote", "restore the log", "log-damaged")
    return seq + 1, hashlib.sha256(last).hexdigest()


def _write(file: int, line: bytes, end: int) -> None:
    """Write a whole line at the end and sync it; on failure take it back, as far as the disk lets us."""
    try:
        written = 0
        while written < len(line):
            written += os.pwrite(file, line[written:], end + written)
        os.fdatasync(file)
    except OSError:
        os.ftruncate(file, end)
        raise
