"""The statements that count for some commits: looked up, verified by the trust of each policy, and held against revocations.

Looked up where they stand, in what the same push brings, and in the archive. A statement counts for a policy by whose good
signatures it carries, and by nothing that it says: `by`. A key must have been valid when the statement was first seen, where the
log knows that, else now. One that counts for nothing stays, with nobody in `by` and the reason in `against`.
"""

from __future__ import annotations

from gitward.model import Revocation, Statement, Waiver
from gitward.record import record, replace
from gitward.statements import envelope
from gitward.statements.blocks import signed_of
from gitward.statements.places import archived, outlines, standing
from gitward.statements.reading import EVERYTHING
from gitward.validity import in_words, judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from gitward.model import Policy, Signature
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers

_WORDS = 200


@record
class _Read:
    """A statement as it was read, its blob and the oid of that, and what was signed."""

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
) -> tuple[Statement, ...]:
    """The statements about one of these commits, or about none, by their ids; `by` and `against` in the order of the policies.

    `pushed` are the refs of statements that the same push brings, with the oids of their blobs: these are seen now. `now` is in
    seconds since 1970. Raises Undecided where a trust store cannot be used.
    """
    wanted = frozenset((*oids, "0" * repository.oid_length))
    refs = {**archived(repository, wanted), **standing(repository.refs(symbolic=False)), **dict(pushed)}
    read = _relevant(_read(repository, refs), wanted)
    verified = _attributed(read, policies, signers, now, frozenset(oid for _, oid in pushed))
    return _less_revoked(verified, policies, {each.statement.id: each.payload for each in read})


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
            first_seen=seen[place],
        )
        for place, each in enumerate(read)
    )


def _read(repository: Repository, refs: Mapping[str, str]) -> dict[str, _Read]:
    """The statements of gitward's own kinds, each once, by id."""
    every: dict[str, _Read] = {}
    for _, oid, blob, said in outlines(repository, refs):
        if said.statement and said.id not in every:
            every[said.id] = _Read(statement=said.statement, oid=oid, blob=blob, payload=said.payload)
    return every


def _relevant(every: Mapping[str, _Read], wanted: frozenset[str]) -> list[_Read]:
    """Those about a commit that is asked for, and what revokes one of them, whatever that is about; by id."""
    mine = {name for name, each in every.items() if wanted.intersection(each.statement.subjects)}
    mine |= {
        name for name, each in every.items()
        if isinstance(each.statement.said, Revocation) and each.statement.said.statement in mine
    }  # fmt: skip
    return [every[name] for name in sorted(mine)]


def _first_seen(oid: str, signers: Sequence[Signers], otherwise: int | None) -> int | None:
    known = signers[0].seen(oid) if signers else None
    return otherwise if known is None else known


# --- signatures ---------------------------------------------------------------------------------------------------------


def _signers_of(
    policy: Policy, signers: Signers, read: Sequence[_Read], seen: Sequence[int | None], now: int
) -> list[tuple[tuple[str, ...], str]]:
    """Of each statement whose good signatures it carries by this policy, and where that is nobody, why."""
    if not policy.trust:
        return [((), "the policy lists nobody's keys")] * len(read)
    of_each = [signed_of(envelope.opened(each.blob)) for each in read]
    items = [signed for signatures in of_each for signed in signatures]
    times = [time for signatures, time in zip(of_each, seen, strict=True) for _ in signatures]
    found = iter(signers.statements(items, times, now))
    return [_counted([next(found) for _ in signatures], signers) for signatures in of_each]


def _counted(signatures: Sequence[Signature], signers: Signers) -> tuple[tuple[str, ...], str]:
    """Each principal once, however many keys and signatures; a forge is nobody."""
    good: set[str] = set()
    against = ""
    for signature in signatures:
        result = judged(signature, None, None)
        if result.status != "good":
            against = against or in_words(result)[:_WORDS]
        elif signature.forge:
            against = against or f"signed by the forge {result.principal.removeprefix('forge:')}, which is nobody's signature"
        elif why := _out_of_time(result.principal, signers, result.judged_at or 0):
            against = against or why
        else:
            good.add(result.principal)
    return tuple(sorted(good)), "" if good else against


def _out_of_time(name: str, signers: Signers, at: int) -> str:
    principal = signers.principal(name)
    if principal.valid_after is not None and at < principal.valid_after:
        return f"signed by {name}, who is no principal yet"
    if principal.valid_before is not None and at >= principal.valid_before:
        return f"signed by {name}, who is no principal any more"
    return ""


# --- revocation ---------------------------------------------------------------------------------------------------------


def _less_revoked(
    statements: tuple[Statement, ...], policies: Sequence[Policy], payloads: Mapping[str, bytes]
) -> tuple[Statement, ...]:
    """The same; what is revoked counts for nobody. A revocation is not revoked.

    An envelope can be put together anew around the same signature, so a word that was taken back is taken back in every
    envelope: of a statement with the payload of one that is revoked, who revoked it counts no more, nor, where they may waive
    what it waives, anybody. Others' signatures under the same payload stand: nobody can take back another's word.
    """
    revocations = [(each, each.said) for each in statements if isinstance(each.said, Revocation)]
    return tuple(
        each if isinstance(each.said, Revocation) or not revocations
        else replace(each, **_left(each, revocations, policies, payloads))
        for each in statements
    )  # fmt: skip


def _left(
    statement: Statement,
    revocations: Sequence[tuple[Statement, Revocation]],
    policies: Sequence[Policy],
    payloads: Mapping[str, bytes],
) -> dict[str, Any]:
    """`by` and `against` of a statement after all that was revoked."""
    by, against = list(statement.by), list(statement.against)
    for revocation, said in revocations:
        if payloads.get(said.statement) != payloads[statement.id] or revocation.repository != statement.repository:
            continue
        for index, policy in enumerate(policies):
            who, rights = set(revocation.by[index]), _may_waive(policy, statement)
            signed = who.intersection(statement.by[index])
            is_whole = bool(who & rights) or (bool(signed) and said.statement == statement.id)
            gone = set(by[index]) if is_whole else signed
            if gone.intersection(by[index]):
                by[index] = tuple(name for name in by[index] if name not in gone)
                words = f": {said.reason}" if said.reason else ""
                against[index] = f"revoked by {', '.join(sorted(signed or who & rights))}{words}"[:_WORDS]
    return {"by": tuple(by), "against": tuple(why if not names else "" for names, why in zip(by, against, strict=True))}


def _may_waive(policy: Policy, statement: Statement) -> set[str]:
    """Who, by the policy, may waive what a waiver waives."""
    said = statement.said
    if not isinstance(said, Waiver):
        return set()
    rights = (right for right in policy.waivers if right.rules == EVERYTHING or set(right.rules) & set(said.entries))
    return {name for right in rights for name in right.who}
