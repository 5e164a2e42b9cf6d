"""The certificates and revocation lists that a policy trusts, read before anything is judged by them."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

DER = Encoding.DER
_PEM = b"-----BEGIN "


def certificates(text: bytes | None, what: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file. Raises Undecided where one cannot be read, or there is none; `what` names the file."""
    if text is None:
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(text))
    except ValueError as error:
        raise Undecided(
            f"the {what} cannot be read: {str(error)[:120]!r}", "give PEM, with a BEGIN CERTIFICATE line for each"
        ) from error


def revocation_list(data: bytes) -> x509.CertificateRevocationList:
    """A CRL, in DER or PEM. Raises Undecided where it cannot be read."""
    try:
        is_text = data.lstrip().startswith(_PEM)
        return x509.load_pem_x509_crl(data) if is_text else x509.load_der_x509_crl(data)
    except ValueError as error:
        raise Undecided(f"a revocation list cannot be read: {str(error)[:120]!r}", "give it in DER or PEM") from error


def brought(ders: Iterable[bytes]) -> list[x509.Certificate]:
    """Those certificates of a signature that can be read; one that cannot leads nowhere."""
    found = []
    for der in ders:
        try:
            found.append(x509.load_der_x509_certificate(der))
        except ValueError:
            continue
    return found
