"""The statements that count for some commits: looked up, verified by the trust of each policy, and held against revocations.

Looked up where they stand, in what the same push brings, and in the archive. A statement counts for a policy by whose good
signatures it carries, and by nothing that it says: `by`. A key must have been valid when the statement was first seen, where the
log knows that, else now. One that counts for nothing stays, with nobody in `by` and the reason in `against`.
"""

from __future__ import annotations

import hashlib
from itertools import islice

from gitward.days import moment
from gitward.model import Closing, Decided, Revocation, Statement, Waiver
from gitward.record import record, replace
from gitward.statements import envelope
from gitward.statements.blocks import signed_of
from gitward.statements.located import located
from gitward.statements.places import outlines
from gitward.statements.revoking import less_revoked
from gitward.validity import in_words, judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitward.model import Policy, Signature, SignatureResult
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers

    Counted = tuple[tuple[str, ...], str, str]  # whose it is, or why nobody's; and what has become of the key since

_WORDS = 260
_TIMES = ("expired", "not-yet-valid", "revoked-soft", "revoked-hard")  # statuses of a listed key that made the signature
_PIECE = 200  # statements that are verified at once


@record
class _Read:
    """A statement as it was read, its blob and the oid of that, and SHA-256 of what was signed."""

    statement: Statement
    oid: str
    blob: bytes
    payload: bytes


def found(
    repository: Repository,
    policies: Sequence[Policy],
    signers: Sequence[Signers],
    oids: Iterable[str],
    now: int,
    pushed: Sequence[tuple[str, str]] = (),
    hoped: Iterable[str] = (),
) -> tuple[Statement, ...]:
    """The statements about one of these commits, or about none, by their ids; `by` and `against` in the order of the policies.

    `pushed` are the refs of statements that the same push brings, with the oids of their blobs: these are seen now. `hoped` are
    commits whose statements are left out where they are too many. `now` is in seconds since 1970. No closing is among them, which
    the review reads in the log, and no CI decision. Raises Undecided where a trust store cannot be used, or there is too much.
    """
    wanted, also = frozenset((*oids, "0" * repository.oid_length)), frozenset(hoped)
    refs, is_whole = located(repository, wanted, also, pushed)
    own = _read(repository, refs, evidence=False)
    if not is_whole and (beside := _beside(own.values(), wanted | also)):
        own |= _read(repository, located(repository, beside, frozenset(), pushed)[0], evidence=False)
    read = _relevant(own, wanted | also)
    verified = _attributed(read, policies, signers, now, frozenset(oid for _, oid in pushed))
    return less_revoked(verified, verified, policies, {each.statement.id: each.payload for each in read})


def every(
    repository: Repository, policies: Sequence[Policy], signers: Sequence[Signers], refs: Mapping[str, str], now: int
) -> Iterator[Statement]:
    """The statements under these refs, evidence too, as `found` gives them, each once and in the order of the refs.

    They are read twice, a piece at a time: of all that there are, only the ids and what is revoked stay in memory.
    """
    digests: dict[str, bytes] = {}
    revoking: list[_Read] = []
    for _, oid, blob, said in outlines(repository, refs):
        if said.id not in digests and said.statement.kind == "revocation":
            revoking.append(_Read(statement=said.statement, oid=oid, blob=blob, payload=b""))
        digests[said.id] = _digest(said.payload)
    revocations = _attributed(revoking, policies, signers, now, frozenset())
    rest, done = iter(refs.items()), set[str]()
    while piece := dict(islice(rest, _PIECE)):
        read = [each for name, each in _read(repository, piece).items() if name in digests and name not in done]
        done.update(each.statement.id for each in read)
        yield from less_revoked(_attributed(read, policies, signers, now, frozenset()), revocations, policies, digests)


def arrived(
    repository: Repository, policies: Sequence[Policy], signers: Sequence[Signers], refs: Mapping[str, str], now: int
) -> tuple[Statement, ...]:
    """The statements under these refs, as `found` gives them, of which nothing was seen or taken back before."""
    return _attributed(list(_read(repository, refs).values()), policies, signers, now, frozenset(refs.values()))


def _attributed(
    read: Sequence[_Read], policies: Sequence[Policy], signers: Sequence[Signers], now: int, new: frozenset[str]
) -> tuple[Statement, ...]:
    """With whose they are; `new` are the blobs that are seen now, unless they were before."""
    seen = [_first_seen(each.oid, signers, now if each.oid in new else None) for each in read]
    columns = [_signers_of(policy, of_policy, read, seen, now) for policy, of_policy in zip(policies, signers, strict=True)]
    return tuple(
        replace(
            each.statement,
            by=tuple(column[place][0] for column in columns),
            against=tuple(column[place][1] for column in columns),
            since=tuple(column[place][2] for column in columns),
            first_seen=seen[place],
        )
        for place, each in enumerate(read)
    )


