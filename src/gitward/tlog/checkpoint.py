"""Checkpoints: how large a log is and what its root is, as the text of a signed note (C2SP tlog-checkpoint)."""

from __future__ import annotations

import base64
import re

from gitward.errors import GitwardError
from gitward.record import record
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.note import Note

MAXIMUM = note.MAXIMUM
MAXIMUM_SIZE = (1 << 63) - 1  # of what Go and SQLite count with
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@record
class Checkpoint:
    """The log's origin, its size in entries, and its root, 32 bytes. `note` is what it was read from, with the signatures.

    `extensions` are further lines of the text; gitward writes none.
    """

    origin: str
    size: int
    root: bytes
    note: Note | None = None
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        return "".join(f"{line}\n" for line in (self.origin, self.size, base64.b64encode(self.root).decode(), *self.extensions))


def read(data: bytes) -> Checkpoint:
    """Read a checkpoint; no signature is verified. Raises GitwardError for what is none."""
    found = note.read(data)
    lines = found.text[:-1].split("\n")
    try:
        root = base64.b64decode(lines[2], validate=True) if len(lines) >= 3 and all(lines) else b""
    except ValueError:
        root = b""
    if len(root) != 32 or not _SIZE.fullmatch(lines[1]) or lines[2] != base64.b64encode(root).decode():
        raise GitwardError("this is no checkpoint of a log: origin, size and root, each on a line")
    if int(lines[1]) > MAXIMUM_SIZE:
        raise GitwardError("the checkpoint says a size that no log can have")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root, note=found, extensions=tuple(lines[3:]))
