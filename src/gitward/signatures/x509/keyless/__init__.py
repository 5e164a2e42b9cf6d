"""Keyless signatures (gitsign): a certificate that lived ten minutes, for an identity, and a log that saw the signature then.

All from what the signature brings and Sigstore's trusted root, nothing is asked: the log's entry for exactly this signature and
certificate (`log`), its time inside the life of the certificate, the authority's chain, the certificate log's promise, and issuer
*and* subject as the policy pins them. gitsign's online mode keeps the entry to itself and only the log can be asked: unsupported.
"""

from __future__ import annotations

from asn1crypto import core
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from gitward.model import Finding
from gitward.signatures.x509 import cms, material
from gitward.signatures.x509.keyless import certificate_log, entry, log, trusted_root
from gitward.signatures.x509.paths import Path, Paths, extension, usable
from gitward.signatures.x509.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.model import KeylessKey, Proof, Status
    from gitward.signatures.x509.cms import Message

_ARC = "1.3.6.1.4.1.57264.1."
_ISSUER, _RAW_ISSUER = _ARC + "8", _ARC + "1"  # DER, and the older one of bare bytes
_CODE = frozenset({ExtendedKeyUsageOID.CODE_SIGNING})


def is_keyless(leaf: x509.Certificate) -> bool:
    """Whether the certificate has an extension of Fulcio's."""
    return any(found.oid.dotted_string.startswith(_ARC) for found in leaf.extensions)


class Keyless:
    """Judges keyless signatures by a trusted root and pinned identities. Raises Undecided where the root cannot be read."""

    def __init__(self, root: bytes, keys: Sequence[KeylessKey], rsa_bits: int) -> None:
        self._root = trusted_root.read(root)
        self._principals = {(key.issuer, key.subject): key.principal for key in reversed(keys)}
        self._rsa_bits = rsa_bits

    def finding(self, proof: Proof, message: Message, leaf: x509.Certificate) -> Finding:
        """What root and pins say of a signature whose arithmetic holds. Raises Refusal."""
        time = self._logged(message, leaf)
        path = self._path(leaf, time)
        if self._root.certificate_logs:
            certificate_log.check(leaf, path.certificates[:2][-1], self._root.certificate_logs)
        principal = self._principals.get(identity(leaf), "")
        status: Status = "good"
        detail = ""
        if not principal:
            status, detail = "unknown-key", "issuer and subject of the certificate are pinned by nobody in the policy"
        elif not path.not_before <= time <= path.not_after:
            status = "expired" if time > path.not_after else "not-yet-valid"
            detail = "the log saw the signature outside the life of the certificate"
        return Finding(
            format="x509", status=status, detail=detail, fingerprint=proof.key, primary_fingerprint=proof.key,
            principal=principal, signed_time=proof.signed_time, not_before=path.not_before, not_after=path.not_after,
            proven_time=time if status == "good" else None,
        )  # fmt: skip

    def _logged(self, message: Message, leaf: x509.Certificate) -> int:
        """When the log took the signature in, in seconds since 1970, once all of its proof holds."""
        found = _entry(message)
        if (found.kind, found.version) != log.KIND:
            raise Refusal("unsupported", "a log entry of a kind that is not known here")
        if not found.promise or not found.time:
            raise Refusal("unsupported", "the log entry has no signed time")
        known = [each for each in self._root.logs if each.key_id == found.log_id and each.trusted.holds(found.time)]
        if not known:
            raise Refusal("unknown-key", "a log that the keyless root does not know, or not for that time")
        made = log.body(message.attributes, message.signature, leaf.public_bytes(material.PEM))
        log.check(found, made, lambda signature, data: any(each.signed(signature, data) for each in known))
        return found.time

    def _path(self, leaf: x509.Certificate, time: int) -> Path:
        usable(leaf, _CODE, is_required=True)
        refused = Refusal("unknown-key", "no authority of the keyless root is trusted for that time")
        for issuer in self._root.issuers:
            if issuer.trusted.holds(time):
                try:
                    return Paths(issuer.chain[-1:], issuer.chain[:-1], self._rsa_bits).path(leaf, ())
                except Refusal as refusal:
                    refused = refusal
        raise refused


def _entry(message: Message) -> entry.Entry:
    if not message.log_entries:
        raise Refusal("unsupported", "no log entry in the signature, and the log is not asked")
    if len(message.log_entries) > 1:
        raise Refusal("unsupported", "two log entries in one signature")
    try:
        return entry.read(core.OctetString.load(message.log_entries[0], strict=True).native)
    except cms.UNREADABLE:
        raise Refusal("unsupported", "a log entry in a form that is not known here") from None


def identity(leaf: x509.Certificate) -> tuple[str, str]:
    """Issuer and subject of a keyless certificate. Raises Refusal where there is not exactly one of each."""
    found = {}
    for each in leaf.extensions:
        if isinstance(each.value, x509.UnrecognizedExtension):
            found[each.oid.dotted_string] = each.value.value
    names = extension(leaf, x509.SubjectAlternativeName)
    subjects = [name.value for name in names or () if isinstance(name, (x509.RFC822Name, x509.UniformResourceIdentifier))]
    try:
        issuers = {found[_RAW_ISSUER].decode()} if _RAW_ISSUER in found else set()
        if _ISSUER in found:
            issuers.add(core.UTF8String.load(found[_ISSUER], strict=True).native)
    except cms.UNREADABLE:
        raise Refusal("malformed", "the issuer in the certificate cannot be read") from None
    if len(issuers) != 1 or len(subjects) != 1 or len(names or ()) != 1:
        raise Refusal("unknown-key", "the certificate has not one issuer and one subject")
    return issuers.pop(), subjects[0]
