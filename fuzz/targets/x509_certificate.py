"""Certificates that a signature brings: whatever an authority can be made to sign, as the signer's own."""

from __future__ import annotations

from asn1crypto import algos
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from x509_authority import certificate
from x509_signature import arithmetic

import mutating
from gitward.errors import Undecided
from gitward.signatures.x509 import X509Verifier, material
from gitward.signatures.x509.holders import folded
from gitward.signatures.x509.importing import _imported
from targets._x509 import (
    ANN,
    BOB,
    ECDSA_SHA256,
    MIDDLE,
    ROOT,
    TRUST,
    der,
    found,
    head,
    names,
    signature,
    signed_by,
    with_certificate,
)

_SIGNED = signature(ANN)
_PSS = algos.SignedDigestAlgorithm({
    "algorithm": "rsassa_pss", "parameters": arithmetic(rsa.generate_private_key(65537, 2048), b"", "sha256", is_pss=True)[1],
}).dump()  # fmt: skip
mutated = mutating.der


def seeds() -> list[bytes]:
    limits = x509.NameConstraints([x509.RFC822Name("example.com")], None)
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), ["x"])])
    same = {"private": ANN.key, "serial": ANN.certificate.serial_number}
    more = [
        certificate("Ann", ROOT, addresses=["ann@example.com"], extended=[x509.ExtendedKeyUsageOID.EMAIL_PROTECTION], **same),
        certificate("Ann", ROOT, email="ann@example.com", uris=["https://example.com"], more=[(policies, False)], **same),
        certificate("Ann", ROOT, is_authority=True, addresses=["ann@example.com"], more=[(limits, True)], **same),
    ]  # fmt: skip
    made = [one.certificate.tbs_certificate_bytes for one in (ANN, *more, BOB, MIDDLE)]
    by_pss = der(0x30, made[0][head(made[0]) :].replace(ECDSA_SHA256, _PSS)) + _PSS
    return [*made, made[0] + ECDSA_SHA256, by_pss]


def check(data: bytes) -> None:
    verifier = X509Verifier(TRUST)
    whole = signed_by(ROOT, data)
    for read in material.brought([whole, data]):
        assert len(_imported(read, 2048).weakness) < 200
    material.loaded(whole)
    try:
        finding = found(verifier, with_certificate(_SIGNED, ANN, whole))
    except Undecided:
        return
    if finding.status == "good":
        assert finding.principal in ("ann", "bob")
        assert f"{finding.principal}@example.com" in map(folded, names(whole))
        assert finding.not_before is not None
        assert finding.not_after is not None
        assert finding.not_before <= finding.not_after
