"""Certificates of a keyless signature: whatever Sigstore's authority can be made to sign, with a log entry that fits."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from x509_log import ISSUER, MIDDLE, SUBJECT, keyless, log_entry, record_of, trusted_root
from x509_signature import signed_data, signer_info

import mutating
from gitward.model import KeylessKey, Trust
from gitward.signatures.x509 import X509Verifier
from targets._x509 import PAYLOAD, found, signed_by, with_certificate, with_entry

_LEAF = keyless()
_ANN = KeylessKey(principal="ann", issuer=ISSUER, subject=SUBJECT)
_VERIFIERS = [
    X509Verifier(Trust(keyless=(_ANN,), keyless_root=trusted_root(certificate_logs=logs))) for logs in (None, [])
]
_INFO = signer_info(PAYLOAD, _LEAF)
_ATTRIBUTES, _VALUE = _INFO["signed_attrs"].untag().dump(force=True), _INFO["signature"].native
_WHOLE = signed_data([_INFO], [_LEAF.der])


_SEEDS = [
    one.certificate for one in (
        _LEAF, keyless(old=None), keyless(new=None), keyless(new="x"), keyless(log=None), keyless(uris=["https://example.com/x"]),
        keyless(addresses=[SUBJECT, "bob@example.com"]), keyless(extended=()),
    )
]  # fmt: skip
_PROMISES = bytes.fromhex("2b06010401d679020402")
_PROMISED = [one.tbs_precertificate_bytes for one in _SEEDS if _PROMISES in one.tbs_certificate_bytes]
mutated = mutating.der


def seeds() -> list[bytes]:
    return [one.tbs_certificate_bytes for one in _SEEDS]


def check(data: bytes) -> None:
    whole = signed_by(MIDDLE, data)
    try:
        pem = x509.load_der_x509_certificate(whole).public_bytes(Encoding.PEM)
    except (ValueError, x509.InvalidVersion):
        return
    entry = log_entry(record_of(_ATTRIBUTES, _VALUE, pem))
    signed = with_entry(with_certificate(_WHOLE, _LEAF, whole), entry)
    for verifier in _VERIFIERS:
        finding = found(verifier, signed)
        if finding.status == "good":
            assert finding.principal == "ann"
            assert SUBJECT.encode() in data
            assert ISSUER.encode() in data
            assert verifier is _VERIFIERS[1] or x509.load_der_x509_certificate(whole).tbs_precertificate_bytes in _PROMISED
