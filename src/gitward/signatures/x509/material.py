"""Certificates and revocation lists, read whole before anything is judged by them.

`cryptography` reads names and extensions only when they are asked for; here that is done at once, so that what cannot be read
shows in one place: an error in what the policy gives, nothing at all in what a signature brings.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

DER = Encoding.DER
UNREADABLE = (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)
"""What `cryptography` raises for a certificate or a list that is not what it should be."""
_PEM = b"-----BEGIN "


def certificates(text: bytes | None, what: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file. Raises Undecided where one cannot be read, or there is none; `what` names the file."""
    if text is None:
        return ()
    try:
        found = tuple(x509.load_pem_x509_certificates(text))
        for certificate in found:
            _read_whole(certificate)
            certificate.public_key()
    except UNREADABLE as error:
        raise Undecided(
            f"the {what} cannot be read: {str(error)[:120]!r}", "give PEM, with a BEGIN CERTIFICATE line for each"
        ) from error
    return found


def brought(ders: Iterable[bytes]) -> list[x509.Certificate]:
    """Those certificates of a signature that can be read; one that cannot signs nothing and leads nowhere."""
    found = []
    for der in ders:
        try:
            certificate = x509.load_der_x509_certificate(der)
            _read_whole(certificate)
            found.append(certificate)
        except UNREADABLE:
            continue
    return found


def revocation_list(data: bytes) -> x509.CertificateRevocationList:
    """A CRL, in DER or PEM. Raises Undecided where it cannot be read."""
    try:
        is_text = data.lstrip().startswith(_PEM)
        found = x509.load_pem_x509_crl(data) if is_text else x509.load_der_x509_crl(data)
        _ = found.issuer, found.extensions, [entry.extensions for entry in found]
    except UNREADABLE as error:
        raise Undecided(f"a revocation list cannot be read: {str(error)[:120]!r}", "give it in DER or PEM") from error
    return found


def _read_whole(certificate: x509.Certificate) -> None:
    _ = certificate.subject, certificate.issuer, certificate.extensions, certificate.serial_number
    _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
