"""The tree over the lines as they come, each tile that they complete held against the one in the folder.

Where lines are missing, the leaf hashes of their tiles take their place: the root then says whether they are the right ones.
"""

from __future__ import annotations

import os
import re
from hashlib import sha256

from gitward.audit.verification.findings import BROKEN, INCOMPLETE
from gitward.regularfile import content, opened, why
from gitward.tlog import tiles
from gitward.tlog.tiles import HASH, HEIGHT, WIDTH
from gitward.tlog.tree import EMPTY_ROOT, node_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.verification.findings import Findings

_WIDER = re.compile(r"[1-9][0-9]{0,2}")


class Growth:
    """A tree that grows; `tiled` is the size of the tree whose tiles must be there (0: none need be)."""

    def __init__(self, directory: str, tiled: int, findings: Findings) -> None:
        self.size = 0
        self.directory, self.tiled, self.findings = directory, tiled, findings
        self.checked = 0  # tiles that fit
        self.unknown_from: int | None = None  # from this entry on the tree cannot be known
        self.segment = -1  # the first entry of the segment that is being read, -1 in a gap
        self._pending: list[list[bytes]] = [[]]  # per level of tiles: the hashes of the tile that is not full yet

    def add(self, leaf: bytes) -> None:
        """Take one more leaf hash."""
        self.size += 1
        pending = self._pending[0]
        pending.append(leaf)
        if len(pending) == WIDTH:
            self._filled(0)
        if self.size == self.tiled:
            self._partial()

    def root(self) -> bytes | None:
        """The root of what came so far; None where leaves are missing of which no tile tells."""
        if self.unknown_from is not None:
            return None
        found = None
        for hashes in self._pending:
            for root in reversed(peaks(hashes)):
                found = root if found is None else node_hash(root, found)
        return EMPTY_ROOT if found is None else found

    def place_of(self, seq: int) -> str:
        """Where an entry of the tile that is being filled stands."""
        if not 0 <= self.segment <= seq:
            return "in an earlier segment, or in none"
        return f"{self.segment:020d}.jsonl line {seq - self.segment + 1}"

    def leaves(self, index: int) -> bytes:
        """The leaf hashes of entries from 256 * index on, as far as the folder's tile holds them; b"" where it is not there."""
        try:
            return self._tile(0, index, WIDTH if (index + 1) * WIDTH <= self.tiled else self.tiled - index * WIDTH)
        except (OSError, ValueError):
            return b""

    def graft(self, index: int) -> bool:
        """Take 256 entries at once by the hash that the tile above holds of them; False where it is not there."""
        if self.size != index * WIDTH or self._pending[0]:
            return False
        width = min(WIDTH, (self.tiled >> HEIGHT) - (index // WIDTH) * WIDTH)
        try:
            data = self._tile(1, index // WIDTH, width) if width > 0 else b""
        except (OSError, ValueError):
            return False
        place = index % WIDTH * HASH
        if len(data) < place + HASH:
            return False
        self.size += WIDTH
        self._raise(1, data[place : place + HASH])
        return True

    def lose(self, seq: int) -> None:
        """The entries up to `seq` are missing and no tile tells of them: no root from here on, and no tile above the leaves."""
        self.unknown_from = self.size if self.unknown_from is None else self.unknown_from
        self.size, self._pending = seq, [[]]

    def _filled(self, level: int) -> None:
        """A tile is full: hold it against the folder's, and hand its root up."""
        hashes = self._pending[level]
        index = (self.size >> HEIGHT * level) // WIDTH - 1
        if (index + 1) << HEIGHT * (level + 1) <= self.tiled and self.size % WIDTH == 0:
            self._compare(level, index, hashes)
        if self.unknown_from is None:
            (root,) = peaks(hashes)
            self._raise(level + 1, root)
        hashes.clear()

    def _raise(self, level: int, root: bytes) -> None:
        if level == len(self._pending):
            self._pending.append([])
        self._pending[level].append(root)
        if len(self._pending[level]) == WIDTH:
            self._filled(level)

    def _partial(self) -> None:
        """The tree has the size of the checkpoint: its partial tiles."""
        for level, hashes in enumerate(self._pending):
            if len(hashes) == (self.size >> HEIGHT * level) % WIDTH != 0:
                self._compare(level, (self.size >> HEIGHT * level) // WIDTH, hashes)

    def _compare(self, level: int, index: int, hashes: list[bytes]) -> None:
        name = tiles.path(level, index, len(hashes))
        start = index * WIDTH << HEIGHT * level
        try:
            data = self._tile(level, index, len(hashes))
        except FileNotFoundError:
            self.findings.add("tiles", INCOMPLETE, name, "is missing", start)
            return
        except (OSError, ValueError) as problem:
            reason = why(problem) if isinstance(problem, OSError) else str(problem)
            self.findings.add("tiles", BROKEN, name, f"cannot be used: {reason}", start)
            return
        if data == b"".join(hashes):
            self.checked += 1
            return
        differing = [n for n, each in enumerate(hashes) if data[n * HASH : (n + 1) * HASH] != each]
        first = start + (differing[0] << HEIGHT * level)
        what = f"the entries from {first} on" if level else f"entry {first}, {self.place_of(first)}"
        more = f", and for {len(differing) - 1} more" if len(differing) > 1 else ""
        self.findings.add("tiles", BROKEN, name, f"holds another hash for {what}{more}", first)

    def _tile(self, level: int, index: int, width: int) -> bytes:
        """The first `width` hashes of a tile; a wider one stands for a narrower. Raises OSError, ValueError."""
        if width <= 0:
            raise ValueError("no such tile")
        name = os.path.join(self.directory, tiles.path(level, index, width))
        try:
            data = content(name, width * HASH)
        except FileNotFoundError:
            data = _wider(name, width) if width < WIDTH else b""
            if not data:
                raise
        if len(data) != width * HASH:
            raise ValueError(f"it is {len(data)} bytes long, not {width * HASH}")
        return data


def peaks(hashes: list[bytes]) -> list[bytes]:
    """The roots of the full subtrees over these neighbours, largest first."""
    found: list[bytes] = []
    start, count = 0, len(hashes)
    for level in range(count.bit_length() - 1, -1, -1):
        if count >> level & 1:
            found.append(_subtree(hashes[start : start + (1 << level)]))
            start += 1 << level
    return found


def _subtree(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [sha256(b"\1" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def _wider(path: str, width: int) -> bytes:
    """A crash after the tiles and before the checkpoint leaves wider ones: the first hashes of the narrowest."""
    folder = os.path.dirname(path)
    full = folder.removesuffix(".p")
    names = [full]
    if os.path.isdir(folder):
        with os.scandir(folder) as found:
            numbers = [int(each.name) for each in found if _WIDER.fullmatch(each.name)]
        names = [os.path.join(folder, str(number)) for number in sorted(numbers) if width < number < WIDTH] + names
    for name in names:
        try:
            with opened(name) as file:
                return file.read(width * HASH) or b""
        except FileNotFoundError:
            continue
    return b""
