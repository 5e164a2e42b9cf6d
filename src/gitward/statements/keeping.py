"""Signing, keeping, finding again, taking back and sending: what every command does that makes a statement.

What is kept was signed, and what is sent was kept: a step that fails leaves the steps before it, and says how to go on.
"""

from __future__ import annotations

import os
import re
import sys

from gitward import clock, git, gitcommand
from gitward.errors import GitwardError, UsageError
from gitward.model import Revocation
from gitward.proposals import names_of
from gitward.pushees import is_whole, normal
from gitward.record import record
from gitward.repository import open_repository
from gitward.statements.arriving import MOST
from gitward.statements.places import PREFIX, everything, outlines
from gitward.statements.places import standing as stands
from gitward.statements.reading import payload_of
from gitward.statements.signing import signed
from gitward.statements.storing import store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gitward.model.statements import Kind, Said
    from gitward.repository import Repository
    from gitward.statements.reading import Outline

_SECONDS = 600.0  # of a push
_ALLOWED = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"}  # none that starts a program of the address's choice
_ID = re.compile("[0-9a-f]{4,64}")
_WHOLE = 64  # digits of an id
_MOST_SUBJECTS = 200  # of what is revoked: a revocation of what is about more is about none, and so is looked at for each
_NO_REMOTE, _ADD_REMOTE = "there is no remote to send it to", "git remote add origin URL"


@record
class Place:
    """Where statements are made, signed and sent: to the repository at `url`, known as `remote`, '' where that is no remote.

    `notice` is told where a key is waited for.
    """

    folder: str
    oid_length: int
    url: str
    remote: str = ""
    key: str = ""
    notice: Callable[[str], object] | None = None

    @property
    def repository(self) -> str:
        """The repository as statements name it."""
        return normal(self.url)

    @property
    def nothing(self) -> tuple[str, ...]:
        """The subject of a statement that is about no commit."""
        return ("0" * self.oid_length,)


def place(
    repository: Repository, folder: str, remote: str = "", url: str = "", key: str = "",
    notice: Callable[[str], object] | None = None,
) -> Place:  # fmt: skip
    """Where it is: the URL that is given, else that of the remote, of `origin` or the first one, else this repository's path."""
    remotes = gitcommand.need(folder, "remote").splitlines()
    if remote and remote not in remotes:
        raise UsageError(f"there is no remote {remote!r}", f"there are {', '.join(remotes)}" if remotes else "git remote add")
    remote = remote or next((name for name in ("origin", *remotes) if name in remotes), "")
    here = names_of(repository.path)[-1]
    where = url or (gitcommand.need(folder, "remote", "get-url", "--push", "--", remote) if remote else here)
    if not is_whole(where):
        where = os.path.realpath(os.path.join(here, where))
    return Place(folder=folder, oid_length=repository.oid_length, url=where, remote=remote, key=key, notice=notice)


def keep(at: Place, kind: Kind, about: tuple[str, ...], said: Said, repository: str = "") -> str:
    """Sign and store; the ref. Raises GitwardError where nothing can sign, or git cannot keep it.

    `repository` is as statements spell it, that of the place where it is left out.
    """
    return keep_all(at, kind, ((about, said),), repository)[0]


def keep_all(at: Place, kind: Kind, each: Iterable[tuple[tuple[str, ...], Said]], repository: str = "") -> tuple[str, ...]:
    """The same of several, of which none is stored before all are signed."""
    made = clock.seconds(clock.now())
    payloads = [payload_of(kind, about, repository or at.repository, said, made) for about, said in each]
    return tuple(store(at.folder, blob) for blob in [signed(payload, at.folder, at.key, at.notice) for payload in payloads])


def keep_payload(at: Place, payload: bytes) -> str:
    """The same for what `reading` has put together already."""
    return store(at.folder, signed(payload, at.folder, at.key, at.notice))


