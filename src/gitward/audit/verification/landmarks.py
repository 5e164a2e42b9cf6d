"""The lines that pruning leaves: `landmarks`, in the order of their seqs, each held against the leaf hash in the tiles."""

from __future__ import annotations

import os

from gitward.audit.entry import MAXIMUM, Entry
from gitward.audit.verification.findings import BROKEN, INCOMPLETE
from gitward.audit.verification.lineform import parsed
from gitward.audit.verification.values import bounded_lines
from gitward.regularfile import opened, why
from gitward.tlog.tree import leaf_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from gitward.audit.verification.findings import Findings

FILE = "landmarks"


class Landmarks:
    """Read forward only. `next_seq` is the seq that the next landmark claims, -1 after the last."""

    name = FILE

    def __init__(self, directory: str, findings: Findings) -> None:
        self.findings = findings
        self.next_seq = -1
        self._next: Entry | None = None
        self._lines = self._read(os.path.join(directory, FILE))
        self._advance()

    def entry(self, seq: int, leaf: bytes) -> Entry | None:
        """The landmark of this seq, if it is the line that was hashed into the tile; None, and a finding, otherwise."""
        found = self._next
        self.compare(seq, leaf)
        return found if found is not None and leaf_hash(found.line) == leaf else None

    def compare(self, seq: int, leaf: bytes) -> None:
        """The next landmark is of entry `seq`, whose leaf hash this is. Turns to the one after it."""
        if self._next is not None and leaf_hash(self._next.line) != leaf:
            self.findings.add("lines", BROKEN, f"{FILE} seq {seq}", "is not the line that was hashed into the tree", seq)
        self._advance()

    def skip(self, before: int) -> None:
        """Of the entries before this one no leaf hash is known."""
        while 0 <= self.next_seq < before:
            self.findings.add("lines", INCOMPLETE, f"{FILE} seq {self.next_seq}", "cannot be held against a tile", self.next_seq)
            self._advance()

    def conclude(self) -> None:
        """What was never reached is out of order, or of entries that the log does not have."""
        if self._next is not None:
            self.findings.add("lines", BROKEN, f"{FILE} seq {self.next_seq}", "stands in no place of the log", self.next_seq)

    def _advance(self) -> None:
        self._next = next(self._lines, None)
        self.next_seq = self._next.seq if self._next else -1

    def _read(self, path: str) -> Iterator[Entry]:
        try:
            with opened(path) as file:
                for line in bounded_lines(file, MAXIMUM):
                    try:
                        seq, prev, received, event, _ = parsed(line)
                    except ValueError as problem:
                        self.findings.add("lines", BROKEN, FILE, f"a line is damaged: {problem}")
                        continue
                    yield Entry(seq=seq, prev=prev.decode(), received_time=received, event=event, line=line)
                if _is_cut(file):  # pruning writes it whole, or not at all
                    self.findings.add("lines", BROKEN, FILE, "its last line has no end")
        except FileNotFoundError:
            return
        except OSError as problem:
            self.findings.add("lines", BROKEN, FILE, f"cannot be read: {why(problem)}")


def _is_cut(file: BinaryIO) -> bool:
    """Whether a file that holds something does not end with LF."""
    size = file.seek(0, os.SEEK_END)
    return size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
