"""Sigstore's trusted_root.json: authorities and logs, each with the time for which it is trusted (sigstore_trustroot.proto)."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from gitward.errors import Undecided
from gitward.record import record
from gitward.signatures.x509 import material

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Key = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

_MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot"
_FIX = "give the trusted_root.json that the Sigstore instance publishes with TUF"


@record
class Span:
    """Inclusive seconds since 1970, None where it is open."""

    start: int | None = None
    end: int | None = None

    def holds(self, time: float) -> bool:
        return (self.start is None or self.start <= time) and (self.end is None or time <= self.end)


@record
class Log:
    """A log of signatures or of certificates. `key_id` is how entries name it."""

    key_id: bytes
    key: Key
    trusted: Span

    def signed(self, signature: bytes, data: bytes) -> bool:
        """Whether the log signed these bytes; ECDSA and RSA over SHA-256, or SHA-384 for P-384."""
        try:
            if isinstance(self.key, ed25519.Ed25519PublicKey):
                self.key.verify(signature, data)
            elif isinstance(self.key, rsa.RSAPublicKey):
                self.key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            else:
                digest = hashes.SHA384() if self.key.key_size == 384 else hashes.SHA256()
                self.key.verify(signature, data, ec.ECDSA(digest))
        except InvalidSignature:
            return False
        return True


@record
class Issuer:
    """An authority for keyless certificates: its chain, root last, and when it is trusted."""

    chain: tuple[x509.Certificate, ...]
    trusted: Span


@record
class TrustedRoot:
    """`logs` take signatures, `certificate_logs` certificates. Logs whose keys are of an unknown kind are left out: what they
    say proves nothing then."""

    issuers: tuple[Issuer, ...]
    logs: tuple[Log, ...]
    certificate_logs: tuple[Log, ...]


def read(data: bytes) -> TrustedRoot:
    """Raises Undecided where it is no trusted root, or names no authority or no log."""
    try:
        found = json.loads(data)
        if not str(found["mediaType"]).startswith(_MEDIA_TYPE):
            raise ValueError(f"its media type is {str(found['mediaType'])[:80]!r}")
        root = TrustedRoot(
            issuers=tuple(_issuer(part) for part in found.get("certificateAuthorities", ())),
            logs=_logs(found.get("tlogs", ())),
            certificate_logs=_logs(found.get("ctlogs", ())),
        )
    except (*material.UNREADABLE, KeyError, AttributeError, RecursionError) as error:
        raise Undecided(f"the keyless root cannot be read: {str(error)[:120]!r}", _FIX) from error
    if not root.issuers or not root.logs:
        raise Undecided("the keyless root names no authority, or no log with a known kind of key", _FIX)
    return root


def _issuer(part: Any) -> Issuer:
    ders = [_bytes(certificate) for certificate in part["certChain"]["certificates"]]
    chain = tuple(material.brought(ders))
    if not chain or len(chain) != len(ders):
        raise ValueError("a certificate of an authority cannot be read")
    return Issuer(chain=chain, trusted=_span(part.get("validFor", {})))


def _logs(parts: Any) -> tuple[Log, ...]:
    found = []
    for part in parts:
        try:
            key = load_der_public_key(_bytes(part["publicKey"]))
        except UnsupportedAlgorithm:
            continue
        if isinstance(key, (ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey, rsa.RSAPublicKey)):
            key_id = b64decode(part["logId"]["keyId"], validate=True)
            found.append(Log(key_id=key_id, key=key, trusted=_span(part["publicKey"].get("validFor", {}))))
    return tuple(found)


def _bytes(part: Any) -> bytes:
    return b64decode(part["rawBytes"], validate=True)


def _span(part: Any) -> Span:
    return Span(start=_seconds(part.get("start")), end=_seconds(part.get("end")))


def _seconds(text: Any) -> int | None:
    """RFC 3339, to the second below; None where nothing is given."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return int(found.timestamp())
