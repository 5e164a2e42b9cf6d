"""Taking a checkpoint: the tree grows by the lines since the last one, and its root is signed. Only synced lines count.

Each step is on disk before the next begins: lines, tiles, checkpoint; what only the last checkpoint needed goes then. So
whatever ends it, the last checkpoint stands with its tiles, and the next one begins there. Writers wait for no more than the
sync of the lines: lines that are whole never change, and are read and hashed without the lock.
"""

from __future__ import annotations

import os

from gitward.audit import folder, reading, signingkey
from gitward.audit.log import locked, writing
from gitward.audit.segment import damaged
from gitward.durable import replace_file, sync_folder
from gitward.errors import Undecided
from gitward.tlog import checkpoint, note, tiles
from gitward.tlog.tree import leaf_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.tree import Frontier


def newest(directory: str) -> Checkpoint | None:
    """The checkpoint that stands in the folder, None where there is none. Raises GitwardError for what is none, OSError."""
    return reading.newest_checkpoint(directory)


def take(directory: str) -> str:
    """Sign a checkpoint over every line that is there, and return it; the same bytes again where nothing was added.

    Raises Undecided for a copy of a log, and where lines or tiles do not continue the last checkpoint; GitwardError, OSError.
    """
    if not folder.is_live(directory):
        raise Undecided(f"{directory} is no log, or the copy of one", "run it where the log is written", "log-damaged")
    with locked(directory, folder.CHECKPOINT_LOCK):
        before = newest(directory)
        with writing(directory) as appender:
            size = appender.sync()
        if before and before.note and size == before.size:
            return note.text_of(before.note)
        about_keys: list[bytes] = []
        tree = _grown(directory, before, size, about_keys)
        key = signingkey.in_force(directory, before, size, is_turned=bool(about_keys))
        origin = folder.about(directory).origin
        signed = note.signed(checkpoint.Checkpoint(origin=origin, size=tree.size, root=tree.root()).text(), key)
        replace_file(os.path.join(directory, folder.CHECKPOINT), signed.encode(), 0o644)
        sync_folder(directory)
        tiles.drop_narrower(directory, before.size if before else 0, tree.size)
        return signed


def _grown(directory: str, before: Checkpoint | None, size: int, about_keys: list[bytes]) -> Frontier:
    """The tree of the first `size` lines, its tiles on disk; see `_leaves`."""
    old = before.size if before else 0
    try:
        if before and (size < old or tiles.Tiles(directory, old).frontier().root() != before.root):
            raise damaged("the log or its tiles do not hold what its own checkpoint covers")
        tree = tiles.extend(directory, old, _leaves(directory, old, size, about_keys))
    except (ValueError, FileNotFoundError) as problem:
        raise damaged(f"the lines or tiles of the log cannot be read: {problem}") from problem
    if tree.size != size:
        raise damaged(f"the log has lost lines from {tree.size} on")
    _sync_tiles(directory, old, size)
    return tree


def _leaves(directory: str, first: int, end: int, about_keys: list[bytes]) -> Iterator[bytes]:
    """The leaf hashes of the lines from seq `first` to before `end`, which continue one another.

    The lines among them that may speak of keys are added to `about_keys`.
    """
    for entry in reading.chained(directory, first, end):
        if signingkey.is_about_keys(entry.line):
            about_keys.append(entry.line)
        yield leaf_hash(entry.line)


def _sync_tiles(directory: str, old: int, new: int) -> None:
    """Sync the tiles of a tree that grew, and every folder on the way to them."""
    folders = {directory} if old == 0 else set()
    for path in tiles.written(old, new):
        file = os.open(os.path.join(directory, path), os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)
        while path := os.path.dirname(path):
            folders.add(os.path.join(directory, path))
    for each in sorted(folders, reverse=True):
        sync_folder(each)
