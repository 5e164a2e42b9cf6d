"""The mathematics of a signature in this process, by `cryptography`: whether it holds under one key.

Only "yes" is an answer here. Whatever is not plainly good (bad, another digest, a number that OpenSSL and libgcrypt may read
differently) is left to gpg, whose word counts.
"""

from __future__ import annotations

import hashlib

import cryptography
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa, utils

from gitward.signatures.openpgp.packet import DSA, ECDSA, EDDSA, RSA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.signatures.openpgp.material import PublicKey
    from gitward.signatures.openpgp.packet import Signature

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303  it is weak wherever it stands; the arithmetic is still a fact
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
VERSION = f"cryptography {cryptography.__version__}"


def holds(signature: Signature, payload: bytes, key: PublicKey) -> bool:
    """Whether `signature` is plainly one by `key` over `payload`."""
    if signature.digest not in _HASHES or not signature.is_plain:
        return False
    digest = hashlib.new(signature.digest, payload, usedforsecurity=False)
    digest.update(signature.signed_part)
    try:
        _verify(signature, digest.digest(), key)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, OverflowError):
        return False
    return True


def _verify(signature: Signature, digest: bytes, key: PublicKey) -> None:
    """Raises InvalidSignature, or another error where the numbers do not fit the key. (RFC 9580, 5.2.3.1 ff.)"""
    algorithm, numbers = signature.algorithm, signature.mpis
    hashed = utils.Prehashed(_HASHES[signature.digest])
    if algorithm in RSA and isinstance(key, rsa.RSAPublicKey):
        key.verify(numbers[0].to_bytes((key.key_size + 7) // 8, "big"), digest, padding.PKCS1v15(), hashed)
    elif _is_short(digest, key):
        raise InvalidSignature
    elif algorithm == DSA and isinstance(key, dsa.DSAPublicKey):
        key.verify(utils.encode_dss_signature(*numbers), digest, hashed)
    elif algorithm == ECDSA and isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(utils.encode_dss_signature(*numbers), digest, ec.ECDSA(hashed))
    elif algorithm == EDDSA and isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(b"".join(number.to_bytes(32, "big") for number in numbers), digest)
    else:
        raise InvalidSignature


def _is_short(digest: bytes, key: PublicKey) -> bool:
    """Whether the digest has fewer bits than the group of a DSA or ECDSA key asks for; gpg refuses such a signature."""
    if isinstance(key, dsa.DSAPublicKey):
        return len(digest) * 8 < key.parameters().parameter_numbers().q.bit_length()
    return isinstance(key, ec.EllipticCurvePublicKey) and len(digest) * 8 < min(key.key_size, 512)
