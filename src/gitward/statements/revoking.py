"""What counts no more because somebody took it back, and who may."""

from __future__ import annotations

from gitward.model import Revocation, Waiver
from gitward.record import replace
from gitward.statements.sense import EVERYTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gitward.model import Policy, Statement

_WORDS = 200
_REVOKED = "revoked by "


def is_revoked(statement: Statement, policy: int) -> bool:
    """Whether it counts for nobody in a policy, of those by which it was found, because it was taken back."""
    return statement.against[policy].startswith(_REVOKED)


def less_revoked(
    statements: Sequence[Statement], revocations: Sequence[Statement], policies: Sequence[Policy], payloads: Mapping[str, bytes]
) -> tuple[Statement, ...]:
    """The same; what is revoked counts for nobody. A revocation is not revoked. `payloads` are by id, or digests of them.

    An envelope can be put together anew around the same signature, so a word that was taken back is taken back in every
    envelope: of a statement with the payload of one that is revoked, who revoked it counts no more, nor, where they may waive
    what it waives, anybody. Others' signatures under the same payload stand: nobody can take back another's word.
    """
    taken: dict[bytes, list[tuple[Statement, Revocation]]] = {}  # by what was signed
    for each in revocations:
        said = each.said
        if isinstance(said, Revocation) and any(each.by) and said.statement in payloads:
            taken.setdefault(payloads[said.statement], []).append((each, said))
    return tuple(
        replace(each, **_left(each, against, policies))
        if not isinstance(each.said, Revocation) and (against := taken.get(payloads[each.id]))
        else each
        for each in statements
    )


def _left(
    statement: Statement, revocations: Sequence[tuple[Statement, Revocation]], policies: Sequence[Policy]
) -> dict[str, Any]:
    """`by` and `against` of a statement after the revocations of what has the same payload."""
    by, against = list(statement.by), list(statement.against)
    for revocation, said in revocations:
        if not any(by):
            break
        if revocation.repository != statement.repository and statement.kind != "evidence":  # which is for no repository
            continue
        for index, policy in enumerate(policies):
            who, rights = set(revocation.by[index]), _may_waive(policy, statement)
            signed = who.intersection(statement.by[index])
            is_whole = bool(who & rights) or (bool(signed) and said.statement == statement.id)
            gone = set(by[index]) if is_whole else signed
            if gone.intersection(by[index]):
                by[index] = tuple(name for name in by[index] if name not in gone)
                words = f": {said.reason}" if said.reason else ""
                against[index] = f"{_REVOKED}{', '.join(sorted(signed or who & rights))}{words}"[:_WORDS]
    return {"by": tuple(by), "against": tuple(why if not names else "" for names, why in zip(by, against, strict=True))}


def _may_waive(policy: Policy, statement: Statement) -> set[str]:
    """Who, by the policy, may waive what a waiver waives."""
    said = statement.said
    if not isinstance(said, Waiver):
        return set()
    rights = (right for right in policy.waivers if right.rules == EVERYTHING or set(right.rules) & set(said.entries))
    return {name for right in rights for name in right.who}
