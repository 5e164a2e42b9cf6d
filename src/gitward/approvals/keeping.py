"""Signing, storing and sending a statement, one after the other: what is stored was signed, and what is sent was stored."""

from __future__ import annotations

import subprocess

from gitward import clock, gitcommand
from gitward.errors import GitwardError
from gitward.model import Revocation
from gitward.record import record
from gitward.statements.reading import payload_of
from gitward.statements.signing import signed
from gitward.statements.storing import store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model.statements import Kind, Said

_ID = 64
_PREFIX = "refs/gitward/statements/"


@record
class Kept:
    """A statement that stands here now, by its ref."""

    ref: str

    @property
    def id(self) -> str:
        return self.ref.rpartition("/")[2]


def keep(folder: str, kind: Kind, about: str, repository: str, said: Said, key: str = "") -> Kept:
    """Sign and store a statement about a commit. Raises GitwardError where nothing can sign, or git cannot keep it."""
    payload = payload_of(kind, (about,), repository, said, clock.seconds(clock.now()))
    return Kept(ref=store(folder, signed(payload, folder, key)))


def send(folder: str, remote: str, kept: tuple[Kept, ...]) -> None:
    """Push statements, as this user would: git may ask at the terminal. Raises GitwardError where they did not arrive."""
    refs = [f"{each.ref}:{each.ref}" for each in kept]
    try:
        status = subprocess.run(["git", "-C", folder, "push", "--quiet", remote, *refs], check=False).returncode
    except OSError as problem:
        raise GitwardError(f"git cannot be run: {problem.strerror}") from None
    if status:
        raise GitwardError("the statement stands here and was not sent: git push says why", f"try again: {command(remote, kept)}")


def command(remote: str, kept: tuple[Kept, ...]) -> str:
    """The command that sends them."""
    return f"git push {remote or 'REMOTE'} {' '.join(each.ref for each in kept)}"


def revoke(folder: str, identity: str, reason: str, key: str = "") -> Kept:
    """Take back a statement that stands here, by its id or the beginning of it. Raises GitwardError."""
    from gitward.statements.reading import read

    listing = gitcommand.need(folder, "for-each-ref", "--format=%(refname)", _PREFIX).splitlines()
    found = [ref for ref in listing if ref.rpartition("/")[2].startswith(identity)] if len(identity) >= 4 else []
    if len({ref.rpartition("/")[2] for ref in found}) != 1:
        many = f"{len(found)} statements begin" if found else "no statement here begins"
        fix = f"git fetch REMOTE '{_PREFIX}*:{_PREFIX}*' brings those of a server; give four digits or more"
        raise GitwardError(f"{many} with {identity[:_ID]!r}", fix)
    statement = read(gitcommand.need(folder, "cat-file", "blob", found[0]).encode("utf-8", "surrogateescape"))
    if statement is None:
        raise GitwardError(f"{found[0]} is no statement")
    said = Revocation(statement=statement.id, reason=reason)
    return keep(folder, "revocation", found[0].split("/")[3], statement.repository, said, key)