def standing(folder: str, identity: str) -> tuple[str, Outline, bytes] | None:
    """The statement of a clone, archived or not, by its id or how that begins: a ref that it could have, what it says, its blob.

    None for a whole id of none. Raises UsageError for what is no id, GitwardError where not just one begins so.
    """
    if not _ID.fullmatch(identity):
        raise UsageError(f"{identity[:80]!r} is no id of a statement", f"write its {_WHOLE} digits, or 4 and more of them")
    with open_repository(folder) as repository:
        every = everything(repository)
        asked = {ref: oid for ref, oid in every.items() if ref.rpartition("/")[2].startswith(identity)}
        found = {said.id: (ref, said, blob) for ref, _, blob, said in outlines(repository, asked)}
    if len(found) == 1:
        return next(iter(found.values()))
    if len(identity) == _WHOLE:
        return None
    many = f"{len(found)} statements begin" if found else "no statement here begins"
    fix = "give the whole id" if found else f"git fetch REMOTE '{PREFIX}*:{PREFIX}*' brings those of a server"
    raise GitwardError(f"{many} with {identity!r}", fix)


def revoke(at: Place, identity: str, reason: str) -> str:
    """The ref of the statement that another counts no more."""
    found = standing(at.folder, identity)
    of = found[1].statement if found else None
    about = of.subjects if of and len(of.subjects) <= _MOST_SUBJECTS else at.nothing
    said = Revocation(statement=of.id if of else identity, reason=reason)
    return keep(at, "revocation", about, said, of.repository if of else "")


def command(at: Place, refs: Sequence[str]) -> str:
    """The command that sends statements."""
    return f"git push {at.remote or 'REMOTE'} {' '.join(refs)}"


def send(at: Place, refs: Sequence[str]) -> None:
    """Push them. git may ask who is at a terminal. Raises GitwardError with git's own words, which name no password of a URL."""
    if not at.remote:
        raise GitwardError(_NO_REMOTE, _ADD_REMOTE)
    for start in range(0, len(refs), MOST):
        _send(at, refs[start : start + MOST])


def _send(at: Place, refs: Sequence[str]) -> None:
    try:
        answer = _remotely(at, "push", "--quiet", "--", at.remote, *(f"{ref}:{ref}" for ref in refs))
        why = git.last_line(answer.error).removeprefix("fatal: ").removeprefix("error: ")
        if answer.status == 0 or _are_there(at, refs):
            return
    except GitwardError as problem:
        why = problem.message
    raise GitwardError(f"the statement stands here and was not sent: {why}", command(at, refs))


def _are_there(at: Place, refs: Sequence[str]) -> bool:
    """Whether somebody else has sent the same at the same moment: a ref's name says what it holds."""
    return set(refs) <= _listed(_remotely(at, "ls-remote", "--", at.remote, *refs))


def _listed(answer: git.Answer) -> set[str]:
    """The refs that git ls-remote has named."""
    return {line.rpartition("\t")[2] for line in answer.output.decode("utf-8", "replace").split("\n")}


def _remotely(at: Place, *words: str) -> git.Answer:
    may_ask = {"GIT_TERMINAL_PROMPT": "1" if sys.stdin and sys.stdin.isatty() else "0"}
    return git.call(words, own_config=True, cwd=at.folder, timeout=_SECONDS, env={**_ALLOWED, **may_ask})


def unsent(at: Place) -> tuple[str, ...]:
    """The refs of statements that stand here and that the remote does not list. Raises GitwardError."""
    if not at.remote:
        raise GitwardError(_NO_REMOTE, _ADD_REMOTE)
    answer = _remotely(at, "ls-remote", "--", at.remote, f"{PREFIX}*")
    if answer.status:
        raise GitwardError(f"{at.remote} cannot be asked: {git.last_line(answer.error)}", "try again")
    there = _listed(answer)
    with open_repository(at.folder) as repository:
        return tuple(ref for ref in stands(repository.refs(symbolic=False)) if ref not in there)
