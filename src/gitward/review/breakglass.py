"""Broken glass, and whether somebody else has looked at what came in: the follow-up of each break-glass that the log knows.

One is open when it let something go, or came and was not taken back, until somebody who neither broke the glass nor pushed under
it says in a signed statement that it is done. A service says nothing, and whom the policy lists under one address are one person.
What is said before its last use says nothing of that use. Where it is not known who pushed under it, that may have been who
closes it, and two must.

Repositories that share a log share no follow-ups: whose signature it is, each of them says by policies of its own.
"""

from __future__ import annotations

from gitward.audit.evidence import kept
from gitward.days import moment
from gitward.model import Closing, Revocation, Waiver
from gitward.record import record
from gitward.review.evidence import lists
from gitward.review.gap import Gap
from gitward.review.happened import seconds, within, word
from gitward.statements.envelope import MAXIMUM
from gitward.statements.reading import id_of, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.audit.entry import Entry
    from gitward.model import Statement

    Key = tuple[str, str]  # the repository, and the statement

_MOST = 10_000  # follow-ups of glass that was never used, and entries of one, that are remembered
_SHOWN = 20


@record
class FollowUp:
    """A break-glass that is open. `uses` is how many pushes it let in, `pushers` whose they were, '' for somebody not known.

    `until` is when it ends, seconds since 1970, `closed_by` who says that it is done, where that is not enough.
    """

    statement: str
    policy: str
    by: tuple[str, ...]
    refs: tuple[str, ...]
    repository: str
    reason: str
    ticket: str
    until: int
    uses: int
    pushers: tuple[str, ...]
    closed_by: tuple[str, ...]
    seqs: tuple[int, ...]
    since: str


class _Glass:
    """What the log says of one break-glass."""

    def __init__(self, statement: str) -> None:
        self.statement, self.policy, self.repository, self.reason, self.ticket, self.since = statement, "", "", "", "", ""
        self.by: set[str] = set()
        self.refs: dict[str, None] = {}
        self.pushers: set[str] = set()
        self.closers: dict[str, set[str]] = {}  # each with the other names under which the policy may know them
        self.until, self.uses, self.is_revoked = 0, 0, False
        self.seqs: list[int] = []

    def is_open(self) -> bool:
        if not self.uses and (self.is_revoked or not self.by):
            return False
        return len(self.others()) < (2 if "" in self.pushers else 1)

    def others(self) -> set[str]:
        """Those who closed it and had no hand in it, one name for each person."""
        found: set[str] = set()
        for name, also in sorted(self.closers.items()):
            if not (also | {name}) & (self.by | self.pushers | found):
                found.add(name)
        return found

    def follow_up(self) -> FollowUp:
        return FollowUp(
            statement=self.statement, policy=self.policy, by=tuple(sorted(self.by)), refs=tuple(self.refs)[:_SHOWN],
            repository=self.repository, reason=self.reason, ticket=self.ticket, until=self.until, uses=self.uses,
            pushers=tuple(sorted(self.pushers)), closed_by=tuple(sorted(self.closers)), seqs=tuple(self.seqs[:_SHOWN]),
            since=self.since,
        )  # fmt: skip


