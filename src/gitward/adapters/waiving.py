"""`waive`: options to signed statements, stored here and sent where they count."""

from __future__ import annotations

import os
import re

from gitward import clock, git, gitcommand
from gitward.errors import GitwardError, UsageError
from gitward.model import Closing, Revocation, Waiver
from gitward.policy.people import Instant
from gitward.pushees import is_whole, normal
from gitward.record import record
from gitward.shapes import Refused, Seconds
from gitward.statements.places import PREFIX
from gitward.statements.reading import payload_of, read
from gitward.statements.signing import signed
from gitward.statements.storing import store
from gitward.waivers.rights import EVERYTHING, NAMED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Statement
    from gitward.model.statements import Kind, Said
    from gitward.repository import Repository

_CHUNK = 200  # commits that one statement names: those of a longer range are waived by several
_REASON, _TICKET = 1_000, 200  # characters
_SECONDS = 600.0  # of a push
_ALLOWED = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"}  # none that starts a program of the address's choice
_ID = re.compile("[0-9a-f]{4,64}")


@record
class Place:
    """Where statements are made, signed and sent. `url` is the repository's as statements spell it; `remote` may be ''."""

    folder: str
    oid_length: int
    url: str
    remote: str = ""
    key: str = ""


@record
class Asked:
    """What is to be waived: `commits` by full oid, or, without any, everything on `ref`. `expires`: seconds since 1970."""

    policy: str
    entries: tuple[str, ...]
    commits: tuple[str, ...]
    ref: str
    reason: str
    ticket: str
    expires: int


def place(repository: Repository, folder: str, remote: str, url: str, key: str) -> Place:
    """Where it is: the URL that is given, else that of the remote, of `origin` or the only one, else this repository's path."""
    remotes = gitcommand.need(folder, "remote").splitlines()
    if remote and remote not in remotes:
        raise UsageError(f"there is no remote {remote!r}", "git remote lists those that there are")
    remote = remote or next((name for name in ("origin", *remotes[:1]) if name in remotes), "")
    where = url or (gitcommand.need(folder, "remote", "get-url", "--push", remote) if remote else repository.path)
    if not is_whole(where):
        where = os.path.realpath(os.path.join(folder, where))
    return Place(folder=folder, oid_length=repository.oid_length, url=normal(where), remote=remote, key=key)


def expiry(text: str, now: int) -> int:
    """`12h`, or a day or moment in UTC, as seconds since 1970. Raises UsageError for another word, and for what is over."""
    try:
        until = now + Seconds().check(text) if text[-1:] in "smhd" else Instant().check(text)
    except Refused as problem:
        raise UsageError(f"--expires {text}: {problem}", "write for example 12h, 2026-01-31 or 2026-01-31T12:00:00Z") from None
    if until <= now:
        raise UsageError(f"--expires {text} is over", "give a time that is to come")
    return until


def commits_of(repository: Repository, named: tuple[str, ...], span: str, ref: str, *, deletes: bool) -> tuple[str, ...]:
    """Full oids of what is named, tags not peeled, and of the commits in a range. Raises UsageError for more than NAMED."""
    found: list[str] = list(dict.fromkeys(repository.resolve(name) for name in named))
    if span:
        if ".." not in span:
            raise UsageError(f"{span!r} is no range", "write A..B, or --commit for one commit")
        include, exclude = repository.bounds(span)
        found += repository.walk(include, exclude, max_count=NAMED + 1)
    if len(found) > NAMED:
        raise UsageError(f"these are more than {NAMED} commits", "waive in smaller ranges, or change the policy: since, exempt")
    if span and not found:
        raise UsageError(f"{span} holds no commit")
    if deletes:
        if len(found) != 1 or not ref:
            raise UsageError("a deletion is waived for one value of one ref", "write --ref REF --commit VALUE --deletion")
        found.append("0" * repository.oid_length)
    return tuple(found)


def waive(asked: Asked, at: Place) -> Iterator[str]:
    """Sign and store; the refs of the statements. Raises GitwardError where nothing can sign, or git cannot keep it."""
    for text, name, most in ((asked.reason, "reason", _REASON), (asked.ticket, "ticket", _TICKET)):
        if len(text) > most:
            raise UsageError(f"the {name} has more than {most} characters", "say it in fewer words")
    chunks = [asked.commits[start : start + _CHUNK] for start in range(0, len(asked.commits), _CHUNK)]
    for commits in chunks or [()]:
        said = Waiver(
            policy=asked.policy, entries=asked.entries, commits=commits, reason=asked.reason, expires=asked.expires,
            ticket=asked.ticket, ref=asked.ref,
        )  # fmt: skip
        yield _kept(at, "waiver", commits or _nothing(at), said, at.url)


def close(identity: str, reason: str, at: Place) -> str:
    """The ref of the statement that the follow-up of a break-glass is done."""
    found = _standing(identity, at)
    if found and not (isinstance(found.said, Waiver) and found.said.entries == EVERYTHING):
        raise UsageError(f"{found.id[:12]} is no break-glass: there is nothing to close")
    named = found.id if found else identity
    return _kept(at, "closing", _nothing(at), Closing(statement=named, reason=reason), found.repository if found else at.url)


def revoke(identity: str, reason: str, at: Place) -> str:
    """The ref of the statement that another counts no more."""
    found = _standing(identity, at)
    subjects = found.subjects if found else _nothing(at)
    said = Revocation(statement=found.id if found else identity, reason=reason)
    return _kept(at, "revocation", subjects, said, found.repository if found else at.url)


def command(at: Place, refs: tuple[str, ...]) -> str:
    """The command that sends statements."""
    return f"git push {at.remote or 'REMOTE'} {' '.join(refs)}"


def send(at: Place, refs: tuple[str, ...]) -> None:
    """Push them. Raises GitwardError with git's own words."""
    if not at.remote:
        raise GitwardError("there is no remote to send it to", "git remote add origin URL")
    words = ("push", "--quiet", "--", at.remote, *(f"{ref}:{ref}" for ref in refs))
    answer = git.call(words, own_config=True, cwd=at.folder, timeout=_SECONDS, env=_ALLOWED)
    if answer.status:
        why = git.last_line(answer.error).removeprefix("fatal: ").removeprefix("error: ")
        raise GitwardError(f"the statement stands here and was not sent: {why}", command(at, refs))


def _kept(at: Place, kind: Kind, about: tuple[str, ...], said: Said, repository: str) -> str:
    payload = payload_of(kind, about, repository, said, clock.seconds(clock.now()))
    return store(at.folder, signed(payload, at.folder, at.key))


def _nothing(at: Place) -> tuple[str, ...]:
    return ("0" * at.oid_length,)


def _standing(identity: str, at: Place) -> Statement | None:
    """The statement that stands here, by its id or how that begins; None for a whole id of none. Raises UsageError."""
    if not _ID.fullmatch(identity):
        raise UsageError(f"{identity[:80]!r} is no id of a statement", "write its 64 digits, or 4 and more of them")
    refs = gitcommand.need(at.folder, "for-each-ref", "--format=%(refname)", PREFIX).splitlines()
    found = {ref.rpartition("/")[2]: ref for ref in refs if ref.rpartition("/")[2].startswith(identity)}
    if len(identity) < 64 and len(found) != 1:
        many = f"{len(found)} statements begin" if found else "no statement here begins"
        raise UsageError(f"{many} with {identity!r}", "give the whole id, as the report has it")
    if not found:
        return None
    ((_, ref),) = found.items()
    return read(gitcommand.need(at.folder, "cat-file", "blob", ref).encode("utf-8", "surrogateescape"))
