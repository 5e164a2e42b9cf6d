"""A ref on another git server, which the log's host can push to and not rewrite: each checkpoint is a commit on the last.

Nothing is ever forced; the server should refuse what is no fast-forward (receive.denyNonFastForwards, receive.denyDeletes).
"""

from __future__ import annotations

import os
import time

from gitward import clock, git
from gitward.audit import checkpoints
from gitward.audit.signingkey import history
from gitward.audit.witness import NoWitness, entries, kept
from gitward.errors import GitwardError
from gitward.ownfolder import TemporaryFolder
from gitward.tlog import checkpoint as checkpoint_text
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.witness.settings import Witness
    from gitward.tlog.checkpoint import Checkpoint

_FILE = "checkpoint"
_WHO = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "gitward"), ("EMAIL", "gitward@localhost"))
}
_ENVIRONMENT = {"GIT_ALLOW_PROTOCOL": "file:ssh:https:http:git"}
_SETTINGS = ("-c", f"core.hooksPath={os.devnull}", "-c", "fetch.fsckObjects=true", "-c", "gc.auto=0")


def ask(directory: str, witness: Witness, checkpoint: Checkpoint, seconds: float) -> str:
    """Push the checkpoint, unless it is there, and read it back; when that was. Raises NoWitness."""
    with TemporaryFolder() as place:
        repository = _Repository(place, witness, seconds)
        tip = repository.tip()
        before = repository.fetched(tip) if tip else None
        if before:
            _check(directory, before)
        if before is None or before.size < checkpoint.size:
            tip = repository.push(checkpoint, tip)
        if repository.tip() != tip:
            raise NoWitness("has not kept the checkpoint: its ref says something else")
    kept.keep(directory, checkpoint.size, f"{witness.name}.git", _text(checkpoint))
    return clock.now()


def look(directory: str, witness: Witness, seconds: float, *, online: bool) -> tuple[str, Checkpoint] | None:
    """The checkpoint on the ref, asked now. Offline what the log itself remembers counts for nothing, and NoWitness says it."""
    if online:
        with TemporaryFolder() as place:
            repository = _Repository(place, witness, seconds)
            tip = repository.tip()
            return (clock.now(), repository.fetched(tip)) if tip else None
    kind = f"{witness.name}.git"
    size = next(kept.sizes(directory, kind), None)
    if size is None:
        return None
    stamp = clock.at(int(os.path.getmtime(kept.path(directory, size, kind))))
    raise NoWitness(f"was not asked; by the log's own word it had {entries(size)} at {stamp}")


def _check(directory: str, before: Checkpoint) -> None:
    """Whether what the ref holds is a checkpoint of this log, and this log still has it."""
    known = history(directory)
    try:
        signed = note.verified(kept.note_of(before), known.signers(before.size))
    except GitwardError:
        signed = ()
    if before.origin != known.about.origin or not signed:
        raise NoWitness("has something else on its ref than checkpoints of this log")
    newest = checkpoints.newest(directory)
    if newest is None or before.size > newest.size:
        left = newest.size if newest else 0
        words = f"has {entries(before.size)} of this log, which has {left}: the log was cut or rolled back"
        raise NoWitness(words, contradicts=True)
    if kept.root(directory, before.size) != before.root:
        raise NoWitness(f"has another log of {entries(before.size)} under this origin", contradicts=True)


def _text(checkpoint: Checkpoint) -> bytes:
    return note.text_of(kept.note_of(checkpoint)).encode()


class _Repository:
    """An empty repository of one's own, to talk to the witness's from. All calls together take at most `seconds`."""

    def __init__(self, place: str, witness: Witness, seconds: float) -> None:
        self.place, self.witness = place, witness
        self._until = time.monotonic() + seconds
        self._run("init", "-q", "--bare", "--template=", place)

    def tip(self) -> str:
        """What the ref points to at the witness, '' where it has no such ref."""
        words = self._run("ls-remote", self.witness.remote, self.witness.ref, failing="cannot be reached")
        for line in words.decode("utf-8", "replace").splitlines():
            oid, _, ref = line.partition("\t")
            if ref == self.witness.ref:
                return oid
        return ""

    def fetched(self, tip: str) -> Checkpoint:
        """The checkpoint in a commit of the witness."""
        self._run("fetch", "-q", "--depth=1", "--no-tags", self.witness.remote, f"+{self.witness.ref}:refs/seen",
                  failing="cannot be read")  # fmt: skip
        wrong = "has something else on its ref than checkpoints of this log"
        if int(self._run("cat-file", "-s", f"{tip}:{_FILE}", failing=wrong)) > kept.MAXIMUM:
            raise NoWitness(wrong)
        try:
            return checkpoint_text.read(self._run("cat-file", "blob", f"{tip}:{_FILE}", failing=wrong))
        except GitwardError:
            raise NoWitness(wrong) from None

    def push(self, checkpoint: Checkpoint, tip: str) -> str:
        """One more commit on the ref; its id."""
        blob = self._run("hash-object", "-w", "--stdin", stdin=_text(checkpoint)).strip()
        tree = self._run("mktree", stdin=b"100644 blob %s\t%s\n" % (blob, _FILE.encode())).decode().strip()
        words = f"{entries(checkpoint.size)} of {checkpoint.origin}"
        commit = self._run("commit-tree", *(("-p", tip) if tip else ()), "-m", words, tree).decode().strip()
        self._run("push", "-q", self.witness.remote, f"{commit}:{self.witness.ref}", failing="does not take the checkpoint")
        return commit

    def _run(self, *arguments: str, stdin: bytes = b"", failing: str = "") -> bytes:
        left = self._until - time.monotonic()
        if left <= 0:
            raise NoWitness("does not answer in time")
        given = [*_SETTINGS, *(() if arguments[0] == "init" else ("--git-dir", self.place)), *arguments]
        try:
            done = git.call(given, stdin=stdin, timeout=left, env={**_ENVIRONMENT, **_WHO}, own_config=True,
                            without=("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
                                     "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_COMMON_DIR"))  # fmt: skip
        except GitwardError as problem:
            raise NoWitness("does not answer in time" if problem.reason == "timeout" else problem.message) from None
        if done.status:
            raise NoWitness(f"{failing or f'cannot be asked: git {arguments[0]}'}: {git.last_line(done.error)}")
        return done.output
