"""An open index: which entries fit, and what each is, as the log has it."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager

from gitward import regularfile
from gitward.audit import derived, entry, folder
from gitward.audit.index import query as q
from gitward.audit.index import terms as t
from gitward.audit.index.update import kind
from gitward.audit.personal import Value, joined
from gitward.errors import Undecided
from gitward.record import record
from gitward.tlog.tiles import Tiles
from gitward.tlog.tree import Frontier, leaf_hash, subtrees

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from typing import Any

    from gitward.audit.index.query import Filter, Query

NAME = "index.sqlite"


@record
class Found:
    """One entry. `event` is as it was recorded, `joined` with the personal values that are left in the place of commitments."""

    seq: int
    received_time: str
    event: dict[str, Any]
    joined: dict[str, Any]
    line: bytes
    peer: dict[str, int] | None = None


@contextmanager
def opened(directory: str, path: str = "") -> Iterator[Index]:
    """The index of a log, up to date; `path` is where it stands, '' for the usual place. Raises GitwardError, OSError."""
    folder.about(directory)
    if path:
        derived.refuse_foreign(path)
    with derived.opened(directory, path or derived.place(directory, NAME), kind()) as base:
        yield Index(base, directory)


class Index:
    """What `opened` gives. Raises GitwardError where the log is not what was indexed, OSError, sqlite3.Error."""

    def __init__(self, base: sqlite3.Connection, directory: str) -> None:
        self._base, self._directory = base, directory

    def seqs(self, query: Query) -> Iterator[int]:
        """The seqs of the entries that fit, in the order asked for."""
        return q.found(self._base, query, lambda seq, filters: self._fits(seq, filters, query.tokens))

    def entry(self, seq: int) -> Found | None:
        """The entry with this seq, None where the log here holds none."""
        row = self._base.execute("SELECT segment, start, length, leaf FROM event WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            return None
        segment, start, length, leaf = row
        with regularfile.opened(folder.segment_path(self._directory, segment)) as file:
            line = os.pread(file.fileno(), length, start)
        if leaf_hash(line) != leaf:
            fix = "gitward audit verify says what of the log holds"
            raise Undecided(f"entry {seq} is not what it was when it was indexed", fix, "log-damaged")
        try:
            read = entry.read(line)
        except ValueError:
            return None
        values = self._base.execute("SELECT joined FROM personal WHERE seq = ?", (seq,)).fetchone()
        listed = [Value(path=path, salt=salt, value=value) for path, salt, value in (json.loads(values[0]) if values else ())]
        return Found(seq=seq, received_time=read.received_time, event=read.event, joined=joined(read.event, listed),
                     line=line, peer=read.peer)  # fmt: skip

    def size(self) -> int:
        """The seq after the last one that is indexed."""
        return derived.cursor_of(self._base).next

    def root(self, size: int) -> bytes:
        """The root of the first `size` entries by the leaf hashes kept here; of what was pruned by the log's tiles.

        Raises GitwardError where leaves are missing.
        """
        first = (derived.cursor_of(self._base).segments or (0,))[0]
        tiles = Tiles(self._directory, first)
        tree = Frontier(first, [tiles.hash_at(level, index) for level, index in subtrees(first)])
        for seq, leaf in self._base.execute("SELECT seq, leaf FROM event WHERE seq < ? ORDER BY seq", (size,)):
            if seq != tree.size:
                break
            for _ in tree.append(leaf):
                pass
        if tree.size != size:
            raise Undecided(f"entry {tree.size} is not here: there is no root of {size} entries", reason="log-incomplete")
        return tree.root()

    def _fits(self, seq: int, filters: list[Filter], tokens: frozenset[str]) -> bool:
        """Whether an entry fits by what stands in it; for what the tables cannot answer."""
        found = self.entry(seq)
        if found is None:
            return False
        has = t.terms(self._directory, found.joined)
        by_words = all(any(kind == each.kind and each.takes(word) for kind, word in has.words) for each in filters)
        return by_words and all(any(token.startswith(begin) for token in has.tokens) for begin in tokens)
