"""Which commits reach which: git walks, libgit2 does not, so both readers agree by construction.

Source: git-rev-list(1), git-merge-base(1), gitformat-commit-graph(5).
"""

from __future__ import annotations

import os

from gitward.errors import MissingObject, Undecided
from gitward.git import failure
from gitward.repository.plumbing import LONG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitward.git import Answer
    from gitward.repository.plumbing import Plumbing

    Advice = Callable[[], str]  # what to do where an object is missing

_LOST = ("bad object", "could not read", "failed to traverse", "unable to read", "missing", "promisor")


def revisions(include: Iterable[str], exclude: Iterable[str]) -> bytes:
    """The standard input of `rev-list --stdin`: any number of ends, which the caller has checked to be full oids."""
    return "".join([*(f"{oid}\n" for oid in include), *(f"^{oid}\n" for oid in exclude)]).encode("ascii")


def walk(plumbing: Plumbing, stdin: bytes, options: Sequence[str], advice: Advice) -> Iterator[str]:
    """The lines that `rev-list` prints with these options, without their ends."""
    args = ["rev-list", *options, "--stdin"]
    process = plumbing.start(args)
    try:
        process.write(stdin, last=True)
        for line in process.output:
            yield line[:-1].decode("ascii")
        answer = process.finish()
    finally:
        process.close()
    if answer.status:
        raise broken_walk(args, answer, advice)


def count(plumbing: Plumbing, stdin: bytes, at_most: int | None, advice: Advice, seconds: float = LONG) -> int:
    """How many commits there are between the ends; counting stops at `at_most`. An excluded oid may be missing."""
    limit = [] if at_most is None else [f"--max-count={at_most}"]
    args = ["rev-list", "--count", *limit, "--ignore-missing", "--stdin"]
    answer = plumbing.call(args, stdin=stdin, timeout=seconds)
    if answer.status:
        raise broken_walk(args, answer, advice)
    return int(answer.output)


def broken_walk(args: Sequence[str], answer: Answer, advice: Advice) -> Undecided:
    """The error for a walk that git gave up: MissingObject where it met an object that is not there."""
    problem = failure(args, answer)
    return MissingObject(problem.message, advice()) if _met_a_gap(answer) else problem


def _met_a_gap(answer: Answer) -> bool:
    error = answer.error.decode("utf-8", "replace").lower()
    return any(words in error for words in _LOST)


def boundary(common_dir: str) -> frozenset[str]:
    """The commits whose parents a shallow clone has left out. Source: gitrepository-layout(5), shallow."""
    try:
        with open(os.path.join(common_dir, "shallow"), "rb") as file:
            return frozenset(file.read().decode("ascii").split())
    except FileNotFoundError:
        return frozenset()


def is_ancestor(plumbing: Plumbing, ancestor: str, descendant: str, advice: Advice) -> bool:
    """Whether a commit reaches another, or is it. Raises MissingObject where git cannot walk from one to the other."""
    args = ["merge-base", "--is-ancestor", ancestor, descendant]
    answer = plumbing.call(args, timeout=LONG)
    # git before 2.44 answers "no" where a commit on the way cannot be read, and says so only on stderr
    if answer.status not in (0, 1) or (answer.status == 1 and _met_a_gap(answer)):
        raise broken_walk(args, answer, advice)
    return answer.status == 0


def expansions(plumbing: Plumbing, prefix: str) -> list[str]:
    """Every object whose oid begins with these hex digits; refs of that name do not count. Source: git-rev-parse(1)."""
    return plumbing.run(["rev-parse", f"--disambiguate={prefix}"], timeout=LONG).decode("ascii").split()
