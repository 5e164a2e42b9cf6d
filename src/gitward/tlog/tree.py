"""The Merkle tree of RFC 6962, section 2.1: hashes, roots, proofs. Hashes are 32 bytes; indices and sizes count from 0.

A proof is made from `hash_at(level, index)`: the hash of the full subtree of 2^level leaves that begins at leaf
index * 2^level (RFC 9162 section 2.1; golang.org/x/mod/sumdb/tlog calls it a stored hash).
"""

from __future__ import annotations

from hashlib import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    HashAt = Callable[[int, int], bytes]

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """A tree that grows: its size, and the roots of its full subtrees, largest first, with their levels."""

    __slots__ = ("_roots", "size")

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        self.size = size
        self._roots = [(level, root) for (level, _), root in zip(subtrees(size), roots, strict=True)]

    def append(self, leaf: bytes, level: int = 0) -> Iterator[tuple[int, int, bytes]]:
        """Take one more leaf hash; every full subtree that it completes, as (level, index, hash), the leaf first.

        With a level: the root of a full subtree that begins where this tree ends, at a multiple of its own size.
        """
        index, found = self.size >> level, leaf
        self.size += 1 << level
        yield level, index, found
        while self._roots and self._roots[-1][0] == level:
            found = node_hash(self._roots.pop()[1], found)
            level, index = level + 1, index >> 1
            yield level, index, found
        self._roots.append((level, found))

    def root(self) -> bytes:
        if not self._roots:
            return EMPTY_ROOT
        found = self._roots[-1][1]
        for _, root in reversed(self._roots[:-1]):
            found = node_hash(root, found)
        return found


def subtrees(size: int, start: int = 0) -> Iterator[tuple[int, int]]:
    """The full subtrees, as large as they can be, of which the leaves from start to size are made, as (level, index)."""
    while start < size:
        level = (size - start).bit_length() - 1
        level = min(level, (start & -start).bit_length() - 1) if start else level
        yield level, start >> level
        start += 1 << level


def range_root(first: int, leaves: Iterable[bytes], size: int, left: Sequence[bytes], right: Sequence[bytes]) -> bytes:
    """The root of a tree of `size` leaves in which these leaf hashes stand from `first` on, between the roots of `subtrees`.

    Raises ValueError where there are more or fewer roots than the leaves leave room for.
    """
    if len(left) != first.bit_count():
        raise ValueError(f"a range from {first} on has {first.bit_count()} hashes on its left")
    tree = Frontier(first, left)
    for leaf in leaves:
        _run(tree.append(leaf))
    rest = list(subtrees(size, tree.size))
    if tree.size > size or len(rest) != len(right):
        raise ValueError(f"a range to {tree.size} has {len(rest)} hashes on its right in a tree of {size}")
    for (level, _), root in zip(rest, right, strict=True):
        _run(tree.append(root, level))
    return tree.root()


def _run(steps: Iterator[object]) -> None:
    for _ in steps:
        pass


def root_of(size: int, hash_at: HashAt) -> bytes:
    """The root of the first `size` leaves."""
    return _range_root(0, size, hash_at) if size else EMPTY_ROOT


def prove_inclusion(index: int, size: int, hash_at: HashAt) -> list[bytes]:
    """The audit path of a leaf in the tree of `size` leaves, nearest first (RFC 6962, 2.1.1). Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not in a tree of {size}")
    return _path(index, 0, size, hash_at)


def _path(index: int, start: int, end: int, hash_at: HashAt) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, hash_at), _range_root(middle, end, hash_at)]
    return [*_path(index, middle, end, hash_at), _range_root(start, middle, hash_at)]


def prove_consistency(old: int, new: int, hash_at: HashAt) -> list[bytes]:
    """That the tree of `new` leaves begins with that of `old` (RFC 6962, 2.1.2). Raises ValueError."""
    if not 0 < old <= new:
        raise ValueError(f"no proof leads from {old} to {new} entries")
    return [] if old == new else _subproof(old, 0, new, whole=True, hash_at=hash_at)


def _subproof(old: int, start: int, end: int, *, whole: bool, hash_at: HashAt) -> list[bytes]:
    if old == end:
        return [] if whole else [_range_root(start, end, hash_at)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, whole=whole, hash_at=hash_at), _range_root(middle, end, hash_at)]
    return [*_subproof(old, middle, end, whole=False, hash_at=hash_at), _range_root(start, middle, hash_at)]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows this leaf hash at this place of the tree with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border or not _are_hashes(leaf, *proof):
        return False
    found = leaf
    for level, sibling in enumerate(proof):
        is_right = level >= inner or index >> level & 1
        found = node_hash(sibling, found) if is_right else node_hash(found, sibling)
    return found == root


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the new tree begins with the old one (RFC 9162, 2.1.4.2). Nothing extends an empty tree."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps or not _are_hashes(*steps):
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _are_hashes(*found: bytes) -> bool:
    return all(len(each) == len(EMPTY_ROOT) for each in found)


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _range_root(start: int, end: int, hash_at: HashAt) -> bytes:
    """The root over leaves start to end; start is a multiple of every power of two that fits."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return hash_at(level, start >> level)
    middle = start + _split(count)
    return node_hash(_range_root(start, middle, hash_at), _range_root(middle, end, hash_at))
