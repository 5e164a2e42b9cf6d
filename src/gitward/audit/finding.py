"""Finding one line of the log by its seq, without reading what stands before it. Nothing is verified.

Lines end in `"seq":N}` and N grows, so the place is found by halving; where lines are damaged they are counted instead.
"""

from __future__ import annotations

import os
import re

from gitward.audit import folder, reading
from gitward.audit.entry import MAXIMUM
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_END = re.compile(rb'"seq":(0|[1-9][0-9]{0,18})\}\n')


def line_at(directory: str, seq: int) -> bytes | None:
    """The bytes of the line of entry `seq`, without LF; None where there is none (pruned, or never written).

    A pruned line that was kept as a landmark is found too. Raises OSError, ValueError for a line that is too long.
    """
    before = [segment for segment in folder.segments(directory) if segment.first <= seq]
    if before:
        with opened(before[-1].path, MAXIMUM) as file:
            found = _halved(file, seq)
        return found or _counted(before[-1].path, seq - before[-1].first)
    kept = os.path.join(directory, folder.LANDMARKS)
    if not os.path.exists(kept):
        return None
    return next((line for line in reading.lines(kept) if seq_of(line + b"\n") == seq), None)


def seq_of(line: bytes) -> int | None:
    """What a whole line, with its LF, says as its seq at its end."""
    found = _END.search(line, max(0, len(line) - 40))
    return int(found[1]) if found and found.end() == len(line) else None


def _halved(file: BinaryIO, seq: int) -> bytes | None:
    """The line, if it begins where lines that count upwards would have it."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        file.seek(max(0, middle - 1))
        if middle:
            file.readline(MAXIMUM + 2)  # what is left of the line before
        start = file.tell()
        if start >= high:
            high = middle
            continue
        line = file.readline(MAXIMUM + 2)
        number = seq_of(line)
        if number is None:
            return None
        if number == seq:
            return line[:-1]
        if number < seq:
            low = start + len(line)
        else:
            high = middle
    return None


def _counted(path: str, place: int) -> bytes | None:
    return next((line for number, line in enumerate(reading.lines(path)) if number == place), None)
