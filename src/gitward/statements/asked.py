"""The statements that the entries of a change ask for: which commits they may be about, and what the push itself brings."""

from __future__ import annotations

from itertools import islice

from gitward.engine import entries_of
from gitward.facts import asking_statements
from gitward.integrity import is_statement
from gitward.model import is_zero
from gitward.record import replace
from gitward.statements.approved import subjects
from gitward.statements.finding import found
from gitward.statements.places import archive_tip, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.model import Change, Policy, Range
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers

_MOST = 10_000  # commits of a range for which waivers are looked up: the newest, and as many as a server lets in at once


def with_statements(
    change: Change,
    ranges: Sequence[Range],
    policies: tuple[Policy, ...],
    repository: Repository,
    signers: Sequence[Signers],
    now: int,
) -> Change:
    """The same change with the statements that its entries may ask about; without an entry that asks, nothing is read."""
    asks = asking_statements(policies, change.known)
    if not any(asks):
        return change
    pushed = tuple((update.ref, update.new) for update in change.updates if is_statement(update))
    if not (pushed or standing(repository.refs(symbolic=False)) or archive_tip(repository)):
        return change
    oids = set(_ends(change, repository))
    if any(hasattr(entry.rule, "wanting") for _, entry in entries_of(policies)):  # a squash lands another commit
        oids |= subjects(repository, {update.ref for update in change.updates}, pushed, now)
    if any(policy.waivers for policy in policies):
        for brought in ranges:
            oids.update(_commits(brought, repository))
    asked = tuple(policy if wants else replace(policy, trust="") for policy, wants in zip(policies, asks, strict=True))
    return replace(change, statements=found(repository, asked, signers, oids, now, pushed))


def _ends(change: Change, repository: Repository) -> Iterator[str]:
    """The ends of each ref update, what tags lead to, and the parents: of a merge, an approval may be about the side merged."""
    for update in change.updates:
        if is_statement(update):
            continue
        yield from (oid for oid in (update.old, update.new, update.peeled) if oid and not is_zero(oid))
        if update.kind == "commit" and update.peeled:
            yield from repository.parents(update.peeled)


def _commits(brought: Range, repository: Repository) -> Iterator[str]:
    if brought.exclude:
        return iter(repository.walk(brought.include, brought.exclude, max_count=_MOST, ignore_missing=True))
    return islice(repository.walk_down(brought.include), _MOST)
