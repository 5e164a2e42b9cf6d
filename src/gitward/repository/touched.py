"""Which paths commits touch, each against every one of its parents. Source: git-diff-tree(1), git-ls-tree(1).

Unlike `differences`, where what a merge took from a side is that side's change, here a merge touches all that makes it differ
from any parent: what it drops, and what it takes. Both paths of a rename or a copy are named, and a submodule by its own path,
whatever `.gitmodules` says of it. Paths are bytes, parted by NUL.
"""

from __future__ import annotations

from gitward.repository import content
from gitward.repository.history import broken_walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.repository.history import Advice
    from gitward.repository.plumbing import Plumbing

_OPTIONS = (
    "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-commit-id", "--ignore-submodules=none",
)  # fmt: skip


def by_commits(plumbing: Plumbing, ends: bytes, advice: Advice) -> Iterator[bytes]:
    """The paths that the commits of a range (history.revisions) touch, some more than once. An excluded oid may be missing."""
    walk = ["rev-list", "--ignore-missing", "--stdin"]
    return content.records(plumbing, ends, walk, ["diff-tree", "--stdin", "-m", "--root", *_OPTIONS], end=b"\0", advice=advice)


def between(plumbing: Plumbing, old: str, new: str, advice: Advice) -> Iterator[bytes]:
    """The paths in which the trees of two commits, or two trees, differ."""
    return _paths(plumbing, ["diff-tree", *_OPTIONS, old, new], advice)


def within(plumbing: Plumbing, tree: str, advice: Advice) -> Iterator[bytes]:
    """All paths of a commit or a tree."""
    return _paths(plumbing, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree], advice)


def _paths(plumbing: Plumbing, args: Sequence[str], advice: Advice) -> Iterator[bytes]:
    process = plumbing.start(args)
    try:
        process.write(b"", last=True)
        yield from content.split(process, b"\0")
        answer = process.finish()
    finally:
        process.close()
    if answer.status:
        raise broken_walk(args, answer, advice)
