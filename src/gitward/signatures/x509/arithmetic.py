"""Which certificate made a signature, and the floors below which a key or a digest proves nothing."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa

from gitward.signatures.x509.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from gitward.signatures.x509.cms import Message

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
WEAK_DIGESTS = ("md5", "sha1")
_EC_BITS = 224


def verify(message: Message, payload: bytes, certificate: x509.Certificate) -> None:
    """Raises Refusal unless the certificate's key made this signature over this payload."""
    if hashlib.new(message.digest, payload, usedforsecurity=False).digest() != message.message_digest:
        raise Refusal("bad", "the content is not what was signed")
    try:
        _verify(message, public_key(certificate))
    except InvalidSignature:
        raise Refusal("bad", "the signature does not verify") from None
    except (UnsupportedAlgorithm, ValueError):  # parameters that no signature has
        raise Refusal("unsupported", "a signature that cannot be verified here") from None


def _verify(message: Message, key: CertificatePublicKeyTypes) -> None:
    digest = HASHES[message.digest]()
    if message.scheme == "pkcs1v15" and isinstance(key, rsa.RSAPublicKey):
        key.verify(message.signature, message.attributes, padding.PKCS1v15(), digest)
    elif message.scheme == "pss" and isinstance(key, rsa.RSAPublicKey):
        pss = padding.PSS(padding.MGF1(digest), message.salt)
        key.verify(message.signature, message.attributes, pss, digest)
    elif message.scheme == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(message.signature, message.attributes, ec.ECDSA(digest))
    elif message.scheme == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(message.signature, message.attributes)
    else:
        raise Refusal("bad", "the signature is of another kind than the certificate's key")


def named(message: Message, certificates: Iterable[x509.Certificate]) -> x509.Certificate | None:
    """The certificate that the signature names as its signer's (RFC 5652, 5.3); None where it is not there.

    Raises Refusal where two answer to the name: a certificate that vouches for another key could stand in for the signer's.
    """
    found = {certificate for certificate in certificates if _answers(certificate, message)}
    if len(found) > 1:
        raise Refusal("malformed", "two certificates answer to the name of the signer's")
    return found.pop() if found else None


def _answers(certificate: x509.Certificate, message: Message) -> bool:
    if not message.key_id:
        return certificate.serial_number == message.serial and certificate.issuer.public_bytes() == message.issuer
    try:
        identifier = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return False
    return identifier.value.digest == message.key_id


def public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes:
    """The key in a certificate. Raises Refusal (unsupported) where it is of an unknown kind, or no key."""
    try:
        return certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        raise Refusal("unsupported", "a public key that is not known here") from None


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in small hex digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def weakness(certificate: x509.Certificate, rsa_bits: int) -> str:
    """Why a certificate's key is too weak, '' where it is not."""
    key = public_key(certificate)
    if isinstance(key, (rsa.RSAPublicKey, dsa.DSAPublicKey)) and key.key_size < rsa_bits:
        return f"a key of {key.key_size} bits, the floor is {rsa_bits}"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _EC_BITS:
        return f"an elliptic curve of {key.key_size} bits"
    return ""
