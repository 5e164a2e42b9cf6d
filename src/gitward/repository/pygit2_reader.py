"""Packed objects through libgit2, in this process. git reads what is not in a pack of the repository itself.

libgit2 1.9 must be kept from loose objects: one that is cut off makes it loop for ever, and one that lies about its
size makes it write beyond its buffer (libgit2 issues 7342 and 7177). So it gets a store of packs and nothing else,
which leaves it no part in quarantine, alternates, refs or repository formats either. Only raw objects are read:
libgit2's own view of a commit (parents with grafts, message up to a NUL, the first of two headers) is never asked for.
"""

from __future__ import annotations

import pygit2
from pygit2.enums import ObjectType

from gitward.errors import BudgetExceeded
from gitward.repository.plumbing_reader import SHORTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitward.repository.plumbing_reader import PlumbingReader

_NAMES = {
    int(ObjectType.COMMIT): "commit",
    int(ObjectType.TREE): "tree",
    int(ObjectType.BLOB): "blob",
    int(ObjectType.TAG): "tag",
}
_NOT_HERE = (KeyError, pygit2.GitError, OSError, ValueError)  # not packed, or damaged: git has the last word


class Pygit2Reader:
    """Reads objects by full ids, which the caller has checked, from the packs of an object directory, SHA-1 only."""

    def __init__(self, object_directory: str, other: PlumbingReader) -> None:
        pygit2.settings.enable_caching(False)  # every object is read once
        self._store, self._other = pygit2.Odb(), other
        self._store.add_backend(pygit2.OdbBackendPack(object_directory), 1)

    def headers(self, oids: Iterable[str]) -> Iterator[tuple[str, int] | None]:
        """Type and size in bytes of each object, in order; None where it is not there."""
        for oid in oids:
            found = self._header(oid)
            if found is None:
                (found,) = self._other.headers((oid,))
            yield found

    def read(self, oid: str, limit: int | None = None) -> tuple[str, bytes]:
        """Type and content of one object. Raises MissingObject, and BudgetExceeded where it has over `limit` bytes."""
        header = self._header(oid)
        if header is None:
            return self._other.read(oid, limit)
        if limit is not None and header[1] > limit:
            raise BudgetExceeded(f"{header[0]} {oid} has {header[1]} bytes, the limit is {limit}", SHORTER.get(header[0], ""))
        try:
            return header[0], self._store.read(oid)[1]
        except _NOT_HERE:
            return self._other.read(oid, limit)

    def _header(self, oid: str) -> tuple[str, int] | None:
        try:
            kind, size = self._store.read_header(oid)
        except _NOT_HERE:
            return None
        return _NAMES[int(kind)], size
