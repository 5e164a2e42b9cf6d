"""Whether a change may have come in already, and been taken back: by the lines that commits have added and taken out.

Who brings a difference into a file, in whatever steps and by whatever merges, adds each line of which there are more afterwards,
and takes out each of which there are fewer. So where the commits of a span have not done all that to one of the files, the
difference did not come with them. The other way round nothing is proven: common lines come and go with other changes too.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from gitward.git import failure
from gitward.repository.history import broken_walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitward.git import Process
    from gitward.repository.history import Advice
    from gitward.repository.plumbing import Plumbing

    Line = tuple[bytes, bytes, int]  # the head of a file's difference, a line, 1 where it is added, -1 where it goes; 0: the head

_OPTIONS = (
    "-r", "--patch", "--text", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--unified=0",
    "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short", "--ignore-submodules=none",
    "-O/dev/null",
)  # fmt: skip
_QUOTED = ("-c", "core.quotePath=true")
_PIECE = 1 << 16
MOST_PATHS, MOST_LINES, MOST_BYTES = 20, 20_000, 64 << 20  # of the change, and of all that has come since


class _TooMuch(Exception):
    pass


def may_recur(plumbing: Plumbing, commits: bytes, old: str, new: str, paths: Iterable[bytes], advice: Advice) -> bool:
    """Whether these commits, input of `rev-list --stdin`, may have made together what differs between two trees.

    `paths` are those in which the two differ; some of them are enough to say no. Where too much has come since, it may be so.
    """
    some = [path.decode("utf-8", "surrogateescape") for path in sorted(paths)[:MOST_PATHS]]
    if not some:
        return True
    literal = [*_QUOTED, "--literal-pathspecs", "diff-tree"]
    try:
        args = [*literal, *_OPTIONS, old, new, "--", *some]
        wanted = _net(_read(plumbing.start(args), args))
        walk = ["rev-list", "--ignore-missing", "--stdin"]
        args = [*literal, "--stdin", "-m", "--root", "--no-commit-id", *_OPTIONS, "--", *some]
        source = plumbing.start(walk)
        try:
            target = plumbing.start(args, stdin=source)
            source.write(commits, last=True)
            _take_off(wanted, _read(target, args))
            answer = source.finish()
        finally:
            source.close()
    except _TooMuch:
        return True
    if wanted and answer.status:
        raise broken_walk(walk, answer, advice)
    return not wanted


def _net(lines: Iterable[Line]) -> dict[Line, int]:
    """How often each line must have been added or taken out at least, and each head seen."""
    heads, found = set[tuple[bytes, bytes, int]](), Counter[tuple[bytes, bytes]]()
    for head, line, sign in lines:
        if not sign:
            heads.add((head, line, sign))
        elif len(found) < MOST_LINES or (head, line) in found:
            found[head, line] += sign
    return {
        **dict.fromkeys(heads, 1),
        **{(*each, 1 if number > 0 else -1): abs(number) for each, number in found.items() if number},
    }


def _take_off(wanted: dict[Line, int], lines: Iterable[Line]) -> None:
    """Take off what is wanted all that these do, until nothing is left."""
    for line in lines:
        left = wanted.get(line, 0)
        if left > 1:
            wanted[line] = left - 1
        elif left:
            del wanted[line]
            if not wanted:
                return


def _read(process: Process, args: list[str]) -> Iterator[Line]:
    """What was added and taken out. What a file holds begins with a sign, so nothing in it is taken for a head.

    Raises _TooMuch.
    """
    head, in_head, starts, sign, size = b"", True, True, 0, 0
    try:
        while piece := process.output.readline(_PIECE):  # a line may be as long as a file
            if (size := size + len(piece)) > MOST_BYTES:
                raise _TooMuch
            if starts:
                sign = {b"+": 1, b"-": -1}.get(piece[:1], 0)
                if piece.startswith(b"diff --git "):
                    head, in_head = _short(piece), True
                    yield head, b"", 0
                elif piece.startswith(b"@@ "):
                    in_head = False
            if sign and not in_head:
                yield head, _short(piece[1:] if starts else piece), sign
            starts = piece.endswith(b"\n")
        answer = process.finish()
    finally:
        process.close()
    if answer.status:
        raise failure(args, answer)


def _short(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()
