"""From a finding to a status: the only place that knows how the three clocks count.

The clocks: what the committer or tagger claims; what the signature says of itself; when the object was first seen by
somebody who can be believed. The first two are the signer's word. `validity` chooses one of `first-seen`, `signature` and
`now`; where nobody has seen the object, `unknown_first_seen` chooses `now` or `signature`.
"""

from __future__ import annotations

from gitward.model import SignatureResult
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Finding, Ident, Oid, Signature, Signer, Status, UnknownFirstSeen, Validity
    from gitward.model.signatures import Format

    Moment = tuple[int, str]  # seconds since 1970, and which clock that was


def judged(
    signature: Signature,
    author: Ident | None,
    committer: Ident | None,
    *,
    validity: Validity = "first-seen",
    unknown_first_seen: UnknownFirstSeen = "now",
    signer: Signer = "committer",
    oid: Oid | None = None,
) -> SignatureResult:
    """The status of a signature. `author` and `committer` are what the object claims; a tag has a `committer` alone."""
    finding = signature.finding
    claimed = committer.time if committer else None
    at, clock = _moment(signature, claimed, validity, unknown_first_seen)
    claims = {"author": (author,), "committer": (committer,), "either": (author, committer)}[signer]
    status, detail = finding.status, finding.detail
    if status == "good":
        status, detail = _in_time(finding, signature, at)
    if status == "good" and not _is_theirs(signature, claims):
        status, detail = "principal-mismatch", f"{finding.principal} has no such address as the {signer}'s"
    return SignatureResult(
        status=status,
        format=finding.format,
        fingerprint=finding.fingerprint,
        primary_fingerprint=finding.primary_fingerprint,
        principal=finding.principal,
        claimed_time=claimed,
        signature_time=finding.signed_time,
        first_seen=signature.first_seen,
        judged_at=at,
        clock=clock,
        detail=detail,
        commit=oid,
    )


def judged_push(signature: Signature) -> SignatureResult:
    """The status of the signature of a push: it is judged as it comes, and its certificate claims no address."""
    return judged(replace(signature, addresses=()), None, None, validity="now")


def _moment(signature: Signature, claimed: int | None, validity: Validity, unknown: UnknownFirstSeen) -> Moment:
    """The moment at which the key must have been valid."""
    finding = signature.finding
    if finding.proven_time is not None:
        return finding.proven_time, "log"
    choice: str = validity
    if choice == "first-seen":
        if signature.first_seen is not None:
            return signature.first_seen, "first-seen"
        choice = unknown
    if choice == "signature":
        said = finding.signed_time if finding.signed_time is not None else claimed
        if said is not None:
            return said, "signature"
    return signature.now, "now"


def _in_time(finding: Finding, signature: Signature, at: int) -> tuple[Status, str]:
    """What time makes of a good finding, the worst first."""
    seen = signature.first_seen if signature.first_seen is not None else signature.now
    if finding.not_after is not None and at > finding.not_after:
        return "expired", "the key, its certificate or its place in the policy had ended by then"
    if finding.not_before is not None and at < finding.not_before:
        return "not-yet-valid", "the key, its certificate or its place in the policy had not begun by then"
    if finding.signed_time is not None and finding.signed_time > seen + signature.skew:
        return "not-yet-valid", "the signature says that it was made after it was seen"
    if finding.revoked is not None and at >= finding.revoked:
        return "revoked-soft", "the key had been revoked by then"
    return "good", ""


def _is_theirs(signature: Signature, claims: tuple[Ident | None, ...]) -> bool:
    """Whether one of these claims an address of the principal; a principal that lists none, and a forge, is not asked."""
    if signature.forge or not signature.addresses:
        return True
    known = {address.casefold() for address in signature.addresses}
    return any(claim is not None and claim.email.casefold() in known for claim in claims)


def in_words(result: SignatureResult) -> str:
    """A status that is not good, as the middle of a report's line."""
    key = f" by {result.principal}'s key {result.fingerprint}" if result.principal else ""
    if not key and result.fingerprint:
        key = f" by the key {result.fingerprint}"
    why = f": {result.detail}" if result.detail else ""
    words = {
        "unsigned": "not signed",
        "unknown-key": f"signed{key}, which the policy does not list",
        "principal-mismatch": f"signed{key}",
        "bad": f"a signature{key} that does not hold",
        "malformed": "a malformed signature",
        "unsupported": f"a signature{key} of a kind that does not count",
        "weak": f"a signature{key} that is too weak",
        "expired": f"signed{key}, which was no longer valid",
        "not-yet-valid": f"signed{key}, which was not valid yet",
        "revoked-hard": f"signed{key}, which is revoked",
        "revoked-soft": f"signed{key}, which had been revoked",
    }
    return words[result.status] + why


def objection(what: str, signature: Signature, result: SignatureResult, formats: tuple[Format, ...]) -> str:
    """What is against counting a signature as somebody's own, as a report says it; '' for nothing."""
    if result.status != "good":
        words = in_words(result)
        return f"{what} {'is' if words.startswith(('signed', 'not signed')) else 'has'} {words}"[:200]
    if result.format not in formats:
        return f"{what} is signed with {result.format}, here {', '.join(formats)} count{'s' * (len(formats) == 1)}"
    if signature.forge:
        return f"{what} is signed by the forge {result.principal.removeprefix('forge:')}, which is nobody's signature"
    return ""
