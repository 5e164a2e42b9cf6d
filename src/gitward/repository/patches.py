"""A digest of what differs between two commits that stays the same where only the rest of the tree has moved.

Like git-patch-id(1), --verbatim: the lines at which a hunk stands, and the blobs that it was made from, are left out; paths,
modes, the changed lines and three lines around them are in. White space counts, since an indented line is another program,
and so does, unlike there, what follows a NUL in a line. Source: git-diff-tree(1), git-patch-id(1).
"""

from __future__ import annotations

import hashlib

from gitward.errors import Undecided
from gitward.git import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.repository.plumbing import Plumbing

# all that a configuration or attributes could change is said here
_OPTIONS = (
    "-r", "--patch", "--text", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--unified=3",
    "--inter-hunk-context=0", "--diff-algorithm=myers", "--indent-heuristic", "--src-prefix=a/", "--dst-prefix=b/",
    "--submodule=short", "--ignore-submodules=none", "-O/dev/null",
)  # fmt: skip
_PIECE = 1 << 16


def digest(plumbing: Plumbing, old: str, new: str) -> str:
    """SHA-256, as hex, of the difference between two commits or trees; '' where there is none. Flat memory.

    Raises Undecided where git does not show all of it.
    """
    args = ["-c", "core.quotePath=true", "-c", "diff.suppressBlankEmpty=false", "diff-tree", *_OPTIONS, old, new]
    process = plumbing.start(args)
    found, is_any, starts = hashlib.sha256(), False, True
    try:
        process.write(b"", last=True)
        while piece := process.output.readline(_PIECE):  # a line may be as long as a file
            found.update(_counted(piece) if starts else piece)
            is_any, starts = True, piece.endswith(b"\n")
        answer = process.finish()
    finally:
        process.close()
    if answer.status:
        raise failure(args[4:], answer)
    return found.hexdigest() if is_any else ""


def _counted(line: bytes) -> bytes:
    """What counts of the beginning of a line. What a file holds begins with a sign, so nothing in it is taken for a head."""
    if line.startswith(b"@@ "):
        return b"@@\n"
    if line.startswith(b"index "):
        return b""
    if line.startswith(b"Binary files "):  # over core.bigFileThreshold, whatever the options say
        raise Undecided("a file is too large for git to compare", "approve the tree itself: keep: tree", "too-large")
    return line
