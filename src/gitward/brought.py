"""What a change brings, gathered on the way for the log: who wrote and signed it, its tickets, and how much it changes.

It costs little or is left out: of commits only what was read anyway is looked at, and the trees before and after are compared
by a git of its own, for which nobody waits longer than a part of the time that the judging took. What is not known has a
reason, and nothing here can make a decision fail.
"""

from __future__ import annotations

import time

from gitward.batches import asks_signer
from gitward.engine import entries_of
from gitward.errors import GitwardError, Undecided
from gitward.model import Brought, is_zero
from gitward.repository.netdifference import NetDifference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Change, Commit, Policy, RefUpdate
    from gitward.repository import Repository
    from gitward.rules.ticket_reference import TicketReference

KEPT = 50  # authors, signers and tickets that are named
_COMPARED = 10  # ref updates whose trees are compared; of new refs each costs a git
_WAIT, _PART = 0.25, 0.05  # seconds, and the part of the judging, that the comparison may take beyond it
_EMPTY_TREE = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}  # git knows it without having it


class Gathering:
    """Gathers while a change is judged: `watch` sees the commits go by, `end` says what came of it."""

    def __init__(self, repository: Repository, policies: tuple[Policy, ...], change: Change) -> None:
        self._began = time.monotonic()
        self._tickets_by = _ticket_rules(policies)
        self._authors: dict[tuple[str, str], None] = {}
        self._signers: dict[tuple[str, str], None] = {}
        self._tickets: dict[str, None] = {}
        self._commits, self._asked_signer = 0, False
        self._asks_signer = any(asks_signer(entry) for _, entry in entries_of(policies))  # waivers ask of a few commits
        self._unknown: dict[str, str] = {}
        self._difference: NetDifference | None = None
        try:
            self._difference = _compared(repository, change.updates)
        except GitwardError as problem:
            self._unknown["diff"] = problem.reason

    def watch(self, commits: Iterator[Commit]) -> Iterator[Commit]:
        """The same commits; who made them is remembered."""
        authors = self._authors
        for commit in commits:
            self._commits += 1
            if commit.author:
                authors[commit.author.name, commit.author.email] = None
            if self._asks_signer and commit.signatures:
                self._see_signers(commit)
            if self._tickets_by and len(self._tickets) <= KEPT:
                self._see_tickets(commit)
            yield commit

    def _see_signers(self, commit: Commit) -> None:
        self._asked_signer = True
        for signature in commit.signatures:
            if signature and signature.finding.status == "good":
                self._signers[signature.finding.principal, signature.finding.fingerprint] = None

    def _see_tickets(self, commit: Commit) -> None:
        try:
            for rule in self._tickets_by:
                self._tickets.update(rule.named_in(commit.message, KEPT))
        except Exception:  # noqa: BLE001  the rule itself says that it crashed
            self._unknown["tickets"] = "crashed"
            self._tickets_by = ()

    def end(self) -> Brought:
        """What was gathered."""
        unknown, read = self._unknown, bool(self._commits)
        if not read:
            unknown["authors"] = unknown["signers"] = unknown["tickets"] = "no commit was read"
        else:
            if not self._asked_signer:
                unknown["signers"] = "no entry asks"
            if not self._tickets_by:
                unknown.setdefault("tickets", "no entry asks")
            elif len(self._tickets) > KEPT:
                unknown["ticket_count"] = "not counted to the end"
        total = None
        if self._difference:
            try:
                total = self._difference.total(_WAIT + _PART * (time.monotonic() - self._began))
            except (GitwardError, OSError, ValueError) as problem:
                unknown["diff"] = getattr(problem, "reason", "git-failed")
        return Brought(
            authors=tuple(self._authors)[:KEPT] if read else None,
            author_count=len(self._authors),
            signers=tuple(self._signers)[:KEPT] if "signers" not in unknown else None,
            signer_count=len(self._signers),
            tickets=tuple(self._tickets)[:KEPT] if "tickets" not in unknown else None,
            ticket_count=len(self._tickets),
            files=total.files if total else None,
            insertions=total.insertions if total else None,
            deletions=total.deletions if total else None,
            diff=total.digest if total else None,
            unknown=tuple(sorted(unknown.items())),
        )


def _ticket_rules(policies: tuple[Policy, ...]) -> tuple[TicketReference, ...]:
    found = (entry.rule for policy in policies for entry in policy.entries if entry.rule.name == "ticket-reference")
    return tuple(dict.fromkeys(found))


def _compared(repository: Repository, updates: tuple[RefUpdate, ...]) -> NetDifference:
    """Raises Undecided where there is nothing to compare, or too much."""
    brought = [update for update in updates if update.ancestry != "delete" and update.kind == "commit" and update.peeled]
    if not brought:
        raise Undecided("no update brings a commit", reason="no-commit")
    if len(brought) > _COMPARED:
        raise Undecided("too many updates", reason="too-many-updates")
    ends = [(_before(repository, update), update.peeled) for update in brought]
    oids = tuple(dict.fromkeys(oid for pair in ends for oid in pair if oid))
    trees: dict[str | None, str | None] = {commit.oid: commit.tree for commit in repository.commits(oids)}
    empty = _EMPTY_TREE[repository.oid_length]
    pairs = [(trees[old] if old else empty, trees[new]) for old, new in ends]
    if not all(old and new for old, new in pairs):
        raise Undecided("a commit has no tree", reason="malformed-object")
    return repository.net_difference([(old or "", new or "") for old, new in pairs])


def _before(repository: Repository, update: RefUpdate) -> str:
    """The commit with which a new tip is compared, '' for none: the old tip; of a new ref, or of a range, where it has left
    the repository's HEAD, or the range's other end.
    """
    if update.ancestry in ("ff", "non-ff"):
        _, peeled, kind = repository.peel(update.old)
        if kind != "commit":
            raise Undecided("the old value is no commit", reason="no-commit")
        return peeled
    other = update.old if update.ancestry == "range" else repository.ref("HEAD") or ""
    if not other or is_zero(other) or other == update.peeled:
        return other if other == update.peeled else ""
    return repository.merge_base(other, update.peeled) or ""
