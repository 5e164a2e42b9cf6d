"""CMS signatures: any bytes as one, and what the policy says of those that hold."""

from __future__ import annotations

from x509_corpus import indefinite
from x509_signature import attributes, signed_data, signer_info

import mutating
from gitward.signatures.x509 import X509Verifier, cms
from gitward.signatures.x509.refusal import Refusal
from targets._x509 import ANN, BOB, MIDDLE, PAYLOAD, ROOT, TRUST, found, signature

_VERIFIER = X509Verifier(TRUST)
_OURS = [signature(ANN), signature(BOB, MIDDLE), signed_data([signer_info(PAYLOAD, ANN, by_key_id=True)], [ANN.der])]
_SAID = {(message.attributes, message.signature) for message in map(cms.read, _OURS)}
mutated = mutating.der


def seeds() -> list[bytes]:
    return [
        *_OURS, indefinite(_OURS[0]), signed_data([signer_info(PAYLOAD, ANN)] * 2, [ANN.der]),
        signed_data([signer_info(PAYLOAD, ANN, signed=attributes(PAYLOAD, "sha256", leave_out=["signing_time"]))], [ROOT.der]),
    ]  # fmt: skip


def check(data: bytes) -> None:
    try:
        message = cms.read(data)
    except Refusal as refusal:
        assert refusal.status in ("malformed", "unsupported")
        assert len(refusal.detail) < 200
        return
    assert message.salt >= 0
    assert len(message.certificates) <= cms.CERTIFICATES
    assert all(certificate in data for certificate in message.certificates)
    assert message.signature in data
    finding = found(_VERIFIER, data)
    if finding.status == "good":
        assert (message.attributes, message.signature) in _SAID
    assert found(_VERIFIER, data, PAYLOAD + b"\n").status != "good"
