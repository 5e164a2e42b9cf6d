"""Reading a log from its first line to its last, in flat memory; nothing is verified. A tail without its LF is no line."""

from __future__ import annotations

from gitward.audit import folder
from gitward.audit.entry import MAXIMUM, Entry, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 1 << 20


def lines(path: str) -> Iterator[bytes]:
    """The whole lines of a file, without LF. Raises ValueError for one longer than any that gitward writes, OSError."""
    with open(path, "rb", buffering=_BLOCK) as file:
        while line := file.readline(MAXIMUM + 2):
            if line.endswith(b"\n"):
                yield line[:-1]
            elif len(line) > MAXIMUM:
                raise ValueError(f"{path} holds a line longer than any that gitward writes")


def entries(directory: str, first: int = 0) -> Iterator[Entry]:
    """Every entry from seq `first` on. Raises ValueError for a line that is none, OSError."""
    found = folder.segments(directory)
    for segment, following in zip(found, [*found[1:], None], strict=True):
        if following is not None and following.first <= first:
            continue
        for number, line in enumerate(lines(segment.path)):
            if segment.first + number >= first:
                yield read(line)
