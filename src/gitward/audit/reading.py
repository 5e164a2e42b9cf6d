"""Reading a log from its first line to its last, in flat memory; nothing is verified. A tail without its LF is no line."""

from __future__ import annotations

import os
import re

from gitward.audit import folder
from gitward.audit.entry import MAXIMUM, Entry, digest_of, read
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.tlog.checkpoint import Checkpoint

_BLOCK = 1 << 20
_END = re.compile(
    rb'"received_time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)","seq":(0|[1-9][0-9]{0,18})\}'
)


def lines(path: str) -> Iterator[bytes]:
    """The whole lines of a file, without LF. Raises ValueError for one longer than any that gitward writes, OSError."""
    with opened(path, _BLOCK) as file:
        while line := file.readline(MAXIMUM + 2):
            if line.endswith(b"\n"):
                yield line[:-1]
            elif len(line) > MAXIMUM:
                raise ValueError(f"{path} holds a line longer than any that gitward writes")


def end_of(line: bytes) -> tuple[str, int] | None:
    """The time and the seq that a line says, by its last bytes alone, as gitward writes them; None for another line."""
    begin = max(0, len(line) - 90)
    found = _END.search(line, begin)
    return (found[1].decode(), int(found[2])) if found and found.end() == len(line) else None


def entries(directory: str, first: int = 0) -> Iterator[Entry]:
    """Every entry from seq `first` on. Raises ValueError for a line that is none, OSError."""
    return (read(line) for _, line in numbered(directory, first))


def numbered(directory: str, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """Every line from seq `first` on, with the seq of its place, none parsed. Raises ValueError for one too long, OSError.

    A segment ends where the next one begins: what stands behind that was never released (log.recovered says so), or was added.
    """
    found = folder.segments(directory)
    for segment, following in zip(found, [*found[1:], None], strict=True):
        if following is not None and following.first <= first:
            continue
        for seq, line in enumerate(lines(segment.path), segment.first):
            if following is not None and seq >= following.first:
                break
            if seq >= first:
                yield seq, line


def chained(directory: str, first: int, end: int) -> Iterator[Entry]:
    """The entries from seq `first` to before `end`. Raises ValueError where one does not continue the one before it, OSError."""
    prev = ""
    for seq, entry in enumerate(entries(directory, max(0, first - 1)), max(0, first - 1)):
        if seq >= end:
            return
        if entry.seq != seq or (prev and entry.prev != prev):
            raise ValueError(f"line {seq} does not continue the one before it")
        prev = digest_of(entry.line)
        if seq >= first:
            yield entry


def newest_checkpoint(directory: str) -> Checkpoint | None:
    """The checkpoint that stands in the folder, None where there is none. Raises GitwardError for what is none, OSError."""
    from gitward.tlog import checkpoint

    try:
        with opened(os.path.join(directory, folder.CHECKPOINT), _BLOCK) as file:
            return checkpoint.read(file.read(checkpoint.MAXIMUM + 1))
    except FileNotFoundError:
        return None
