"""What several pairs of trees differ in, counted, by one git that runs beside the judging. Source: git-diff-tree(1).

Renames are not looked for, and neither external diffs nor text conversions run. Nothing is kept of the output but its counts and
the digest of what names modes, blobs and paths.
"""

from __future__ import annotations

import hashlib
import os
import time

from gitward.errors import BudgetExceeded, Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.repository.plumbing import Plumbing

_OPTIONS = (
    "--stdin", "-r", "-z", "--raw", "--numstat", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv",
    "--no-commit-id", "--ignore-submodules=none",
)  # fmt: skip
_NICE = 5  # whoever judges comes first


@record
class NetTotal:
    """Paths, lines and a digest: SHA-256, as hex, over what `git diff-tree -r -z --raw --no-abbrev --no-renames OLD NEW` prints
    for each pair, one after the other.
    """

    files: int
    insertions: int
    deletions: int
    digest: str


class NetDifference:
    """Starts to compare pairs (old, new) of trees, by their oids; `total` waits for the end."""

    def __init__(self, plumbing: Plumbing, pairs: Sequence[tuple[str, str]]) -> None:
        self._process = plumbing.start(["diff-tree", *_OPTIONS])
        try:
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICE)
        except (OSError, AttributeError):
            pass  # it has ended already, or this system has no priorities
        self._heads = [f"{old} {new}\n".encode("ascii") for old, new in pairs]  # git repeats them, between the records
        self._process.write(b"".join(self._heads), last=True)

    def total(self, seconds: float) -> NetTotal:
        """Raises BudgetExceeded where git needs longer than so many seconds from now on, Undecided where it fails."""
        digest = hashlib.sha256()
        files = insertions = deletions = 0
        is_path = False
        try:
            for each in self._records(time.monotonic() + seconds):
                found = each if is_path else self._without_heads(each)
                if is_path or found.startswith(b":"):
                    digest.update(found + b"\0")
                    files, is_path = files + is_path, not is_path
                else:
                    added, removed, _ = found.split(b"\t", 2)
                    insertions += int(added) if added != b"-" else 0
                    deletions += int(removed) if removed != b"-" else 0
            answer = self._process.finish()
        finally:
            self._process.close()
        if answer.status or is_path:
            raise Undecided("git could not compare the trees", "", "git-failed")
        return NetTotal(files=files, insertions=insertions, deletions=deletions, digest=digest.hexdigest())

    def _records(self, deadline: float) -> Iterator[bytes]:
        import select

        output, rest = self._process.output.fileno(), b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                raise BudgetExceeded("it takes too long to compare the trees")
            piece = os.read(output, 1 << 16)
            if not piece:
                return
            *records, rest = (rest + piece).split(b"\0")
            yield from records

    def _without_heads(self, found: bytes) -> bytes:
        length = len(self._heads[0])
        while found[:length] in self._heads:
            found = found[length:]
        return found
