"""Taking a checkpoint: the tree grows by the lines since the last one, and its root is signed. Only synced lines count."""

from __future__ import annotations

import os

from gitward.audit import folder, reading, signingkey
from gitward.audit.log import locked
from gitward.durable import sync_folder
from gitward.errors import Undecided
from gitward.tlog import checkpoint, note, tiles
from gitward.tlog.tree import leaf_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.tlog.checkpoint import Checkpoint


def newest(directory: str) -> Checkpoint | None:
    """The checkpoint that stands in the folder, None where there is none. Raises GitwardError for what is none, OSError."""
    try:
        with open(os.path.join(directory, folder.CHECKPOINT), "rb") as file:
            return checkpoint.read(file.read(checkpoint.MAXIMUM + 1))
    except FileNotFoundError:
        return None


def take(directory: str) -> str:
    """Sign a checkpoint over every line that is there, and return it; the same bytes again where nothing was added."""
    with locked(directory):
        if not folder.is_live(directory):
            raise Undecided(f"{directory} is no log, or the copy of one", "run it where the log is written", "log-damaged")
        before = newest(directory)
        size = before.size if before else 0
        about_keys: list[bytes] = []
        tree = tiles.extend(directory, size, _leaves(directory, size, about_keys))
        if before and before.note and tree.size == size and tree.root() == before.root:
            return note.text_of(before.note)
        key = signingkey.in_force(directory, before, is_turned=bool(about_keys))
        origin = folder.about(directory).origin
        signed = note.signed(checkpoint.Checkpoint(origin=origin, size=tree.size, root=tree.root()).text(), key)
        place = os.path.join(directory, folder.CHECKPOINT)
        with open(f"{place}.new", "wb") as new:
            new.write(signed.encode())
            new.flush()
            os.fsync(new.fileno())
        os.replace(f"{place}.new", place)
        sync_folder(directory)
        tiles.drop_narrower(directory, size, tree.size)
        return signed


def _leaves(directory: str, first: int, about_keys: list[bytes]) -> Iterator[bytes]:
    """The leaf hashes from seq `first` on; the lines among them that may speak of keys are added to `about_keys`."""
    for entry in reading.entries(directory, first):
        if signingkey.is_about_keys(entry.line):
            about_keys.append(entry.line)
        yield leaf_hash(entry.line)
