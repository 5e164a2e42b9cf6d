"""Which paths commits change. Source: git-diff-tree(1), raw output format and diff format for merges.

Renames are not looked for: a rename is a path that goes and one that comes, and both are judged. Of a merge, git lists
the paths whose content is as in none of its parents (`-c`): what a side brought is a change of that side's commits.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitward.repository.content import Records

_OPTIONS = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--ignore-submodules=none")


@record
class Difference:
    """A path, its mode and blob now, and what was there in each parent; '' for nothing, in modes and in oids."""

    path: bytes
    mode: str
    oid: str
    before: tuple[tuple[str, str], ...]


def of_commits(records: Records, oids: Iterable[str]) -> Iterator[tuple[Difference, ...]]:
    """What each commit changes against its parents, in the order of `oids`. A root commit adds all that it holds."""
    walk = ["rev-list", "--no-walk=unsorted", "--stdin"]  # reads all its input first, so neither waits for the other
    options = ["--stdin", "-c", "--root", "--always", *_OPTIONS]
    asked = tuple(oids)
    stdin = "".join(f"{oid}\n" for oid in asked).encode("ascii")
    stream = records(stdin, walk, ["diff-tree", *options])
    oid, found = next(stream, b""), list[Difference]()
    for wanted in asked:
        if oid.decode("ascii", "replace") != wanted:
            raise Undecided(f"git named no changes of commit {wanted}", "", "git-failed")
        found, oid = [], b""
        for line in stream:
            if not line.startswith(b":"):
                oid = line
                break
            found.append(_difference(line, next(stream, b"")))
        yield tuple(found)


def of_trees(output: bytes) -> tuple[Difference, ...]:
    """What `diff-tree` printed about two trees."""
    records = iter(output.split(b"\0"))
    return tuple(_difference(line, next(records)) for line in records if line)


def between(old: str, new: str) -> list[str]:
    """The command for `of_trees`."""
    return ["diff-tree", *_OPTIONS, old, new]


def names(old: str, new: str) -> list[str]:
    """The command for the paths alone in which two differ, each with a NUL after it."""
    return ["diff-tree", "--name-only", *(option for option in _OPTIONS if option not in ("--raw", "--no-abbrev")), old, new]


def _difference(line: bytes, path: bytes) -> Difference:
    """`:MODE MODE OID OID STATUS`, with a colon, a mode and an oid more for each further parent."""
    parents = len(line) - len(line.lstrip(b":"))
    words: Sequence[str] = line[parents:].decode("ascii", "replace").split(" ")
    if len(words) != 2 * parents + 3 or not path:
        raise Undecided(f"git printed a change in a form that gitward does not know: {line[:80]!r}", "", "git-failed")
    modes = ["" if mode == "000000" else mode for mode in words[: parents + 1]]
    oids = [oid if mode else "" for mode, oid in zip(modes, words[parents + 1 :], strict=False)]
    return Difference(path=path, mode=modes[-1], oid=oids[-1], before=tuple(zip(modes[:-1], oids[:-1], strict=True)))
