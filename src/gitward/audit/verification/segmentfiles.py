"""The segments of a folder, and their lines, in flat memory: a file is a claim about the seq of its first line, and no more."""

from __future__ import annotations

import os
from array import array
from hashlib import sha256

from gitward.audit.entry import MAXIMUM
from gitward.audit.segment import BUNDLE, BYTES
from gitward.errors import GitwardError
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.audit.folder import About

_BLOCK = 1 << 18
_DIGITS = 20
MOST = 1_000_000  # segments: 65 thousand million entries
LARGEST = 1 << 62  # no log has such a seq


def firsts(directory: str) -> tuple[array[int], int]:
    """The first seqs that segments claim in their names, in order, and how many names claim one that no log can have.

    Raises OSError, GitwardError for more segments than a log has.
    """
    found, absurd = array("q"), 0
    with os.scandir(directory) as names:
        for each in names:
            stem, dot, kind = each.name.partition(".")
            if dot and kind == "jsonl" and len(stem) == _DIGITS and stem.isascii() and stem.isdigit():
                if int(stem) >= LARGEST:
                    absurd += 1
                    continue
                found.append(int(stem))
                if len(found) > MOST:
                    raise GitwardError(f"{directory} holds more than {MOST} segments", "verify a part of the log")
    return array("q", sorted(found)), absurd


class SegmentFile:
    """One segment, to be read once. `torn`, `is_giant`, `before` and `beyond` are known once its last line was taken."""

    def __init__(self, path: str, first: int) -> None:
        self.path, self.first = path, first
        self.name = os.path.basename(path)
        self.before = first  # the seq after its last entry
        self.beyond = 0  # lines, or more, behind the beginning of the next segment
        self.torn = 0  # bytes after the last LF
        self.is_giant = False  # a line is longer than any that gitward writes: what follows it was not read
        self._digest, self._read = sha256(), 0

    def is_full(self, before: int, about: About | None) -> bool:
        """Whether another segment may follow it; `before` is the seq after its last line."""
        entries = about.segment_entries if about else BUNDLE
        return before % BUNDLE == 0 and (before - self.first >= entries or self._read >= BYTES)

    def place(self, seq: int) -> str:
        return f"{self.name} line {seq - self.first + 1}"

    def lines(self) -> Iterator[bytes]:
        """The whole lines, without LF. Raises OSError."""
        with opened(self.path) as file:
            rest = b""
            while block := file.read(_BLOCK):
                self._digest.update(block)
                self._read += len(block)
                whole = (rest + block).split(b"\n")
                rest = whole.pop()
                for line in whole:
                    if len(line) > MAXIMUM:
                        self.is_giant = True
                        return
                    yield line
                if len(rest) > MAXIMUM:
                    self.is_giant = True
                    return
            self.torn = len(rest)

    def digest(self, size: int) -> str:
        """SHA-256, hex, of its first `size` bytes; once its lines were read. Raises OSError."""
        if size == self._read:
            return self._digest.hexdigest()
        found = sha256()
        with opened(self.path) as file:
            while size > 0 and (part := file.read(min(size, _BLOCK))):
                found.update(part)
                size -= len(part)
        return found.hexdigest()
