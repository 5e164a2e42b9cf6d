"""Certificates of a file, as a policy may list their holders. The text in them is the issuer's: escape it before it is shown."""

from __future__ import annotations

from calendar import timegm

from cryptography import x509

from gitward.errors import UsageError
from gitward.givenfile import read_given
from gitward.record import record
from gitward.signatures.x509 import arithmetic, material
from gitward.signatures.x509.holders import addresses
from gitward.signatures.x509.paths import extension
from gitward.signatures.x509.refusal import Refusal

_FIX = "write one: gpgsm --armor --export USER > FILE"


@record
class Imported:
    """What identifies a certificate's holder: `fingerprint`, SHA-256 in hex; `subject` and `issuer`, RFC 4514; `addresses`.

    `pem` is the certificate itself.

    `is_authority`: it is there to sign certificates, so it belongs with the roots or intermediates. `weakness` is why its key
    would be refused, ''. The times are inclusive seconds since 1970.
    """

    fingerprint: str
    subject: str
    issuer: str
    addresses: tuple[str, ...]
    is_authority: bool
    weakness: str
    not_before: int
    not_after: int
    pem: str


def import_x509(path: str, *, rsa_bits: int = 2048) -> tuple[Imported, ...]:
    """The certificates of a file, PEM (any number) or DER (one), in its order. Raises UsageError where there are none."""
    content = read_given(path)
    if b"PRIVATE KEY-----" in content:
        raise UsageError(f"{path!r} holds a secret key", "give a file with certificates alone")
    found = material.loaded(content)
    if not found:
        raise UsageError(f"{path!r} holds no X.509 certificate that can be read", _FIX)
    return tuple(_imported(certificate, rsa_bits) for certificate in found)


def _imported(certificate: x509.Certificate, rsa_bits: int) -> Imported:
    constraints = extension(certificate, x509.BasicConstraints)
    return Imported(
        fingerprint=arithmetic.fingerprint(certificate), subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(), addresses=addresses(certificate),
        is_authority=bool(constraints and constraints.ca), weakness=_weakness(certificate, rsa_bits),
        not_before=timegm(certificate.not_valid_before_utc.timetuple()),
        not_after=timegm(certificate.not_valid_after_utc.timetuple()),
        pem=certificate.public_bytes(material.PEM).decode("ascii"),
    )  # fmt: skip


def _weakness(certificate: x509.Certificate, rsa_bits: int) -> str:
    try:
        return arithmetic.weakness(certificate, rsa_bits)
    except Refusal as refusal:  # no key that is known here: it is refused whatever the floor
        return refusal.detail
