"""Input: what an adapter makes of its host, and where things are on this machine."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Literal

    from gitward.model.facts import Commit, Message, Oid, Stage


@record
class RawUpdate:
    """One line of what git says will be updated, before anything about it is believed."""

    old: str
    new: str
    ref: str


@record
class Range:
    """Commits seen for a ref: those that `include` reaches and `exclude` does not.

    `exclude` None is a ref that is new: what an entry's own refs reach already is left out, entry by entry.
    """

    ref: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] | None = ()
    alias: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The ref, and the symbolic ref that was pushed to reach it: entries for either judge."""
        return (self.ref, self.alias) if self.alias else (self.ref,)


@record
class CertificateClaim:
    """What the environment of a hook says of a push certificate (githooks(5), pre-receive). It may be the pusher's word.

    `oid` names the blob, `nonce_status` is git's word for the nonce, `slop` its seconds where that is SLOP; `options` are the
    push options that came beside it.
    """

    oid: str
    nonce_status: str = ""
    slop: str = ""
    options: tuple[str, ...] = ()


@record
class ActorClaim:
    """What the one channel that the host names says of who pushes: the name that it proved, '' where it says nothing."""

    channel: str
    name: str = ""


@record
class Request:
    """What an adapter made of its input; nothing is decided in it.

    `existing` are the refs that stand on the receiving side, ref to oid, where that is not the repository itself (a
    push seen from the clone). `squash` is the message that a squash merge onto the range's ref would write, and then
    the message rules judge it in place of the single commits: where the policy says that the ref lands by squash, or
    always with `squash_forced`. `certificate` is what is said of a push certificate, None where nothing is. `actor` is what
    the host's channel says of who pushes, None where the host names no channel. `remote` is the remote that a clone pushes to, by
    its name in that clone, '' where it has none.
    """

    stage: Stage
    updates: tuple[RawUpdate, ...] = ()
    ranges: tuple[Range, ...] = ()
    existing: Mapping[str, str] | None = None
    draft: Commit | None = None
    squash: Message | None = None
    squash_forced: bool = False
    notices: tuple[str, ...] = ()
    certificate: CertificateClaim | None = None
    actor: ActorClaim | None = None
    remote: str = ""


@record
class Limits:
    """Budgets of one decision (semantics: budgets); None is no limit. `log_seconds` is how long the log is waited for."""

    commits: int | None = 10_000
    refs: int | None = 1_000
    message_bytes: int = 1 << 20
    paths: int | None = 100_000
    content_bytes: int | None = 100 << 20
    seconds: float | None = 60.0
    log_seconds: float = 60.0


UNLIMITED = Limits(commits=None, refs=None, paths=None, content_bytes=None, seconds=None)
"""For a developer's own machine and CI: only a message has a limit."""


@record
class Host:
    """Where things are on this machine. The policy never says any of this.

    `revisions` are those that policies, by id and source, had in the last decisions of the log. `lookups` are the look-ups
    that policies may name, each with the file of its settings; None: nothing is looked up. `first_seen` is a file of the times
    at which objects were first seen, `seen` are these times where no file is named, by oid, in seconds since 1970. `tips` tells
    of refs the oid that each had last by the log, of those that the log knows. `latest` is the latest time at which the log was
    written of late, seconds since 1970, 0 where that is not known: time does not go back behind it. `actor` is the one channel
    that says who pushes, '' for none (docs/access.md). `urls` are those of the repository, as its people write them: a statement
    for another counts for nothing.
    """

    policies: tuple[str, ...] = ()
    log: str = ""
    revisions: Mapping[tuple[str, str], int] = {}
    repository: str = ""
    baseline: tuple[Oid, ...] = ()
    limits: Limits = Limits()
    jobs: int = 1
    reader: Literal["plumbing", "libgit2"] = "plumbing"
    lookups: Mapping[str, str] | None = {}
    first_seen: str = ""
    seen: Mapping[str, int] = {}
    latest: int = 0
    tips: Callable[[Sequence[str]], Mapping[str, str]] | None = None
    actor: str = ""
    urls: tuple[str, ...] = ()
