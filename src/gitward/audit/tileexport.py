"""A log as C2SP tlog-tiles: `checkpoint`, `tile/L/N`, `tile/entries/N`, for any static web server and any client of such logs.

Every line is compared with its tile, and every tile with the signed root, before it leaves. Into the folder of an earlier export
only what is new is written, and the checkpoint last: who reads at an older size finds all that it needs.
"""

from __future__ import annotations

import os
import shutil
from itertools import islice

from gitward.audit import exporting, proving
from gitward.audit.checking import DoesNotHold
from gitward.errors import GitwardError, UsageError
from gitward.record import record
from gitward.tlog import checkpoint, note, tree
from gitward.tlog.tiles import HASH, HEIGHT, WIDTH, Tiles, path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.tlog.checkpoint import Checkpoint


@record
class Exported:
    """What was exported: entries from `first` to before `size`; earlier ones were pruned. Whether the log says so."""

    first: int
    size: int
    is_recorded: bool


def export(directory: str, output: str) -> Exported:
    """Write the tree into a folder. Raises DoesNotHold where log and checkpoint contradict each other, GitwardError, OSError."""
    exporting.outside(directory, output)
    newest = proving.signed(directory)
    tiles, first = Tiles(directory, newest.size), exporting.minimum(directory)
    try:
        if newest.size == 0 or tiles.frontier().root() != newest.root:
            raise DoesNotHold("the hash tiles of the log do not lead to the root that was signed")
        _check_earlier(output, newest, tiles)
        is_recorded = exporting.recorded(directory, form="tiles", first=first, last=newest.size - 1)
        for name, data in (*_hashes(output, tiles), *_bundles(directory, output, first, tiles)):
            exporting.place(output, name, data)
            shutil.rmtree(os.path.join(output, f"{name}.p"), ignore_errors=True)  # a full one stands for all partial ones
    except (ValueError, FileNotFoundError) as problem:
        raise GitwardError(f"the log cannot be exported: {problem}", "restore lines and tiles from a copy of the log") from None
    assert newest.note is not None  # noqa: S101  it was read from a file
    exporting.place(output, "checkpoint", note.text_of(newest.note).encode())
    return Exported(first=first, size=newest.size, is_recorded=is_recorded)


def _check_earlier(output: str, newest: Checkpoint, tiles: Tiles) -> None:
    """That the folder holds nothing, or an earlier export of this log."""
    there = os.path.join(output, "checkpoint")
    if os.path.exists(there):
        with open(there, "rb") as file:
            earlier = checkpoint.read(file.read(checkpoint.MAXIMUM + 1))
        if earlier.origin != newest.origin or earlier.size > newest.size:
            raise UsageError(f"--output {output} holds the export of another log, or a newer one", "name another folder")
        if tree.root_of(earlier.size, tiles.hash_at) != earlier.root:
            raise DoesNotHold(f"the log does not begin with the {earlier.size} entries that were exported earlier")
    elif os.path.isdir(output) and set(os.listdir(output)) - {"tile"}:
        raise UsageError(f"--output {output} is a folder that holds something else", "name a new folder")


def _hashes(output: str, tiles: Tiles) -> Iterator[tuple[str, bytes]]:
    """The tiles that are not there yet, each compared with the hash above it."""
    level = 0
    while count := tiles.size >> HEIGHT * level:
        for index in range((count + WIDTH - 1) // WIDTH):
            name = path(level, index, min(WIDTH, count - index * WIDTH))
            if os.path.exists(os.path.join(output, name)):
                continue
            data = tiles.tile(level, index)
            if len(data) == WIDTH * HASH and _root(data) != tiles.hash_at(HEIGHT * (level + 1), index):
                raise DoesNotHold(f"{name} is not what the tile above it says")
            yield name, data
        level += 1


def _root(tile: bytes) -> bytes:
    """The hash of a full tile, as it stands in the tile above."""
    return tree.range_root(0, (tile[n : n + HASH] for n in range(0, len(tile), HASH)), WIDTH, (), ())


def _bundles(directory: str, output: str, first: int, tiles: Tiles) -> Iterator[tuple[str, bytes]]:
    """The bundles of entries that are not there yet: each entry after its length in two bytes."""
    start = first
    while start < tiles.size:
        end = min(start + WIDTH, tiles.size)
        name = path(0, start // WIDTH, end - start).replace("tile/0/", "tile/entries/")
        if not os.path.exists(os.path.join(output, name)):
            break
        start = end
    lines = exporting.numbered(directory, start, tiles.size)
    while bundle := list(islice(lines, WIDTH)):
        number = bundle[0][0] // WIDTH
        expected = tiles.tile(0, number)
        for place, (seq, line) in enumerate(bundle):
            if tree.leaf_hash(line) != expected[place * HASH : place * HASH + HASH]:
                raise DoesNotHold(f"entry {seq} is not what was signed")
        name = path(0, number, len(bundle)).replace("tile/0/", "tile/entries/")
        yield name, b"".join(len(line).to_bytes(2, "big") + line for _, line in bundle)
