"""From what is said of a push certificate to facts: read from its blob, held against the push, each policy's trust asked.

A variable that names a certificate is a claim, and so is what git says of the nonce: an honest git sets both for a push that
brings a certificate, and leaves what it was started with where none came. So the blob has to say all of it: who signed, that
this push is what was signed for, that this repository gave out the nonce, and that this text was never accepted before.
"""

from __future__ import annotations

import re

from gitward.channels import CERTIFICATE
from gitward.engine import missing_fact
from gitward.errors import GitwardError, Undecided
from gitward.gitobject.pushcert import parse_push_certificate
from gitward.model import Actor, SignedPush
from gitward.perspective import push_seen_by
from gitward.pushing.nonce import issued
from gitward.pushing.spent import NONCE_SECONDS, spend
from gitward.record import replace
from gitward.validity import judged_push

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.model import CertificateClaim, Change, Policy, PushCertificate, Request
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers

CERTIFICATE_BYTES = 8 << 20
_UNPROVEN = {
    True: "no entry of this policy for signed-push takes the push certificate",
    False: "this policy has no entry for signed-push, and nothing else believes a push certificate",
}
_SLOP = re.compile(r"-?([0-9]{1,10})")
_REFUSED = {
    "BAD": "git calls its nonce BAD: it was given out for another connection",
    "MISSING": "git calls its nonce MISSING",
    "UNSOLICITED": "git calls its nonce UNSOLICITED: this repository gave none out",
}


def with_certificate(
    change: Change, request: Request, policies: tuple[Policy, ...], repository: Repository, signers: Sequence[Signers], now: int
) -> Change:
    """The same change with its push certificate, and who pushes by it, where an entry asks and one came."""
    asking = tuple(any(_asks(entry.rule.needs) and not missing_fact(entry, change.known) for entry in policy.entries)
                   for policy in policies)  # fmt: skip
    if request.certificate is None or not any(asking):
        return change
    try:
        signed = _looked_at(request, request.certificate, repository, now)
        if not signed.certificate.malformed:
            found = tuple(each.certificate(signed.certificate) if asks else None
                          for asks, each in zip(asking, signers, strict=True))  # fmt: skip
            signed = _taken(replace(signed, signatures=found), repository)
    except GitwardError as problem:
        signed = SignedPush(certificate=parse_push_certificate(b""), problem=problem.message)
    change = replace(change, certificate=signed)
    pushers = tuple(_pusher(index, policy, change) for index, policy in enumerate(policies))
    unproven = tuple("" if name else _UNPROVEN[asks] for name, asks in zip(pushers, asking, strict=True))
    return replace(change, actor=_actor(signed, pushers, policies, signers), pushers=pushers, unproven=unproven)


def _actor(
    signed: SignedPush, pushers: Sequence[str], policies: Sequence[Policy], signers: Sequence[Signers]
) -> Actor:
    """Whom the first policy that knows the pusher knows it as, with the roles that each such policy gives to its own."""
    claim = signed.certificate.pusher
    known = [index for index, name in enumerate(pushers) if name]
    if not known:
        return Actor(channel=CERTIFICATE, claim=claim)
    first = known[0]
    signature, who = signed.signatures[first], signers[first].principal(pushers[first])
    return Actor(
        principal=pushers[first],
        channel=CERTIFICATE,
        claim=claim,
        fingerprint=signature.finding.fingerprint if signature else "",
        roles=tuple(
            (role, policies[index].id) for index in known for role in signers[index].principal(pushers[index]).roles
        ),
        is_service=who.forge or who.service,
    )


def _asks(needs: tuple[str, ...]) -> bool:
    return "certificate" in needs


def _looked_at(request: Request, claim: CertificateClaim, repository: Repository, now: int) -> SignedPush:
    """All that can be said of it without anybody's trust."""
    kind, raw = repository.read(claim.oid, CERTIFICATE_BYTES)
    if kind != "blob":
        raise Undecided(f"what is named as the push certificate is a {kind}")
    certificate = parse_push_certificate(raw)
    if certificate.malformed:
        return SignedPush(certificate=certificate)
    seed = repository.config("receive.certNonceSeed")
    given_out = issued(certificate.nonce, seed, certificate.pushee, repository.path)
    slop = _SLOP.fullmatch(claim.slop)
    nonce = _REFUSED.get(claim.nonce_status, "")
    if not seed:
        nonce = "this repository gives out no nonces: receive.certNonceSeed is not set"
    elif given_out is None:
        nonce = nonce or "its nonce is not one that this repository gave out"
    elif abs(now - given_out) > NONCE_SECONDS:
        nonce = nonce or "its nonce was given out more than a day ago"
    elif claim.nonce_status != "OK" and not (claim.nonce_status == "SLOP" and slop):
        nonce = nonce or "git does not say whether its nonce is the one that it gave out"
    return SignedPush(
        certificate=certificate,
        nonce=nonce,
        given_out=given_out or 0,
        slop=int(slop[1]) if slop and claim.nonce_status == "SLOP" else 0,
        differs=_differs(request, claim, certificate),
    )


def _differs(request: Request, claim: CertificateClaim, certificate: PushCertificate) -> str:
    pushed = {(update.old, update.new, update.ref) for update in request.updates}
    if pushed != set(certificate.commands):
        missing, more = len(set(certificate.commands) - pushed), len(pushed - set(certificate.commands))
        return f"of the ref updates {missing} were signed for and are not in the push, {more} are in it and were not signed for"
    if certificate.options != claim.options:
        return "the push options are not those that were signed for"
    return ""


def _taken(signed: SignedPush, repository: Repository) -> SignedPush:
    """The same, its text taken where nothing else is against it: so nobody fills the store whom no policy lists."""
    if signed.nonce or signed.differs or not any(each and judged_push(each).status == "good" for each in signed.signatures):
        return signed
    return replace(signed, is_new=spend(repository.path, signed.certificate.signed.payload, signed.given_out))


def _pusher(index: int, policy: Policy, change: Change) -> str:
    """Who pushes, by the entries of one policy that judge push certificates: the principal, where one of them is content."""
    seen = push_seen_by(index, change)
    signature = seen.certificate and seen.certificate.signature
    if not signature:
        return ""
    for entry in policy.entries:
        try:
            if _asks(entry.rule.needs) and not any(entry.rule.check_push(seen)):
                return signature.finding.principal
        except GitwardError:
            continue
    return ""
