"""Evidence that events name, each piece looked at once: there and whole, erased, missing, or not what its name says."""

from __future__ import annotations

import os
from hashlib import sha256

from gitward.audit.verification.findings import BROKEN, INCOMPLETE, UNVERIFIABLE
from gitward.regularfile import opened, why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.verification.findings import Findings

FOLDER = "evidence"
LARGEST = 1 << 30  # bytes of one piece
_REMEMBERED = 100_000
_BAD = 1000  # after so many that do not fit, no more are read


class Evidence:
    """Counts of pieces: `present`, `erased`, `missing`, `unfit`."""

    def __init__(self, directory: str, findings: Findings) -> None:
        self.folder = os.path.join(directory, FOLDER)
        self.findings = findings
        self.present = self.erased = self.unfit = 0
        self._good: set[str] = set()
        self._missing: dict[str, int] = {}  # digest -> the seq that names it
        self._uncounted = 0

    @property
    def missing(self) -> int:
        return len(self._missing) + self._uncounted

    def look(self, digest: str, size: int, seq: int) -> None:
        """The event of entry `seq` names this piece, of so many bytes."""
        if digest in self._good or digest in self._missing or self.unfit >= _BAD:
            return
        place = f"{FOLDER}/{digest}"
        try:
            wrong = self._wrong(digest, size)
        except FileNotFoundError:
            if len(self._missing) < _REMEMBERED:
                self._missing[digest] = seq
            else:
                self._uncounted += 1
            return
        except OSError as problem:
            self.findings.add("evidence", BROKEN, place, f"cannot be read: {why(problem)}", seq)
            self.unfit += 1
            return
        if wrong:
            code = UNVERIFIABLE if size > LARGEST else BROKEN
            self.findings.add("evidence", code, place, f"{wrong}; entry {seq} names it", seq)
            self.unfit += 1
            return
        self.present += 1
        if len(self._good) >= _REMEMBERED:
            self._good.clear()
        self._good.add(digest)

    def erase(self, digest: str) -> None:
        """An entry says that this piece was erased."""
        if self._missing.pop(digest, None) is not None:
            self.erased += 1

    def conclude(self) -> None:
        """What is missing still was not erased by any entry."""
        for digest, seq in self._missing.items():
            self.findings.add("evidence", INCOMPLETE, f"{FOLDER}/{digest}", f"is missing; entry {seq} names it", seq)
        if self._uncounted:
            self.findings.add("evidence", INCOMPLETE, FOLDER, f"{self._uncounted} more pieces are missing")

    def _wrong(self, digest: str, size: int) -> str:
        """What is wrong with a piece, '' for nothing. Raises OSError."""
        with opened(os.path.join(self.folder, digest)) as file:
            there = os.fstat(file.fileno()).st_size
            if there != size:
                return f"holds {there} bytes, not {size}"
            if size > LARGEST:
                return "is too large to be looked at"
            found = sha256()
            while part := file.read(1 << 20):
                found.update(part)
        return "" if found.hexdigest() == digest else "does not have the digest that is its name"
