"""Whose certificate it is, by the policy's list: named by its fingerprint, an address, or its subject."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID

from gitward.errors import Undecided
from gitward.signatures.x509 import arithmetic
from gitward.signatures.x509.paths import extension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.model import X509Key
    from gitward.signatures.x509.paths import Path

_NAMES = {"emailAddress": NameOID.EMAIL_ADDRESS, "E": NameOID.EMAIL_ADDRESS, "serialNumber": NameOID.SERIAL_NUMBER}


def addresses(certificate: x509.Certificate, is_constrained: bool = False) -> tuple[str, ...]:
    """The addresses that an authority vouches for: rfc822Name of subjectAltName, then emailAddress of the subject.

    Where the chain constrains names, only the first: what stands in the subject is not held to it (RFC 5280, 4.2.1.10).
    """
    names = extension(certificate, x509.SubjectAlternativeName)
    found = names.get_values_for_type(x509.RFC822Name) if names else []
    if not is_constrained:
        found += [str(part.value) for part in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    return tuple(dict.fromkeys(found))


def folded(address: str) -> str:
    """An address with its domain in small letters; what stands before the @ is left as it is (RFC 5321, 2.4)."""
    local, at, domain = address.rpartition("@")
    return local + at + domain.lower()


class Holders:
    """The policy's list of X.509 keys, ready to be asked. Raises Undecided where a subject is no RFC 4514 text."""

    def __init__(self, keys: Sequence[X509Key]) -> None:
        self._fingerprints = {key.fingerprint: key.principal for key in keys if key.fingerprint}
        self._addresses: dict[str, str] = {}
        for key in keys:
            if key.address:
                self._addresses.setdefault(folded(key.address), key.principal)
        self._subjects = [(_name(key.subject), key.principal) for key in keys if key.subject]

    def of(self, fingerprint: str) -> str:
        """Who is listed by this very certificate, whoever issued it; '' for nobody."""
        return self._fingerprints.get(fingerprint, "")

    def principal(self, path: Path, claimed: Sequence[str]) -> str:
        """Who holds the certificate, '' for nobody. Of several addresses the first that is `claimed` decides, else the first."""
        leaf = path.certificates[0]
        listed = self.of(arithmetic.fingerprint(leaf))
        if listed:
            return listed
        own = [folded(address) for address in addresses(leaf, path.constrains_names)]
        wanted = {folded(address) for address in claimed}
        for address in (*(found for found in own if found in wanted), *own):
            if address in self._addresses:
                return self._addresses[address]
        return next((principal for name, principal in self._subjects if name == leaf.subject), "")


def _name(text: str) -> x509.Name:
    try:
        return x509.Name.from_rfc4514_string(text, _NAMES)
    except ValueError as error:
        raise Undecided(
            f"the subject {text[:80]!r} is not written as RFC 4514 says", "write it as openssl x509 -nameopt rfc2253 does"
        ) from error
