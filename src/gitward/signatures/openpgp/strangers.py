"""OpenPGP signatures that nothing listed can have made: told from what they say of themselves, before gpg is started for them.

A certificate that is listed names all its keys. A signature that names none of them is nobody's, whatever it is worth.
"""

from __future__ import annotations

import binascii

from gitward.model import Finding
from gitward.signatures.openpgp import packet
from gitward.signatures.openpgp.armor import Refused, unarmor
from gitward.signatures.openpgp.material import fingerprints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.model import OpenPgpKey, Signed

_BEGIN, _END = b"-----BEGIN PGP PUBLIC KEY BLOCK-----", b"-----END PGP PUBLIC KEY BLOCK-----"
_KEY_ID = 16  # digits


class Strangers:
    """Knows the names of all keys in these certificates; none where one of them cannot be read here."""

    def __init__(self, listed: Iterable[OpenPgpKey]) -> None:
        found = [fingerprints(_binary(certificate)) for certificate in {each.certificate for each in listed}]
        names = {name for each in found for name in each or ()}
        self._names = None if None in found else names | {name[-_KEY_ID:] for name in names}

    def stranger(self, signed: Signed) -> Finding | None:
        """The finding "unknown-key" where no listed key is named, or none at all; None where gpg has to be asked."""
        if self._names is None:
            return None
        try:
            signature = packet.parse_signature(unarmor(signed.block))
        except Refused as refused:
            return Finding(format="openpgp", status=refused.outcome, detail=str(refused))
        if signature.issuer in self._names:
            return None
        detail = f"no listed certificate holds the key {signature.issuer or 'that signed, which the signature does not name'}"
        return Finding(
            format="openpgp", status="unknown-key", detail=detail, fingerprint=signature.issuer, signed_time=signature.created
        )


def _binary(certificate: bytes) -> bytes:
    """The packets of a certificate, which may be armored; b"" where they cannot be told."""
    lines = [line.strip() for line in certificate.strip().split(b"\n")]
    if lines[0] != _BEGIN:
        return certificate
    if lines[-1] != _END or b"" not in lines or lines.count(_BEGIN) > 1:
        return b""
    try:
        return binascii.a2b_base64(b"".join(line for line in lines[lines.index(b"") + 1 : -1] if not line.startswith(b"=")))
    except binascii.Error:
        return b""