def _read(repository: Repository, refs: Mapping[str, str], *, evidence: bool = True) -> dict[str, _Read]:
    """The statements, each once, by id; those of others' predicate types where they are asked for."""
    found: dict[str, _Read] = {}
    for _, oid, blob, said in outlines(repository, refs):
        if said.id not in found and (evidence or said.statement.kind != "evidence"):
            found[said.id] = _Read(statement=said.statement, oid=oid, blob=blob, payload=_digest(said.payload))
    return found


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()


def _beside(read: Iterable[_Read], wanted: frozenset[str]) -> frozenset[str]:
    """What else waivers of these commits are about: what takes one back may stand there."""
    subjects = [frozenset(each.statement.subjects) for each in read if isinstance(each.statement.said, Waiver)]
    return frozenset().union(*(each for each in subjects if each & wanted)) - wanted


def _relevant(own: Mapping[str, _Read], wanted: frozenset[str]) -> list[_Read]:
    """Those about a commit that is asked for, and what revokes one that was read, whatever that is about; by id.

    What decides nothing is left out before its signatures cost anything: closings, CI decisions, and revocations of what is not
    here.
    """
    mine, revocations = set(), []
    for name, each in own.items():
        if isinstance(each.statement.said, Revocation):
            revocations.append((name, each.statement.said.statement))
        elif not isinstance(each.statement.said, Closing | Decided) and not wanted.isdisjoint(each.statement.subjects):
            mine.add(name)
    mine |= {name for name, revoked in revocations if revoked in mine}
    return [own[name] for name in sorted(mine)]


def _first_seen(oid: str, signers: Sequence[Signers], otherwise: int | None) -> int | None:
    known = signers[0].seen(oid) if signers else None
    return otherwise if known is None else known


# --- signatures ---------------------------------------------------------------------------------------------------------


def _signers_of(
    policy: Policy, signers: Signers, read: Sequence[_Read], seen: Sequence[int | None], now: int
) -> list[Counted]:
    """Of each statement whose good signatures it carries by this policy, and where that is nobody, why."""
    if not policy.trust:
        return [((), "the policy lists nobody's keys", "")] * len(read)
    counted: list[Counted] = []
    for start in range(0, len(read), _PIECE):
        of_each = [signed_of(envelope.opened(each.blob)) for each in read[start : start + _PIECE]]
        items = [signed for signatures in of_each for signed in signatures]
        times = [time for signatures, time in zip(of_each, seen[start : start + _PIECE], strict=True) for _ in signatures]
        found = iter(signers.statements(items, times, now))
        for each, signatures in zip(read[start : start + _PIECE], of_each, strict=True):
            takes_back = each.statement.kind == "revocation"
            counted.append(_counted([next(found) for _ in signatures], signers, takes_back=takes_back))
    return counted


def _counted(signatures: Sequence[Signature], signers: Signers, *, takes_back: bool) -> Counted:
    """Each principal once, however many keys and signatures; a forge is nobody.

    What takes something back counts whatever has become of the key since, as long as the policy lists it.
    """
    good: set[str] = set()
    against = since = ""
    for signature in signatures:
        result = judged(signature, None, None)
        if takes_back and result.status in _TIMES:
            good.add(result.principal)  # or what was taken back would come to life again
        elif result.status != "good":
            against = against or f"{in_words(result)}{_as_of(result) if result.status in _TIMES else ''}"[:_WORDS]
        elif signature.forge:
            against = against or f"signed by the forge {result.principal.removeprefix('forge:')}, which is nobody's signature"
        elif (why := _out_of_time(result.principal, signers, result.judged_at or 0)) and not takes_back:
            against = against or why
        else:
            good.add(result.principal)
            if judged(signature, None, None, validity="now").status != "good":
                since = f"by a key that has ended since{_as_of(result)}"
    return tuple(sorted(good)), "" if good else against, since


def _as_of(result: SignatureResult) -> str:
    """As of when a key was judged."""
    if result.clock == "first-seen" and result.judged_at is not None:
        return f" (first seen {moment(result.judged_at)})"
    return " (as of now: no log says when it was first seen)"


def _out_of_time(name: str, signers: Signers, at: int) -> str:
    principal = signers.principal(name)
    if principal.valid_after is not None and at < principal.valid_after:
        return f"signed by {name}, who is no principal yet"
    if principal.valid_before is not None and at >= principal.valid_before:
        return f"signed by {name}, who is no principal any more"
    return ""
