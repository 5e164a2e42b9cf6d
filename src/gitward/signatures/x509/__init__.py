"""X.509: detached CMS signatures, as gpgsm, smimesign and gitsign make them, against the authorities of the policy.

A signature is read strictly (`armor`, `ber`, `cms`), its arithmetic done with the certificate that it names (`arithmetic`), a
way from that to a trusted root sought and judged (`paths`), the revocation lists asked (`revocation`), and the policy's list of
holders (`holders`). For gitsign's keyless signatures the trust is Sigstore's, and a log's proof stands for the time
(`keyless`).

What git and gpgsm accept and this does not: content inside the signature, no signed attributes, no signing time, two
certificates of one name, contentCommitment (nonRepudiation) without digitalSignature, an extended key usage that has neither
emailProtection nor codeSigning nor any, weak keys and digests, anything but white space behind the block.
"""

from __future__ import annotations

from cryptography import x509

from gitward.errors import Undecided
from gitward.model import Finding, Proof
from gitward.signatures.x509 import arithmetic, armor, cms, material
from gitward.signatures.x509.holders import Holders
from gitward.signatures.x509.keyless import Keyless, is_keyless
from gitward.signatures.x509.paths import Path, Paths, usable
from gitward.signatures.x509.refusal import Refusal
from gitward.signatures.x509.revocation import RevocationLists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from gitward.model import Signed, Status, Trust

    Outcome = Literal["bad", "malformed", "unsupported", "unknown-key"]

_OUTCOMES: dict[str, Outcome] = {name: name for name in ("bad", "malformed", "unsupported", "unknown-key")}
_REMEMBERED = 4096  # paths; a history has few signers


class X509Verifier:
    """Verifies what gpgsm and its kin sign. Raises Undecided where a root, a list or a subject of the policy is unusable."""

    def __init__(self, trust: Trust) -> None:
        roots = material.certificates(trust.x509_roots, "file of X.509 roots")
        others = material.certificates(trust.x509_intermediates, "file of X.509 intermediates")
        lists = [material.revocation_list(data) for data in trust.x509_crls]
        self._given = (*others, *roots)
        self._paths = Paths(roots, others, trust.rsa_bits)
        self._revocations = RevocationLists(lists, (*roots, *others))
        self._holders = Holders(trust.x509)
        self._keyless = Keyless(trust.keyless_root, trust.keyless, trust.rsa_bits) if trust.keyless_root is not None else None
        self._rsa_bits = trust.rsa_bits
        self._remembered: dict[tuple[x509.Certificate, ...], Path | Refusal] = {}

    def prove(self, items: Sequence[Signed]) -> list[Proof]:
        """The arithmetic of each: by the certificate that the signature names, from what it brings or the policy gives."""
        return [self._proof(item) for item in items]

    def find(self, proof: Proof, signed: Signed, addresses: Sequence[str] = ()) -> Finding:
        """What the policy says of the certificate: its chain, revocation, holder. No clock: see Finding's times."""
        if proof.outcome != "good":
            return Finding(format="x509", status=proof.outcome, detail=proof.detail, signed_time=proof.signed_time)
        try:
            return self._finding(proof, signed, addresses)
        except Refusal as refusal:
            return Finding(
                format="x509", status=refusal.status, detail=refusal.detail, fingerprint=proof.key,
                primary_fingerprint=proof.key, principal=self._holders.of(proof.key), signed_time=proof.signed_time,
            )  # fmt: skip

    def close(self) -> None:
        """Nothing is kept open."""

    def _proof(self, item: Signed) -> Proof:
        try:
            message = cms.read(armor.contents(item.block))
            certificate = self._signer(message, material.brought(message.certificates))
            arithmetic.verify(message, item.payload, certificate)
        except Refusal as refusal:
            return Proof(format="x509", outcome=_OUTCOMES[refusal.status], detail=refusal.detail)
        return Proof(
            format="x509", outcome="good", key=arithmetic.fingerprint(certificate), signed_time=message.signed_time,
            digest=message.digest,
        )  # fmt: skip

    def _signer(self, message: cms.Message, brought: Sequence[x509.Certificate]) -> x509.Certificate:
        certificate = arithmetic.named(message, brought) or arithmetic.named(message, self._given)
        if certificate is None:
            raise Refusal("unknown-key", "the signature does not bring the certificate of its signer")
        return certificate

    def _finding(self, proof: Proof, signed: Signed, addresses: Sequence[str]) -> Finding:
        message = cms.read(armor.contents(signed.block))
        brought = material.brought(message.certificates)
        leaf = self._signer(message, brought)
        if arithmetic.fingerprint(leaf) != proof.key:
            raise Undecided("a remembered proof is of another signature", "remove the cache of proofs")
        if message.digest in arithmetic.WEAK_DIGESTS:
            raise Refusal("weak", f"signed with {message.digest}")
        weakness = arithmetic.weakness(leaf, self._rsa_bits)
        if weakness:
            raise Refusal("weak", weakness)
        if is_keyless(leaf):
            if self._keyless is None:
                raise Refusal("unknown-key", "a keyless signature, and the policy gives no keyless root")
            return self._keyless.finding(proof, message, leaf)
        path = self._path(leaf, brought)
        revocation = self._revocations.worst(path.certificates)
        principal = self._holders.principal(path, addresses)
        status: Status = "good" if principal else "unknown-key"
        detail = "" if principal else "a trusted chain, but nobody in the policy holds the certificate"
        if revocation and revocation.is_hard:
            status, detail = "revoked-hard", f"revoked: {revocation.reason}"
        return Finding(
            format="x509", status=status, detail=detail, fingerprint=proof.key, primary_fingerprint=proof.key,
            principal=principal, signed_time=proof.signed_time, not_before=path.not_before, not_after=path.not_after,
            revoked=revocation.time if revocation and not revocation.is_hard else None,
        )  # fmt: skip

    def _path(self, leaf: x509.Certificate, brought: Sequence[x509.Certificate]) -> Path:
        key = (leaf, *brought)
        if key not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            try:
                usable(leaf)
                self._remembered[key] = self._paths.path(leaf, brought)
            except Refusal as refusal:
                self._remembered[key] = refusal
        found = self._remembered[key]
        if isinstance(found, Refusal):
            raise Refusal(found.status, found.detail)
        return found
