"""SSH public keys, and the signatures that they make: RFC 4253, 5656, 8332, 8709 and OpenSSH's PROTOCOL.u2f.

A key has exactly one form here: numbers without needless zeros, points not compressed, nothing after the last field. So
two blobs are the same key only when they are equal, and nothing that is listed or revoked by its blob has a second one.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from gitward.record import record
from gitward.signatures.ssh.wire import Fields, Refused, shown
from gitward.sshkeys import fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Verify = Callable[[bytes, bytes, bytes], None]

PARTS = {
    b"ssh-ed25519": 1, b"ecdsa-sha2-nistp256": 2, b"ecdsa-sha2-nistp384": 2, b"ecdsa-sha2-nistp521": 2, b"ssh-rsa": 2,
    b"sk-ssh-ed25519@openssh.com": 2, b"sk-ecdsa-sha2-nistp256@openssh.com": 3,
}  # fmt: skip
"""The types of plain keys -> how many fields follow the type."""
LIMIT = 1 << 16  # bytes of a key or a certificate; an RSA key of 16,384 bits has 2,100
VERIFIED = 4
"""The bit of a security key's flags that says that it knew its user, by PIN or finger (Web Authentication, 6.1).

Bit 1, that somebody touched it, is not asked for: ssh-keygen -Y verify does not, and keys are made that need no touch.
"""

_CURVES: dict[bytes, tuple[ec.EllipticCurve, ec.ECDSA]] = {
    b"nistp256": (ec.SECP256R1(), ec.ECDSA(hashes.SHA256())),
    b"nistp384": (ec.SECP384R1(), ec.ECDSA(hashes.SHA384())),
    b"nistp521": (ec.SECP521R1(), ec.ECDSA(hashes.SHA512())),
}
_RSA_HASHES = {b"rsa-sha2-256": hashes.SHA256(), b"rsa-sha2-512": hashes.SHA512()}
_PKCS1 = padding.PKCS1v15()
_RSA_BITS = (1024, 16384)  # what OpenSSH and OpenSSL take
_EXPONENT_BITS = 64


@record
class PublicKey:
    """A plain key. `blob` is its wire form, `bits` an RSA key's length, 0 for others.

    `verify(value, kind, data)`: the signature `value` of type `kind` over `data`; raises InvalidSignature, or Refused where
    it has not the form of this key's. `application` is the digest of what a security key is for, b'' for other keys.
    """

    type: bytes
    blob: bytes
    fingerprint: str
    verify: Verify
    bits: int = 0
    application: bytes = b""


@lru_cache(maxsize=512)
def public_key(blob: bytes) -> PublicKey:
    """The plain key in wire form. Raises Refused. The last 512 are remembered: a history has few keys and many commits."""
    if len(blob) > LIMIT:
        raise Refused("unsupported", "the key is larger than 64 KiB")
    fields = Fields(blob, "key")
    kind = fields.string()
    if kind not in PARTS:
        raise Refused("unsupported", f"keys of type {shown(kind)} do not count")
    bits = 0
    if kind == b"ssh-rsa":
        verify, bits = _rsa(fields.mpint(), fields.mpint())
    elif b"ed25519" in kind:
        verify = _ed25519(fields.string())
    else:
        verify = _ecdsa(kind, fields.string(), fields.string())
    application = sha256(fields.string()).digest() if kind.startswith(b"sk-") else b""
    fields.end()
    return PublicKey(
        type=kind, blob=blob, fingerprint=fingerprint(blob), verify=verify, bits=bits, application=application
    )


def check(key: PublicKey, signature: bytes, data: bytes) -> None:
    """Verify `signature`, in wire form, over `data`. Raises Refused."""
    fields = Fields(signature, "signature of the key")
    kind = fields.string()
    if kind != key.type and not (kind in _RSA_HASHES and key.type == b"ssh-rsa"):
        raise Refused("unsupported", f"a signature of type {shown(kind)} by a key of type {shown(key.type)}")
    value = fields.string()
    if key.application:
        data = key.application + fields.take(5) + sha256(data).digest()  # its flags, one byte, and its counter
    fields.end()
    try:
        key.verify(value, kind, data)
    except InvalidSignature:
        raise Refused("bad", "the signature was not made over these bytes by this key") from None


def flags(key: PublicKey, signature: bytes) -> int:
    """The flags in a security key's signature that holds; 0 for another key."""
    return signature[-5] if key.application else 0


def _ed25519(point: bytes) -> Verify:
    if len(point) != 32:
        raise Refused("malformed", "an Ed25519 key has 32 bytes")
    key = Ed25519PublicKey.from_public_bytes(point)

    def verify(value: bytes, _kind: bytes, data: bytes) -> None:
        if len(value) != 64:
            raise Refused("malformed", "an Ed25519 signature has 64 bytes")
        key.verify(value, data)

    return verify


def _ecdsa(kind: bytes, name: bytes, point: bytes) -> Verify:
    if name not in _CURVES or not kind.partition(b"@")[0].endswith(name):
        raise Refused("malformed", f"a key of type {shown(kind)} on the curve {shown(name)}")
    curve, algorithm = _CURVES[name]
    if len(point) != 1 + 2 * ((curve.key_size + 7) // 8) or point[0] != 4:
        raise Refused("malformed", "the key's point is not written in full")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except ValueError:
        raise Refused("malformed", "the key's point is not on its curve") from None

    def verify(value: bytes, _kind: bytes, data: bytes) -> None:
        numbers = Fields(value, "ECDSA signature")
        r, s = numbers.mpint(), numbers.mpint()
        numbers.end()
        key.verify(encode_dss_signature(r, s), data, algorithm)

    return verify


def _rsa(exponent: int, modulus: int) -> tuple[Verify, int]:
    bits = modulus.bit_length()
    if not _RSA_BITS[0] <= bits <= _RSA_BITS[1] or exponent.bit_length() > _EXPONENT_BITS:
        raise Refused("unsupported", f"an RSA key of {bits} bits with an exponent of {exponent.bit_length()}")
    try:
        key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise Refused("malformed", "the numbers are no RSA key") from None
    length = (bits + 7) // 8

    def verify(value: bytes, kind: bytes, data: bytes) -> None:
        if kind not in _RSA_HASHES:
            raise Refused("unsupported", "an RSA signature over SHA-1")
        if len(value) > length:
            raise Refused("malformed", "an RSA signature that is longer than its key")
        key.verify(value.rjust(length, b"\0"), data, _PKCS1, _RSA_HASHES[kind])  # some leave out zeros (RFC 8332, 3)

    return verify, bits
