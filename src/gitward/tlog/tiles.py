"""Hash tiles of height 8 (C2SP tlog-tiles): `tile/LEVEL/INDEX[.p/WIDTH]`, up to 256 hashes of 32 bytes each.

Tile n of level l holds the hashes of the full subtrees of 2^(8 l) leaves from subtree 256 n on. A full tile never changes; a
partial one is replaced by a wider one.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from itertools import chain

from gitward.regularfile import opened
from gitward.tlog.tree import Frontier, node_hash, subtrees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEIGHT, WIDTH, HASH = 8, 256, 32
_WIDTH = re.compile("[1-9][0-9]{0,2}")


def path(level: int, index: int, width: int = WIDTH) -> str:
    """Where a tile stands below the log's folder: `tile/0/x001/234`, `tile/0/x001/234.p/5`."""
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    name = "/".join(reversed(parts))
    return f"tile/{level}/{name}" if width == WIDTH else f"tile/{level}/{name}.p/{width}"


class Tiles:
    """The tiles of a log of `size` entries in `folder`. Raises OSError and ValueError for tiles that are not there, or short.

    Where a partial tile is not there the log has grown since, and the wider tile that came after it begins with the same hashes.
    """

    def __init__(self, folder: str, size: int) -> None:
        self.folder, self.size = folder, size
        self._kept: dict[tuple[int, int], bytes] = {}

    def tile(self, level: int, index: int) -> bytes:
        """A tile's bytes, as wide as the tree's size makes it."""
        if (level, index) not in self._kept:
            width = min(WIDTH, (self.size >> HEIGHT * level) - index * WIDTH)
            if width <= 0:
                raise ValueError(f"there is no tile {index} of level {level} in a tree of {self.size}")
            data = self._read(level, index, width)
            if len(self._kept) >= 64:
                self._kept.clear()
            self._kept[level, index] = data
        return self._kept[level, index]

    def _read(self, level: int, index: int, width: int) -> bytes:
        last: OSError | None = None
        for there in chain((width,), self._wider(level, index, width)):
            place = path(level, index, there)
            try:
                with opened(os.path.join(self.folder, place), 1 << 13) as file:
                    data = file.read(there * HASH + 1)
            except FileNotFoundError as problem:
                last = last or problem
                continue
            if len(data) != there * HASH:
                raise ValueError(f"{place} is not {there} hashes long")
            return data[: width * HASH]
        raise last or FileNotFoundError(path(level, index, width))

    def _wider(self, level: int, index: int, width: int) -> Iterator[int]:
        """The widths of what may stand there instead of a partial tile, looked for only when they are asked for."""
        if width < WIDTH:
            with suppress(OSError):
                names = os.listdir(os.path.join(self.folder, f"{path(level, index)}.p"))
                yield from sorted(int(name) for name in names if _WIDTH.fullmatch(name) and width < int(name) < WIDTH)
            yield WIDTH

    def hash_at(self, level: int, index: int) -> bytes:
        """The hash of the full subtree of 2^level leaves from leaf index * 2^level on. Raises ValueError where it is not full."""
        tile_level, inner = divmod(level, HEIGHT)
        start = index << inner
        data = self.tile(tile_level, start // WIDTH)
        place = start % WIDTH * HASH
        end = place + (HASH << inner)
        if end > len(data):
            raise ValueError(f"subtree {index} of level {level} is not full in a tree of {self.size}")
        hashes = [data[n : n + HASH] for n in range(place, end, HASH)]
        while len(hashes) > 1:
            hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def frontier(self) -> Frontier:
        """The tree that these tiles hold, ready to grow."""
        return Frontier(self.size, [self.hash_at(level, index) for level, index in subtrees(self.size)])


def extend(folder: str, size: int, leaves: Iterable[bytes]) -> Frontier:
    """Add leaf hashes to the tiles of a log of `size` entries, and return the larger tree. Nothing is synced.

    Raises OSError, ValueError.
    """
    tiles = Tiles(folder, size)
    tree = tiles.frontier()
    growing: dict[int, tuple[int, bytearray]] = {}
    for level in range((max(size, 1).bit_length() + HEIGHT - 1) // HEIGHT):
        count = size >> HEIGHT * level
        if count % WIDTH:
            growing[level] = (count // WIDTH, bytearray(tiles.tile(level, count // WIDTH)))
    for leaf in leaves:
        for level, index, found in tree.append(leaf):
            if level % HEIGHT:
                continue
            number, data = growing.get(level // HEIGHT) or (index // WIDTH, bytearray())
            data += found
            growing[level // HEIGHT] = (number, data)
            if len(data) == WIDTH * HASH:
                _write(folder, level // HEIGHT, number, data)
                del growing[level // HEIGHT]
    for level, (number, data) in growing.items():
        if tree.size >> HEIGHT * level != size >> HEIGHT * level:
            _write(folder, level, number, data)
    return tree


def written(old: int, new: int) -> Iterator[str]:
    """The paths of the tiles that `extend` writes when a tree of `old` leaves grows to `new`."""
    level = 0
    while new >> HEIGHT * level:
        before, now = old >> HEIGHT * level, new >> HEIGHT * level
        if before != now:
            for index in range(before // WIDTH, (now - 1) // WIDTH + 1):
                yield path(level, index, min(WIDTH, now - index * WIDTH))
        level += 1


def _write(folder: str, level: int, number: int, data: bytearray) -> None:
    place = os.path.join(folder, path(level, number, len(data) // HASH))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(f"{place}.new", "wb") as file:
        file.write(data)
    os.replace(f"{place}.new", place)


def drop_narrower(folder: str, old: int, new: int) -> None:
    """Take away the partial tiles of the smaller tree that wider ones have replaced, once no checkpoint needs them."""
    level = 0
    while old >> HEIGHT * level:
        before, now = old >> HEIGHT * level, new >> HEIGHT * level
        if before % WIDTH and before != now:
            narrow = os.path.join(folder, path(level, before // WIDTH, before % WIDTH))
            with suppress(OSError):
                os.unlink(narrow)
                os.rmdir(os.path.dirname(narrow))
        level += 1