class Glasses:
    """Fed with the entries of a log, in its order."""

    def __init__(self, directory: str) -> None:
        self._directory, self._lists = directory, lists(directory)
        self._glasses: dict[Key, _Glass] = {}
        self._unused: dict[Key, None] = {}

    def see(self, entry: Entry) -> None:
        name = word(entry.event, "event", "class")
        if name in ("decision.receive", "decision.ci"):
            if word(entry.event, "event", "outcome") == "allowed":
                self._decided(entry)
        elif name == "statement.received":
            self._received(entry)

    def open(self) -> tuple[FollowUp, ...]:
        """Those that are open, the one that came first first."""
        return tuple(glass.follow_up() for glass in self._glasses.values() if glass.is_open())

    def _glass(self, repository: str, statement: str) -> _Glass | None:
        """Of the glass that was never used the newest stay: whom the policy lists can bring any number."""
        key = (repository, statement)
        if len(statement) != 64 or key in self._glasses:
            return self._glasses.get(key)
        if len(self._unused) >= _MOST:
            oldest = next(iter(self._unused))
            del self._unused[oldest], self._glasses[oldest]
        self._unused[key] = None
        self._glasses[key] = _Glass(statement)
        return self._glasses[key]

    def _decided(self, entry: Entry) -> None:
        repository = word(entry.event, "repository")
        for item in self._waivers(entry.event):
            glass = self._glass(repository, word(item, "statement")) if word(item, "kind") == "break-glass" else None
            if glass is None:
                continue
            self._unused.pop((repository, glass.statement), None)
            glass.policy, glass.by = word(item, "policy"), glass.by | _texts(within(item, "by"))
            glass.reason, glass.ticket = word(item, "reason"), word(item, "ticket")
            glass.until = max(glass.until, int(seconds(word(item, "until"))))
            glass.repository = repository
            glass.refs |= dict.fromkeys(word(update, "ref") for update in _items(within(entry.event, "updates")))
            if word(entry.event, "event", "class") == "decision.receive":
                pusher = word(item, "pusher") if "pusher" in item else word(entry.event, "actor", "id")
                glass.pushers.add(pusher)  # in the names of that policy
            glass.uses += 1
            glass.closers.clear()  # whoever has closed it has not seen this
            self._note(glass, entry)

    def _waivers(self, event: dict[str, Any]) -> list[Any]:
        """Those of a decision; where not all stand in the event, out of its evidence."""
        for item in _items(within(event, "evidence")):
            if word(item, "of") == "waivers":
                return self._lists(word(item, "sha256")) or _items(within(event, "waivers"))
        return _items(within(event, "waivers"))

    def _received(self, entry: Entry) -> None:
        if word(entry.event, "statement", "kind") not in ("waiver", "closing", "revocation"):
            return
        items = [each for each in _items(within(entry.event, "statement", "signers")) if word(each, "type") != "service"]
        signers = {(word(item, "id"), word(item, "policy")) for item in items}
        statement = self._read(word(entry.event, "statement", "sha256")) if signers else None
        said = statement.said if statement else None
        if isinstance(said, Waiver) and statement and said.entries == ("*",):
            self._came(entry, statement, said, signers)
        elif isinstance(said, Closing | Revocation) and (
            glass := self._glasses.get((word(entry.event, "repository"), said.statement))
        ):
            who = {name for name, policy in signers if policy == glass.policy}
            if isinstance(said, Closing):
                for item in items:
                    if word(item, "id") in who and word(item, "policy") == glass.policy:
                        glass.closers.setdefault(word(item, "id"), set()).update(_texts(within(item, "also")))
            else:
                glass.is_revoked = glass.is_revoked or bool(who & glass.by)
            self._note(glass, entry)

    def _came(self, entry: Entry, statement: Statement, said: Waiver, signers: set[tuple[str, str]]) -> None:
        by = {name for name, policy in signers if policy == said.policy}
        repository = word(entry.event, "repository")
        glass = self._glass(repository, statement.id) if by else None
        if glass is None:
            return
        glass.policy, glass.by, glass.until = said.policy, glass.by | by, said.expires
        glass.repository, glass.reason, glass.ticket = repository, said.reason, said.ticket
        glass.refs[said.ref] = None
        self._note(glass, entry)

    def _note(self, glass: _Glass, entry: Entry) -> None:
        glass.since = glass.since or entry.received_time
        if len(glass.seqs) < _MOST:
            glass.seqs.append(entry.seq)

    def _read(self, digest: str) -> Statement | None:
        """A statement out of the evidence, None where it is not there or is none."""
        try:
            blob = kept(self._directory, digest, MAXIMUM)
        except OSError:
            return None
        return read(blob) if blob and id_of(blob) == digest else None


def gaps(followups: tuple[FollowUp, ...], now: str) -> Iterator[Gap]:
    """Broken glass that nobody has closed: pending while it lasts, missing afterwards; a note where it was never used."""
    for each in followups:
        is_over = seconds(now) >= each.until
        yield Gap(
            weight="note" if not each.uses else "missing" if is_over else "pending",
            kind="break-glass-open",
            text=in_words(each),
            where=f"{each.repository} {' '.join(each.refs)}".strip(),
            since=each.since,
            seqs=each.seqs,
            fix=f"somebody else: gitward waive --close {each.statement} --reason TEXT",
            actor=next(iter(each.by), ""),
        )


def in_words(each: FollowUp) -> str:
    """`broken by dan until 2026-01-31T12:00:00Z, INC-1: the shop is down; 2 pushes by bob; nobody has closed it`."""
    ticket = f", {each.ticket}" if each.ticket else ""
    pushers = ", ".join(name or "somebody not known" for name in each.pushers)
    used = f"{each.uses} push{'' if each.uses == 1 else 'es'}{f' by {pushers}' if pushers else ''}" if each.uses else "never used"
    closed = f"{', '.join(each.closed_by)} closed it, who may not alone" if each.closed_by else "nobody has closed it"
    broken = f"broken by {', '.join(each.by)} until {moment(each.until)}{ticket}: {each.reason or 'no reason given'}"
    return f"{broken}; {used}; {closed}"


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> set[str]:
    return {item for item in _items(value) if isinstance(item, str)}
