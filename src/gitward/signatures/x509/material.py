"""Certificates and revocation lists, read whole before anything is judged by them.

`cryptography` reads names and extensions only when they are asked for; here that is done at once, so that what cannot be read
shows in one place: an error in what the policy gives, nothing at all in what a signature brings.
"""

from __future__ import annotations

import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DER, PEM = Encoding.DER, Encoding.PEM
UNREADABLE = (
    ValueError, TypeError, AssertionError, OverflowError, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType, UnsupportedAlgorithm, CryptographyDeprecationWarning,
)  # fmt: skip
"""What `cryptography` was seen to raise for a certificate or a list that is not what it should be."""
_PEM = b"-----BEGIN "


def certificates(text: bytes | None, what: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file. Raises Undecided where one cannot be read, or there is none; `what` names the file."""
    if text is None:
        return ()
    try:
        found = _whole(x509.load_pem_x509_certificates, text)
        for certificate in found:
            certificate.public_key()
    except UNREADABLE as error:
        raise Undecided(
            f"the {what} cannot be read: {str(error)[:120]!r}", "give PEM, with a BEGIN CERTIFICATE line for each"
        ) from error
    return found


def brought(ders: Iterable[bytes]) -> list[x509.Certificate]:
    """Those certificates of a signature that can be read; one that cannot signs nothing and leads nowhere."""
    found: list[x509.Certificate] = []
    for der in ders:
        try:
            found += _whole(_load_one, der)
        except UNREADABLE:
            continue
    return found


def loaded(content: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a file, PEM or DER; none where one of them cannot be read."""
    is_text = _PEM + b"CERTIFICATE-----" in content
    try:
        return _whole(x509.load_pem_x509_certificates if is_text else _load_one, content)
    except UNREADABLE:
        return ()


def revocation_list(data: bytes) -> x509.CertificateRevocationList:
    """A CRL, in DER or PEM. Raises Undecided where it cannot be read."""
    try:
        is_text = data.lstrip().startswith(_PEM)
        found = x509.load_pem_x509_crl(data) if is_text else x509.load_der_x509_crl(data)
        _ = found.issuer, found.extensions, [entry.extensions for entry in found]
    except UNREADABLE as error:
        raise Undecided(f"a revocation list cannot be read: {str(error)[:120]!r}", "give it in DER or PEM") from error
    return found


def _load_one(data: bytes) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(data)]


def _whole(load: Callable[[bytes], list[x509.Certificate]], data: bytes) -> tuple[x509.Certificate, ...]:
    """What is loaded, with all that would be read later. No warning of the library's reaches a terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are longer than they may be, once
        warnings.simplefilter("error", CryptographyDeprecationWarning)  # of serial numbers, again and again
        found = tuple(load(data))
        for certificate in found:
            _ = certificate.subject, certificate.issuer, certificate.extensions, certificate.serial_number
            _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return found
