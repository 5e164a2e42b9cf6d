"""The statements that the entries of a change ask for: which commits they may be about, and what the push itself brings."""

from __future__ import annotations

from itertools import islice

from gitward.engine import entries_of
from gitward.facts import asking_statements
from gitward.integrity import is_statement
from gitward.model import is_zero
from gitward.record import replace
from gitward.statements.approved import subjects
from gitward.statements.finding import arrived, found
from gitward.statements.places import archive_tip, parts_of, ref_of, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.model import Change, Policy, Range
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers

_STRANGER = "a statement about no commit is taken from those alone whose keys a policy lists, and none of them has signed it"
_MOST = 10_000  # commits of a range for which waivers are looked up: the newest, and as many as a server lets in at once


def without_strangers(
    change: Change, policies: tuple[Policy, ...], repository: Repository, signers: Sequence[Signers], now: int
) -> Change:
    """The same change; a statement about no commit, which every later push has to read, is refused if nobody known signed it."""
    refs = {update.ref: update.new for update in change.updates if is_statement(update) and is_zero(parts_of(update.ref)[0])}
    if not refs or change.stage != "receive":
        return change
    counted = {ref_of(each.subjects[0], each.id) for each in arrived(repository, policies, signers, refs, now) if any(each.by)}
    return replace(
        change,
        updates=tuple(
            replace(update, problem=_STRANGER) if update.ref in refs and update.ref not in counted else update
            for update in change.updates
        ),
    )


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
    oids, hoped = set(_ends(change, repository)), frozenset[str]()
    if any(hasattr(entry.rule, "wanting") for _, entry in entries_of(policies)):  # a squash lands another commit
        hoped = subjects(repository, {update.ref for update in change.updates}, pushed, now)
    if any(policy.waivers for policy in policies):
        for brought in ranges:
            oids.update(_commits(brought, repository))
    asked = tuple(policy if wants else replace(policy, trust="") for policy, wants in zip(policies, asks, strict=True))
    return replace(change, statements=found(repository, asked, signers, oids, now, pushed, hoped))


def _ends(change: Change, repository: Repository) -> Iterator[str]:
    """What each ref update brings, what tags lead to, and the sides that a merge brings: an approval may be about these.

    The old value is one of them only where it goes: nobody can give another name to a commit that is there already, so what is
    said about it must cost no push.
    """
    for update in change.updates:
        if is_statement(update):
            continue
        old = update.old if update.ancestry == "delete" else ""
        yield from (oid for oid in (old, update.new, update.peeled) if oid and not is_zero(oid))
        parents = repository.parents(update.peeled) if update.kind == "commit" and update.peeled else ()
        if len(parents) > 1:
            yield from (oid for oid in parents if oid != update.old)


def _commits(brought: Range, repository: Repository) -> Iterator[str]:
    if brought.exclude:
        return iter(repository.walk(brought.include, brought.exclude, max_count=_MOST, ignore_missing=True))
    return islice(repository.walk_down(brought.include), _MOST)
