"""What a policy gives: revocation lists, whatever an authority can be made to sign; files of certificates; Sigstore's root."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from x509_authority import START, revocation_list
from x509_log import trusted_root

import mutating
from gitward.errors import Undecided
from gitward.model import Trust
from gitward.signatures.x509 import X509Verifier, material
from gitward.signatures.x509.keyless import trusted_root as roots
from targets._x509 import ANN, BOB, KEYS, MIDDLE, ROOT, found, signature, signed_by

_SIGNED = signature(ANN)
mutated = mutating.der


def seeds() -> list[bytes]:
    since = (x509.InvalidityDate(START.replace(tzinfo=None)), False)
    idp = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
    ders = [revocation_list(ROOT, (ANN, START, "superseded", since), (BOB, START, "key_compromise")), revocation_list(MIDDLE),
            revocation_list(ROOT, more=[(idp, True), (x509.CRLNumber(7), False)])]  # fmt: skip
    lists = [x509.load_der_x509_crl(one) for one in ders]
    texts = [lists[0].public_bytes(Encoding.PEM), ROOT.pem, ROOT.pem + MIDDLE.pem, trusted_root()]
    return [*(one.tbs_certlist_bytes for one in lists), *ders, *texts]


def check(data: bytes) -> None:
    for given in (signed_by(ROOT, data), data):
        try:
            finding = found(X509Verifier(Trust(x509=KEYS, x509_roots=ROOT.pem, x509_crls=(given,))), _SIGNED)
        except Undecided as error:
            assert len(error.message) < 300
        else:
            assert finding.status in ("good", "revoked-hard")
    for read in (lambda: material.certificates(data, "file"), lambda: roots.read(data)):
        try:
            read()
        except Undecided as error:
            assert len(error.message) < 300
    material.loaded(data)
