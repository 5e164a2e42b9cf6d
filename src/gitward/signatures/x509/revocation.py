"""What the revocation lists say of the certificates of a path (RFC 5280, 5 and 6.3).

A list counts for the certificates of the issuer whose key signed it; what no list speaks of is not revoked. Its age is not
judged: lists are given, never fetched, and a revocation does not end. Delta lists and indirect ones are refused.
"""

from __future__ import annotations

from calendar import timegm
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from gitward.errors import Undecided
from gitward.record import record
from gitward.signatures.x509.paths import extension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SOFT = frozenset({
    x509.ReasonFlags.affiliation_changed, x509.ReasonFlags.superseded, x509.ReasonFlags.cessation_of_operation,
    x509.ReasonFlags.certificate_hold, x509.ReasonFlags.privilege_withdrawn,
})  # fmt: skip
"""Reasons for which what was signed before stands. All others say that the key may be somebody else's, or say nothing."""
_FIX = "give a full list of each authority, as the authority signed it"
_KNOWN = (x509.IssuingDistributionPoint, x509.CRLNumber, x509.AuthorityKeyIdentifier)


@record
class Revocation:
    """`time` in seconds since 1970, from when on the certificate counts for nothing; whether older signatures fall too."""

    time: int
    is_hard: bool
    reason: str


class RevocationLists:
    """All lists of a policy. Raises Undecided where one cannot be relied on."""

    def __init__(self, lists: Sequence[x509.CertificateRevocationList], authorities: Sequence[x509.Certificate]) -> None:
        self._lists = tuple(lists)
        for listed in self._lists:
            _check(listed)
            issuers = [issuer for issuer in authorities if issuer.subject == listed.issuer]
            if issuers and not any(_signed(listed, issuer) for issuer in issuers):
                raise Undecided("the signature of a revocation list does not verify", _FIX)

    def worst(self, certificates: Sequence[x509.Certificate]) -> Revocation | None:
        """The worst, then earliest, revocation in a path, signer first. Raises Undecided: a list that is not its issuer's."""
        found = [
            revocation
            for certificate, issuer in pairwise(certificates)
            for revocation in self._of(certificate, issuer)
        ]
        return min(found, key=lambda revocation: (not revocation.is_hard, revocation.time), default=None)

    def _of(self, certificate: x509.Certificate, issuer: x509.Certificate) -> list[Revocation]:
        named = [listed for listed in self._lists if listed.issuer == issuer.subject]
        signed = [listed for listed in named if _signed(listed, issuer)]
        if named and not signed:
            raise Undecided("no revocation list of an authority verifies with the key in the chain", _FIX)
        entries = [listed.get_revoked_certificate_by_serial_number(certificate.serial_number) for listed in signed]
        return [_revocation(entry) for entry in entries if entry is not None]


def _check(listed: x509.CertificateRevocationList) -> None:
    """Raises Undecided where a list says more than can be understood here."""
    for found in listed.extensions:
        if isinstance(found.value, x509.DeltaCRLIndicator):
            raise Undecided("a revocation list is a delta list, which says only what changed", _FIX)
        if isinstance(found.value, x509.IssuingDistributionPoint) and found.value.indirect_crl:
            raise Undecided("a revocation list is an indirect one, for certificates of several issuers", _FIX)
        if found.critical and not isinstance(found.value, _KNOWN):
            raise Undecided("a revocation list has a critical extension that is not known here", _FIX)
    for entry in listed:
        if any(found.critical and not isinstance(found.value, x509.CRLReason) for found in entry.extensions):
            raise Undecided("an entry of a revocation list has a critical extension that is not known here", _FIX)


def _signed(listed: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    usage = extension(issuer, x509.KeyUsage)
    if usage and not usage.crl_sign:
        return False
    try:
        return listed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # a key that signs certificates
    except (UnsupportedAlgorithm, TypeError, ValueError):
        return False


def _revocation(entry: x509.RevokedCertificate) -> Revocation:
    time = timegm(entry.revocation_date_utc.timetuple())
    reason = x509.ReasonFlags.unspecified
    for found in entry.extensions:
        if isinstance(found.value, x509.CRLReason):
            reason = found.value.reason
        elif isinstance(found.value, x509.InvalidityDate):
            time = min(time, timegm(found.value.invalidity_date_utc.timetuple()))
    return Revocation(time=time, is_hard=reason not in SOFT, reason=reason.value)
