"""What commits hold: one file of a tree, and how much a range brings. Source: git-diff-tree(1), git-rev-list(1)."""

from __future__ import annotations

from gitward.errors import BudgetExceeded, MissingObject, Undecided
from gitward.repository.history import broken_walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitward.git import Process
    from gitward.repository.history import Advice
    from gitward.repository.plumbing import Plumbing

    Read = Callable[[str, int], tuple[str, bytes]]
    Records = Callable[[bytes, Sequence[str], Sequence[str]], Iterator[bytes]]

TREE_BYTES = 16 << 20
_FILES = (b"100644", b"100755", b"100664")  # the last is of git's first months
TREES = (b"40000", b"040000")
_KINDS = {b"120000": "a symbolic link", b"160000": "a submodule", **dict.fromkeys(TREES, "a directory")}


def read_file(read: Read, tree: str, path: str, limit: int) -> bytes | None:
    """The content of a regular file below a tree; None where there is no such path.

    `read` takes an oid and a limit in bytes. Raises Undecided where the path leads through or to a symbolic link or a
    submodule, or a tree names it twice (readers of git differ in which of the two they take).
    """
    *directories, name = path.encode("utf-8", "surrogateescape").split(b"/")
    for directory in directories:
        mode, oid = _entry(read, tree, directory, path)
        if mode == b"":
            return None
        if mode not in TREES:
            found = _KINDS.get(mode, "a file")
            raise Undecided(f"{path}: {_shown(directory)} is {found}, no directory", "", "not-a-file")
        tree = oid
    mode, oid = _entry(read, tree, name, path)
    if mode == b"":
        return None
    if mode not in _FILES:
        raise Undecided(f"{path} is {_KINDS.get(mode, 'of an unknown mode')}, no file", "", "not-a-file")
    kind, data = read(oid, limit)
    if kind != "blob":
        raise MissingObject(f"{path}: object {oid} is a {kind}, no blob")
    return data


def _entry(read: Read, tree: str, name: bytes, path: str) -> tuple[bytes, str]:
    """(mode, oid) of a name in a tree; empty where it is not there."""
    found = [(mode, oid) for mode, entry, oid in entries(read, tree) if entry == name]
    if len(found) > 1:
        raise Undecided(f"{path}: the tree {tree} names {_shown(name)} twice", "", "malformed-object")
    return found[0] if found else (b"", "")


def entries(read: Read, tree: str) -> tuple[tuple[bytes, bytes, str], ...]:
    """(mode, name, oid) of everything in a tree."""
    kind, data = read(tree, TREE_BYTES)
    if kind != "tree":
        raise MissingObject(f"object {tree} is a {kind}, no tree")
    return tuple(_entries(data, len(tree) // 2))


def _entries(data: bytes, width: int) -> Iterator[tuple[bytes, bytes, str]]:
    """`mode SP name NUL oid` over and over; a tree that is cut off ends early, which finds less and never more."""
    at = 0
    while (end := data.find(b"\0", at)) >= 0:
        mode, _, name = data[at:end].partition(b" ")
        at = end + 1 + width
        yield mode, name, data[end + 1 : at].hex()


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def changed_paths(plumbing: Plumbing, stdin: bytes, at_most: int | None, advice: Advice) -> set[bytes]:
    """The paths that the commits of a range change; of a merge, those that differ from every parent."""
    seen: set[bytes] = set()
    options = ["-c", "-r", "-z", "--root", "--no-renames", "--no-ext-diff", "--no-commit-id", "--name-only"]
    options.append("--ignore-submodules=none")  # whatever `.gitmodules` says
    walk, diff = ["rev-list", "--ignore-missing", "--stdin"], ["diff-tree", "--stdin", *options]
    for path in records(plumbing, stdin, walk, diff, end=b"\0", advice=advice):
        seen.add(path)
        if at_most is not None and len(seen) > at_most:
            raise BudgetExceeded(f"the range changes more than {at_most} paths")
    return seen


def new_bytes(plumbing: Plumbing, stdin: bytes, advice: Advice) -> int:
    """The sum of the sizes of all blobs that a range brings, unpacked."""
    total = 0
    walk = ["rev-list", "--objects", "--no-object-names", "--ignore-missing", "--stdin"]
    sizes = ["cat-file", "--batch-check=%(objecttype) %(objectsize) %(objectname)"]
    for line in records(plumbing, stdin, walk, sizes, end=b"\n", advice=advice):
        kind, size, *_ = line.split(b" ")
        if size == b"missing":
            raise MissingObject(f"object {kind.decode()} is not in the repository", advice())
        if kind == b"blob":
            total += int(size)
    return total


def records(
    plumbing: Plumbing, stdin: bytes, walk: Sequence[str], reader: Sequence[str], *, end: bytes, advice: Advice
) -> Iterator[bytes]:
    """The records that a second git prints about what a first one walks over."""
    source = plumbing.start(walk)
    target: Process | None = None
    try:
        target = plumbing.start(reader, stdin=source)
        source.write(stdin, last=True)
        yield from split(target, end)
        for args, process in ((reader, target), (walk, source)):  # the first to end may have ended the other
            answer = process.finish()
            if answer.status:
                raise broken_walk(args, answer, advice)
    finally:
        source.close()
        if target:
            target.close()


def split(process: Process, end: bytes) -> Iterator[bytes]:
    """The output cut at `end`, a piece at a time. A record is at most a path, and git's paths end at some kilobytes."""
    rest = b""
    while piece := process.output.read1(1 << 16):
        *records, rest = (rest + piece).split(end)
        yield from records
