"""What a ref update changed, as git shows it, for people: bounded, and by no program that a repository names."""

from __future__ import annotations

import re

from gitward import git
from gitward.errors import Undecided

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST = 1 << 20  # bytes
_NOTHING_OF_THEIRS = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules=dirty")


def changes(git_dir: str, old: str, new: str, *, patch: bool = False) -> tuple[list[str], bool]:
    """The lines of `git diff --stat`, or of the patch, and whether they were cut after 1 MiB.

    A new ref is compared with where it left what HEAD names, else with nothing. Raises Undecided where the objects are not there.
    """
    if not (_OID.fullmatch(old) and _OID.fullmatch(new)):
        raise Undecided("the entry names no objects")
    if not new.strip("0"):
        raise Undecided("the ref was deleted")
    ends = (old if old.strip("0") else _base(git_dir, new), new)
    for end in ends:
        if git.call(["cat-file", "-e", f"{end}^{{tree}}"], git_dir=git_dir).status:
            raise Undecided(f"{end[:12]} is not in the repository, or leads to no tree")
    process = git.Process(["diff-tree", "-r", "-p" if patch else "--stat=120", *_NOTHING_OF_THEIRS, *ends], git_dir)
    try:
        process.write(b"", last=True)
        output = process.output.read(_MOST + 1)
        if len(output) <= _MOST and (answer := process.finish()).status:
            raise git.failure(process.args, answer)
    finally:
        process.close()
    return output[:_MOST].decode("utf-8", "surrogateescape").split("\n"), len(output) > _MOST


def _base(git_dir: str, new: str) -> str:
    """Where a new ref left what HEAD names; the empty tree where it has nothing in common with it, or is it."""
    answer = git.call(["merge-base", new, "HEAD"], git_dir=git_dir)
    found = answer.output.decode("ascii", "replace").strip()
    if answer.status == 0 and found != new:
        return found
    return git.run(["hash-object", "-t", "tree", "--stdin"], git_dir=git_dir).decode("ascii").strip()
