"""One segment: where its whole lines end, what stands behind them, how a new one begins. For POSIX systems only.

A segment is written at its end only, and one write holds lines of one `received_time`. Since the start of the machine a
kill can cut a write short, so that what follows the last LF is torn. A power cut can do more: of what was not synced any page
may be missing, so then the chain is followed from the last checkpoint on (`settled_end`).
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress

from gitward.audit import folder
from gitward.audit.entry import digest_of
from gitward.audit.entry import read as read_entry
from gitward.durable import replace_file
from gitward.errors import Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.folder import Segment

BYTES = 64 << 20  # a segment of so many bytes is followed by another
BUNDLE = 256  # a segment is followed by another at a multiple of so many entries
UNSYNCED = 32 << 20  # more than one write can hold
_NEAR, _TAIL = 4 << 10, 128 << 10  # most last lines; more than any line can hold
_CLOSED = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@record
class End:
    """Where the whole lines end, in bytes; the last of them, without LF, and its seq; what stands behind it, never released."""

    offset: int
    seq: int
    line: bytes
    torn: bytes


def newest(directory: str) -> Segment:
    """The segment that is written. Raises OSError, Undecided for a log without one."""
    found = folder.segments(directory)
    if not found:
        raise damaged("the log has lost its segments")
    return found[-1]


def damaged(message: str) -> Undecided:
    return Undecided(message, "the administrator restores the log, or begins another: gitward audit init", "log-damaged")


def opened(segment: Segment) -> tuple[int, bool]:
    """The segment's file, and whether it is closed: its last sync failed. Raises OSError."""
    try:
        file = os.open(segment.path, os.O_RDWR | os.O_CLOEXEC)
    except PermissionError:
        if os.stat(segment.path).st_mode & stat.S_IWUSR:
            raise
        file = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
    return file, not os.fstat(file).st_mode & stat.S_IWUSR


def close(file: int, end: int) -> None:
    """Nobody writes here again: a sync has failed, and Linux now calls clean what may not be on disk. Raises nothing.

    The mark is that nobody may write the file, since that needs no space. It holds for as long as the pages are remembered.
    """
    with suppress(OSError):
        os.fchmod(file, stat.S_IMODE(os.fstat(file).st_mode) & ~_CLOSED)
    with suppress(OSError):
        os.ftruncate(file, end)


def forget_pages(file: int) -> None:
    """Drop what the kernel remembers of the file, so that what is read next comes from the disk (posix_fadvise(2))."""
    with suppress(OSError):
        os.fdatasync(file)  # pages that are still to be written are not dropped
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)


def end_of(file: int) -> End:
    """The end, as a kill can have left it. Raises OSError, Undecided where the last line is not one that gitward wrote."""
    size = os.fstat(file).st_size
    for window in (_NEAR, _TAIL):
        start = max(0, size - window)
        tail = os.pread(file, size - start, start)
        end = tail.rfind(b"\n") + 1
        begin = tail.rfind(b"\n", 0, max(end - 1, 0)) + 1
        if end and (begin or start == 0):
            line = tail[begin : end - 1]
            return End(offset=start + end, seq=_seq(line), line=line, torn=tail[end:])
    raise damaged("the log ends in a line longer than any that gitward writes")


def settled_end(file: int, segment: Segment, covered: int) -> End:
    """The end, as a power cut can have left it: the lines up to the first that does not continue the chain.

    The lines below seq `covered` stand in the log's own checkpoint: they were synced. What comes after the end is taken for
    torn only where one write can have made it. Raises OSError, Undecided.
    """
    offset, seq, last = 0, segment.first - 1, b""
    with open(file, "rb", buffering=1 << 20, closefd=False) as stream:
        stream.seek(0)
        for whole in stream:
            line = whole[:-1]
            if not whole.endswith(b"\n") or (seq + 1 >= covered and not _continues(line, seq + 1, last)):
                break
            offset, seq, last = offset + len(whole), seq + 1, line
    size = os.fstat(file).st_size
    torn = os.pread(file, min(size - offset, UNSYNCED + 1), offset)
    if not last or _seq(last) != seq:
        raise damaged("the first line of the newest segment is not one that gitward wrote")
    if seq + 1 < covered or len(torn) > UNSYNCED or len(_times(torn)) > 1:
        raise damaged("the log is altered, or has lost lines that were on disk")
    return End(offset=offset, seq=seq, line=last, torn=torn)


def begin(directory: str, first: int, line: bytes) -> Segment:
    """A new segment with its first line, whole or not at all. Its name is synced before its second line is written.

    Raises OSError.
    """
    segment = folder.Segment(first=first, path=folder.segment_path(directory, first))
    replace_file(segment.path, line + b"\n")
    return segment


def digest(file: int, length: int) -> str:
    """SHA-256 of the first `length` bytes, as hex. Raises OSError."""
    found, offset = hashlib.sha256(), 0
    while offset < length:
        block = os.pread(file, min(1 << 20, length - offset), offset)
        if not block:
            raise damaged("the log has lost lines while it was read")
        found.update(block)
        offset += len(block)
    return found.hexdigest()


def _seq(line: bytes) -> int:
    try:
        return read_entry(line).seq
    except ValueError:
        raise damaged("the last line of the log is not one that gitward wrote") from None


def _continues(line: bytes, seq: int, before: bytes) -> bool:
    try:
        entry = read_entry(line)
    except ValueError:
        return False
    return entry.seq == seq and (not before or entry.prev == digest_of(before))


def _times(lines: bytes) -> set[str]:
    """The times at which these lines were written, as far as they are lines. One write gives all of its lines the same."""
    found = set()
    for line in lines.split(b"\n"):
        try:
            found.add(read_entry(line).received_time)
        except ValueError:
            continue
    return found
