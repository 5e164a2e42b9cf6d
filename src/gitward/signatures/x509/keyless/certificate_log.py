"""The promise of a certificate log that stands in a certificate (RFC 6962, 3.2 and 3.3)."""

from __future__ import annotations

import hashlib
from calendar import timegm

from cryptography import x509
from cryptography.hazmat.primitives.serialization import PublicFormat

from gitward.signatures.x509 import material
from gitward.signatures.x509.paths import extension
from gitward.signatures.x509.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.x509.certificate_transparency import SignedCertificateTimestamp

    from gitward.signatures.x509.keyless.trusted_root import Log


def check(leaf: x509.Certificate, issuer: x509.Certificate, logs: Sequence[Log]) -> None:
    """Raises Refusal unless one of these logs, trusted at that time, promised to show the certificate to everybody."""
    promises = extension(leaf, x509.PrecertificateSignedCertificateTimestamps)
    if not promises:
        raise Refusal("unsupported", "the certificate carries no promise of a certificate log")
    is_known = False
    for promise in promises:
        try:
            time = promise.timestamp
        except (ValueError, OverflowError):  # in no year that there is
            continue
        data = _signed(promise, time, leaf, issuer)
        for log in logs:
            if log.key_id == promise.log_id and log.trusted.holds(timegm(time.timetuple())):
                is_known = True
                if log.signed(promise.signature, data):
                    return
    if is_known:
        raise Refusal("bad", "the certificate log did not sign its promise")
    raise Refusal("unknown-key", "a certificate log that the keyless root does not know, or not for that time")


def _signed(
    promise: SignedCertificateTimestamp, when: datetime, leaf: x509.Certificate, issuer: x509.Certificate
) -> bytes:
    """The bytes under a promise for a precertificate."""
    key = issuer.public_key().public_bytes(material.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = leaf.tbs_precertificate_bytes
    time = timegm(when.timetuple()) * 1000 + when.microsecond // 1000
    return b"".join((
        b"\0\0", time.to_bytes(8, "big"), b"\0\1", hashlib.sha256(key).digest(), len(certificate).to_bytes(3, "big"),
        certificate, len(promise.extension_bytes).to_bytes(2, "big"), promise.extension_bytes,
    ))  # fmt: skip
