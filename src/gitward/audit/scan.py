"""Reading a log on from where a reader has got to. What was read must still stand there, or it is read again from the start."""

from __future__ import annotations

import os

from gitward.audit import folder
from gitward.audit.entry import MAXIMUM, digest_of
from gitward.record import record, replace
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    Line = tuple[int, int, int, bytes | None]  # seq, first seq of its segment, offset there, bytes without LF

_BLOCK = 1 << 20


@record
class Cursor:
    """How far a reader has got: the segments that it has seen, by their first seq, and the last line in the last of them.

    `start` and `end` are that line's offsets, the LF included, `digest` its SHA-256, `next` the seq after it. `personal` is
    the offset in that segment's side table behind the last line that was used.
    """

    segments: tuple[int, ...] = ()
    next: int = 0
    start: int = 0
    end: int = 0
    digest: str = ""
    personal: int = 0


def is_at(directory: str, cursor: Cursor, *, pruned: bool = False) -> bool:
    """Whether the log is still the one that was read: the same segments up to there, and the same last line. Raises OSError.

    Each line names the digest of the one before, so equal last lines mean equal logs up to there. With `pruned` segments at
    the beginning may be gone.
    """
    if not cursor.segments:
        return False
    last = cursor.segments[-1]
    left = tuple(each.first for each in folder.segments(directory) if each.first <= last)
    if left != (cursor.segments[-len(left) :] if pruned and left else cursor.segments):
        return False
    with opened(folder.segment_path(directory, last), MAXIMUM) as file:
        file.seek(cursor.start)
        line = file.read(min(cursor.end - cursor.start, _BLOCK))
    return line.endswith(b"\n") and digest_of(line[:-1]) == cursor.digest


def has_more(directory: str, cursor: Cursor) -> bool:
    """Whether anything stands after the cursor, a torn tail included. Raises OSError."""
    last = folder.segments(directory)[-1]
    return (last.first,) != cursor.segments[-1:] or os.stat(last.path).st_size > cursor.end


def lines_after(directory: str, cursor: Cursor) -> Iterator[Line]:
    """Every whole line after the cursor, in order; None for one longer than any that gitward writes. Raises OSError.

    A tail without its LF is no line: it was never released, or is being written right now.
    """
    last = cursor.segments[-1] if cursor.segments else -1
    for segment in folder.segments(directory):
        if segment.first < last:
            continue
        seq, start = (cursor.next, cursor.end) if segment.first == last else (segment.first, 0)
        with opened(segment.path, _BLOCK) as file:
            file.seek(start)
            while line := file.readline(MAXIMUM + 1):
                if line.endswith(b"\n"):
                    yield seq, segment.first, start, line[:-1]
                    start += len(line)
                elif len(line) <= MAXIMUM or not (length := _passed_over(file)):
                    break
                else:
                    yield seq, segment.first, start, None
                    start += len(line) + length
                seq += 1


def behind(cursor: Cursor, batch: list[Line]) -> Cursor:
    """The cursor behind the last line that is one; what stands after that is read again next time."""
    for seq, _, start, text in reversed(batch):
        if text is not None:
            seen = tuple(dict.fromkeys((*cursor.segments, *(line[1] for line in batch if line[0] <= seq))))
            digest, end = digest_of(text), start + len(text) + 1
            return replace(cursor, segments=seen, next=seq + 1, start=start, end=end, digest=digest)
    return cursor


def _passed_over(file: BinaryIO) -> int:
    """The bytes to the end of an endless line, its LF included; 0 where it has none."""
    length = 0
    while part := file.readline(_BLOCK):
        length += len(part)
        if part.endswith(b"\n"):
            return length
    return 0
