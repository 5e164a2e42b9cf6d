"""The public keys of certificates that gpg has imported and exported again, as `cryptography` takes them.

Which keys a certificate holds, until when and for what is gpg's word (`listing`); here are only their numbers (RFC 9580, 5.5.2).
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from gitward.signatures.openpgp.packet import DSA, ECDSA, EDDSA, RSA, new_length

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    PublicKey = rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

_KEYS = (6, 14)  # the packets of a primary key and of a subkey
_CURVES: dict[bytes, type[ec.EllipticCurve]] = {
    bytes.fromhex("2a8648ce3d030107"): ec.SECP256R1,
    bytes.fromhex("2b81040022"): ec.SECP384R1,
    bytes.fromhex("2b81040023"): ec.SECP521R1,
    bytes.fromhex("2b8104000a"): ec.SECP256K1,
    bytes.fromhex("2b2403030208010107"): ec.BrainpoolP256R1,
    bytes.fromhex("2b240303020801010b"): ec.BrainpoolP384R1,
    bytes.fromhex("2b240303020801010d"): ec.BrainpoolP512R1,
}
"""Object identifier -> curve (RFC 9580, 9.2)."""
_ED25519 = bytes.fromhex("2b06010401da470f01")


def public_keys(exported: bytes) -> dict[str, PublicKey]:
    """Fingerprint (40 capital hex digits) -> key. A key of another kind, or that `cryptography` refuses, is left out."""
    found = {}
    for tag, content in _packets(exported):
        if tag in _KEYS and content[:1] == b"\x04":
            key = _public_key(content)
            if key is not None:
                found[_fingerprint(content)] = key
    return found


def fingerprints(certificates: bytes) -> frozenset[str] | None:
    """The names of all keys, of whatever kind; None where these are not whole packets, or hold none, or another version."""
    found = set()
    packets = list(_packets(certificates))
    for tag, content in packets:
        if tag in _KEYS:
            if content[:1] != b"\x04":
                return None
            found.add(_fingerprint(content))
    return frozenset(found) if found and certificates.endswith(packets[-1][1]) else None


def _fingerprint(content: bytes) -> str:
    """RFC 9580, 5.5.4.2."""
    framed = b"\x99" + len(content).to_bytes(2, "big") + content
    return hashlib.sha1(framed, usedforsecurity=False).hexdigest().upper()


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each packet that gpg has written; what comes after one of another form is left out."""
    place = 0
    while place < len(data) and data[place] & 0x80:
        if data[place] & 0x40:
            tag = data[place] & 0x3F
            length, place = new_length(data, place + 1)
        else:
            tag, size = data[place] >> 2 & 0x0F, 1 << (data[place] & 3)
            length = int.from_bytes(data[place + 1 : place + 1 + size], "big") if size < 8 else None
            place += 1 + size
        if length is None:
            return
        yield tag, data[place : place + length]
        place += length


def _public_key(content: bytes) -> PublicKey | None:
    """The key of a packet: version, four bytes of time, algorithm, numbers."""
    try:
        algorithm, rest = content[5], content[6:]
        if algorithm in RSA:
            n, e = _numbers(rest, 2)
            return rsa.RSAPublicNumbers(e, n).public_key()
        if algorithm == DSA:
            p, q, g, y = _numbers(rest, 4)
            return dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key()
        oid = rest[1 : 1 + rest[0]] if algorithm in (ECDSA, EDDSA) else b""
        if algorithm == ECDSA and oid in _CURVES:
            (point,) = _numbers(rest[1 + rest[0] :], 1)
            return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[oid](), _bytes(point))
        if algorithm == EDDSA and oid == _ED25519:
            (point,) = _numbers(rest[1 + rest[0] :], 1)
            encoded = _bytes(point)
            return ed25519.Ed25519PublicKey.from_public_bytes(encoded[1:]) if encoded[:1] == b"\x40" else None
    except (ValueError, IndexError, UnsupportedAlgorithm):
        return None
    return None


def _numbers(data: bytes, count: int) -> list[int]:
    """Multiprecision integers, as many as asked for, to the very end. Raises ValueError."""
    found, place = [], 0
    for _ in range(count):
        size = (int.from_bytes(data[place : place + 2], "big") + 7) // 8
        found.append(int.from_bytes(data[place + 2 : place + 2 + size], "big"))
        place += 2 + size
    if place != len(data):
        raise ValueError("a public key of another length")
    return found


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
