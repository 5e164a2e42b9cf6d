"""From a signer's certificate to a trusted root: which way there is, when it holds, and whether it holds at all.

The way is looked for here, by names and signatures; whether it is one (RFC 5280, 6.1: authorities, path length, name
constraints, critical extensions) is judged by the verifier of `cryptography`, which takes a moment. No clock is read: the
moment lies in the time for which all certificates of the way are valid, and that time is handed on.
"""

from __future__ import annotations

from calendar import timegm

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from gitward.record import record
from gitward.signatures.x509 import arithmetic
from gitward.signatures.x509.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeVar

    E = TypeVar("E", bound=x509.ExtensionType)

LONGEST = 8  # certificates, root and signer included
STEPS = 256  # certificates looked at; whoever sends more ways than that has none
ANY_USE = frozenset({ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, ExtendedKeyUsageOID.EMAIL_PROTECTION,
                     ExtendedKeyUsageOID.CODE_SIGNING})  # fmt: skip
"""Extended key usages that allow to sign for git; a certificate without any is not limited (RFC 5280, 4.2.1.12).

In an intermediate's certificate they limit what it may issue, as OpenSSL and others read it."""


@record
class Path:
    """Signer first, root last. The times are inclusive seconds since 1970: when all certificates of it are valid."""

    certificates: tuple[x509.Certificate, ...]
    not_before: int
    not_after: int

    @property
    def constrains_names(self) -> bool:
        return any(extension(certificate, x509.NameConstraints) for certificate in self.certificates)


def extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """An extension of a certificate, None where it is not there."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def usable(leaf: x509.Certificate, uses: frozenset[x509.ObjectIdentifier] = ANY_USE, is_required: bool = False) -> None:
    """Raises Refusal unless the certificate may sign: digitalSignature where it says its key usage, and one of `uses`."""
    usage = extension(leaf, x509.KeyUsage)
    if usage and not usage.digital_signature:
        raise Refusal("unknown-key", "the key usage of the certificate has no digitalSignature")
    extended = extension(leaf, x509.ExtendedKeyUsage)
    if (extended or is_required) and not uses & set(extended or ()):
        raise Refusal("unknown-key", "the extended key usage of the certificate does not allow to sign")


class Paths:
    """The ways to some roots, through given authorities and those that a signature brings."""

    def __init__(self, roots: Sequence[x509.Certificate], others: Sequence[x509.Certificate], rsa_bits: int) -> None:
        self._roots = tuple(dict.fromkeys(roots))
        self._others = tuple(dict.fromkeys(others))
        self._rsa_bits = rsa_bits

    def path(self, leaf: x509.Certificate, brought: Sequence[x509.Certificate]) -> Path:
        """The way that holds for the longest time. Raises Refusal with what is wrong with the only or the last one."""
        valid: list[Path] = []
        refused = Refusal("unknown-key", "no chain leads from the certificate to a trusted root")
        for found in self._ways(leaf, tuple(dict.fromkeys((*self._others, *brought)))):
            try:
                valid.append(self._validated(found))
            except Refusal as refusal:
                refused = refusal
        if not valid:
            raise refused
        return max(valid, key=lambda path: path.not_after - path.not_before)

    def _ways(self, leaf: x509.Certificate, pool: tuple[x509.Certificate, ...]) -> Iterator[tuple[x509.Certificate, ...]]:
        if leaf in self._roots:
            yield (leaf,)
        steps = STEPS
        open_ways: list[tuple[x509.Certificate, ...]] = [(leaf,)]
        while open_ways:
            way = open_ways.pop()
            for issuer in (*self._roots, *pool):
                if issuer.subject != way[-1].issuer or issuer in way:
                    continue
                steps -= 1
                if not steps:
                    raise Refusal("unknown-key", "too many ways lead away from the certificate")
                if not _issued(way[-1], issuer):
                    continue
                if issuer in self._roots:
                    yield (*way, issuer)
                elif len(way) + 1 < LONGEST:
                    open_ways.append((*way, issuer))


    def _validated(self, found: tuple[x509.Certificate, ...]) -> Path:
        for certificate in found:
            weakness = arithmetic.weakness(certificate, self._rsa_bits)
            if weakness:
                raise Refusal("weak", f"in the chain, {weakness}")
        for certificate in found[:-1]:
            digest = _digest(certificate)
            if digest in arithmetic.WEAK_DIGESTS:
                raise Refusal("weak", f"a certificate of the chain is signed with {digest}")
        for certificate in found[1:]:
            if not isinstance(arithmetic.public_key(certificate), (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)):
                raise Refusal("unsupported", "an authority whose key is neither RSA nor ECDSA")
        for certificate in found[1:-1]:
            extended = extension(certificate, x509.ExtendedKeyUsage)
            if extended and not ANY_USE & set(extended):
                raise Refusal("unknown-key", "an authority of the chain is for another use than signing")
        path = _window(found)
        _hold(found)
        return path


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key signed the certificate; or may have, by a digest for which the way is refused later."""
    if _digest(certificate) in arithmetic.WEAK_DIGESTS:
        return True
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _digest(certificate: x509.Certificate) -> str:
    """The digest that a certificate is signed with, '' where there is none or it is not known."""
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    return digest.name if digest else ""


def _window(found: tuple[x509.Certificate, ...]) -> Path:
    not_before = max(timegm(certificate.not_valid_before_utc.timetuple()) for certificate in found)
    not_after = min(timegm(certificate.not_valid_after_utc.timetuple()) for certificate in found)
    if not_after < not_before:
        raise Refusal("unknown-key", "the certificates of the chain were never valid at the same time")
    return Path(certificates=found, not_before=not_before, not_after=not_after)


def _hold(found: tuple[x509.Certificate, ...]) -> None:
    """Raises Refusal unless the way is a certification path at the first moment at which all of it is valid."""
    moment = max(certificate.not_valid_before_utc for certificate in found)
    builder = verification.PolicyBuilder().store(verification.Store([found[-1]])).time(moment)
    builder = builder.max_chain_depth(LONGEST).extension_policies(ca_policy=_AUTHORITY, ee_policy=_SIGNER)
    try:
        builder.build_client_verifier().verify(found[0], list(found[1:-1]))
    except verification.VerificationError as error:
        raise Refusal("unknown-key", f"the chain does not hold: {_reason(error)}") from None


def _reason(error: verification.VerificationError) -> str:
    """The library's words, without what it quotes of certificates."""
    text = str(error).removeprefix("validation failed: ").removeprefix("candidates exhausted: ")
    text = text.partition(" (encountered processing")[0].partition("AlgorithmIdentifier")[0]
    return ascii(text[:100])


def _check_authority(_policy: verification.Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("an authority without keyCertSign")


def _check_names(_policy: verification.Policy, _certificate: x509.Certificate, names: x509.NameConstraints | None) -> None:
    """The library judges addresses and host names; a limit on other names must not go unseen, critical or not."""
    trees = [*(names.permitted_subtrees or ()), *(names.excluded_subtrees or ())] if names else []
    if not all(isinstance(tree, (x509.RFC822Name, x509.DNSName, x509.IPAddress)) for tree in trees):
        raise ValueError("name constraints of a kind that is not known here")


_ANY = verification.Criticality.AGNOSTIC
_AUTHORITY = (
    verification.ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, _ANY, None)
    .may_be_present(x509.KeyUsage, _ANY, _check_authority)
    .may_be_present(x509.NameConstraints, _ANY, _check_names)
)
_SIGNER = verification.ExtensionPolicy.permit_all()
