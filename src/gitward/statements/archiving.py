"""From standing refs to the archive: the refs of statements are how these arrive, and each costs every push and fetch a line.

First the archive has them, then their refs go; what is killed between the two is done again by the next one, with the same
result. Several at once compare and swap: who comes too late begins anew. The archive has one commit a day, whose tree holds all
that the day before held (`places`). Everything is synced before a ref goes.
"""

from __future__ import annotations

import os
from contextlib import closing

from gitward import clock, git
from gitward.days import day
from gitward.errors import GitwardError
from gitward.ownfolder import TemporaryFolder
from gitward.repository import open_repository
from gitward.statements.places import ARCHIVE, PREFIX, archive_tip, outlines, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitward.repository import Repository

MOST = 200  # refs that stand before they are moved; at most 1,000 should (`places.MOST_STANDING`)
_TRIES = 5
_SETTINGS = (
    "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsync=all", "-c", "core.fsyncMethod=batch",
    "-c", "core.fsyncObjectFiles=true",
)  # fmt: skip
_WHO = {
    "GIT_AUTHOR_NAME": "gitward", "GIT_AUTHOR_EMAIL": "", "GIT_COMMITTER_NAME": "gitward", "GIT_COMMITTER_EMAIL": "",
}  # fmt: skip


def count(git_dir: str) -> int:
    """How many statements stand. Raises Undecided."""
    return git.run(["for-each-ref", "--format=x", PREFIX], git_dir=git_dir).count(b"\n")


def archive(git_dir: str, now: int) -> int:
    """Move what stands into the archive; how many refs went. `now` is in seconds since 1970.

    Raises Undecided where git cannot, and where others were faster five times. Refs that are not what they say stay.
    """
    problem: GitwardError | None = None
    for _ in range(_TRIES):
        try:
            return _moved(git_dir, now)
        except GitwardError as met:  # the archive, or a ref, is another than it was: somebody else archives
            problem = met
    raise problem or GitwardError("the statements cannot be archived")


def _moved(git_dir: str, now: int) -> int:
    with closing(open_repository(git_dir)) as repository:
        found = [(ref, oid, said) for ref, oid, _, said in outlines(repository, standing(repository.refs(symbolic=False)))]
        if not found:
            return 0
        entries = [(subject, said.id, oid) for _, oid, said in found for subject in said.subjects]
        _keep(repository, entries, now)
    commands = "".join(f"delete {ref} {oid}\n" for ref, oid, _ in found)
    _run(git_dir, {}, "update-ref", "--stdin", stdin=commands.encode())
    return len(found)


def _keep(repository: Repository, entries: Sequence[tuple[str, str, str]], now: int) -> None:
    """Let the archive hold these, (commit, id, blob), and all that it held."""
    tip = archive_tip(repository)
    lines = [f"100644 {blob}\t{subject[:2]}/{subject}/{identity}\n" for subject, identity, blob in entries]
    tree = _tree(repository.path, tip, lines)
    parents: Sequence[str] = ()
    if tip:
        (held,) = repository.commits((tip,))
        if held.tree == tree:
            return
        is_of_today = held.committer is not None and day(held.committer.time) == day(now)
        parents = (held.parents or ()) if is_of_today else (tip,)
    commit = _commit(repository.path, tree, parents, now)
    _run(repository.path, {}, "update-ref", ARCHIVE, commit, tip or "0" * repository.oid_length)


def _tree(git_dir: str, tip: str, lines: Sequence[str]) -> str:
    """The tree of the archive with more entries; an index of its own holds it meanwhile."""
    with TemporaryFolder() as folder:
        env = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
        if tip:
            _run(git_dir, env, "read-tree", tip)
        _run(git_dir, env, "update-index", "--index-info", stdin="".join(lines).encode())
        return _run(git_dir, env, "write-tree")


def _commit(git_dir: str, tree: str, parents: Sequence[str], now: int) -> str:
    when = {"GIT_AUTHOR_DATE": f"{now} +0000", "GIT_COMMITTER_DATE": f"{now} +0000"}
    options = [word for parent in parents for word in ("-p", parent)]
    return _run(git_dir, {**_WHO, **when}, "commit-tree", tree, *options, "-m", f"statements: {day(now)}")


def _run(git_dir: str, env: Mapping[str, str], *args: str, stdin: bytes = b"") -> str:
    return git.run([*_SETTINGS, *args], git_dir=git_dir, stdin=stdin, env=env).decode("ascii").strip()


def at_the_end_of_a_push(git_dir: str) -> int:
    """Archive where more than MOST stand; how many refs went."""
    return archive(git_dir, clock.seconds(clock.now())) if count(git_dir) > MOST else 0
