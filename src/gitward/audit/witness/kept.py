"""What witnesses have vouched for, in `witnessed/` of the log's folder, and the tree that it is held against.

    SIZE.note        the log's checkpoint of that size, with the cosignatures that it got
    SIZE.NAME.tsr    the time stamp that NAME gave for the text of that checkpoint (RFC 3161)
    SIZE.NAME.git    the checkpoint as it was read back from NAME's ref; its time is the file's own
"""

from __future__ import annotations

import os

from gitward.audit import checkpoints, folder
from gitward.durable import sync_folder
from gitward.errors import GitwardError
from gitward.regularfile import content
from gitward.tlog import checkpoint, tree
from gitward.tlog.tiles import Tiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.note import Note

    T = TypeVar("T")

MAXIMUM = 64 << 10
_LOOKED_AT = 1_000  # of the newest files: a witness that is silent for longer is silent
_TRIES = 5


def path(directory: str, size: int, kind: str) -> str:
    """Where the evidence of a kind stands: `note`, `NAME.tsr`, `NAME.git`."""
    return os.path.join(directory, folder.WITNESSED, f"{size:020d}.{kind}")


def sizes(directory: str, kind: str) -> Iterator[int]:
    """The sizes for which there is evidence of a kind, largest first."""
    try:
        names = os.listdir(os.path.join(directory, folder.WITNESSED))
    except FileNotFoundError:
        return
    found = [name[:20] for name in names if name[20:] == f".{kind}" and name[:20].isascii() and name[:20].isdigit()]
    for name in sorted(found, reverse=True)[:_LOOKED_AT]:
        yield int(name)


def keep(directory: str, size: int, kind: str, data: bytes) -> None:
    """Write evidence, whole and durably. Raises OSError."""
    place = path(directory, size, kind)
    if not os.path.isdir(os.path.dirname(place)):
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        sync_folder(directory)
    beside = f"{place}.{os.getpid()}"
    with open(beside, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, place)
    sync_folder(os.path.dirname(place))


def read(directory: str, size: int, kind: str = "note") -> Checkpoint | None:
    """A checkpoint that is kept here, None where none is, or none that can be read."""
    try:
        return checkpoint.read(content(path(directory, size, kind), MAXIMUM))
    except (OSError, ValueError, GitwardError):
        return None


def note_of(found: Checkpoint) -> Note:
    """The note that a checkpoint was read from. Raises ValueError for one that was not read."""
    if found.note is None:
        raise ValueError("the checkpoint carries no signatures")
    return found.note


def proof(directory: str, old: int, new: int) -> list[bytes]:
    """That the log's tree of `new` entries begins with that of `old`. Raises OSError, ValueError where the tiles do not tell."""
    return _from_tiles(directory, lambda tiles: tree.prove_consistency(old, new, tiles.hash_at))


def root(directory: str, size: int) -> bytes:
    """The root of the log's first `size` entries, by its tiles. Raises OSError, ValueError."""
    return _from_tiles(directory, lambda tiles: tree.root_of(size, tiles.hash_at))


def _from_tiles(directory: str, ask: Callable[[Tiles], T]) -> T:
    """Once more where a new checkpoint has replaced the partial tiles meanwhile."""
    for left in reversed(range(_TRIES)):
        newest = checkpoints.newest(directory)
        try:
            return ask(Tiles(directory, newest.size if newest else 0))
        except FileNotFoundError:
            if not left:
                raise
    raise ValueError("the tiles cannot be read")
