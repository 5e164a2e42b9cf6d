"""SSH certificates: any bytes as they stand, and any bytes as the part of a certificate that an authority did sign."""

from __future__ import annotations

from sshmaking import certificate_body, issued, sealed, signature, string

import mutating
from gitward.model import Signed
from gitward.signatures.ssh.certificate import certificate, is_certificate, plain_key
from gitward.signatures.ssh.keys import public_key
from gitward.signatures.ssh.wire import Refused
from targets._ssh import ANN, AUTHORITY, CERTIFICATE, VERIFIER, plain, status

PAYLOAD = b"what was signed\n"
_BY = (AUTHORITY, plain(AUTHORITY))
mutated = mutating.strings


def seeds() -> list[bytes]:
    options = string(b"verify-required") + string(b"")
    made = [certificate_body(plain(ANN), _BY[1], **more) for more in (
        {}, {"kind": 2}, {"options": options}, {"options": string(b"unknown") + string(b"")}, {"principals": ()},
        {"window": (100, 200)}, {"principals": (b"ann@example.com", b"x\0")}, {"serial": 2**64 - 1},
    )]  # fmt: skip
    return [CERTIFICATE, issued(plain(ANN), AUTHORITY, b"x"), *made]


def check(data: bytes) -> None:
    if _read(data):
        assert data == CERTIFICATE or certificate(data).authority.blob != _BY[1]
    whole = data + string(signature(AUTHORITY, data))  # whatever the authority is made to sign
    if _read(whole):
        found = certificate(whole)
        assert found.authority.blob == _BY[1]
        assert found.valid_after <= 2**64 - 1
        _use(whole, found.key.blob)


def _read(blob: bytes) -> bytes | None:
    """The plain key of a certificate that holds."""
    try:
        if not is_certificate(blob):
            return None
        key = plain_key(blob).blob
        found = certificate(blob)
    except Refused as refused:
        assert refused.detail.isascii()
        assert refused.detail.isprintable()
        return None
    assert found.key.blob == key == public_key(key).blob
    assert key[4 + int.from_bytes(key[:4], "big") :] in blob
    assert not any(b"\0" in name for name in (*found.principals, found.key_id))
    return key


def _use(blob: bytes, key: bytes) -> None:
    """A signature by the certificate: it is good where the certified key is Ann's, and a principal is the authority's to name."""
    block = sealed(ANN, blob, PAYLOAD)
    said = status(Signed(payload=PAYLOAD, block=block))
    if said == "good":
        assert key == plain(ANN)
        assert any(name.endswith(b"@example.com") for name in certificate(blob).principals)
        [proof] = VERIFIER.prove([Signed(payload=PAYLOAD, block=block)])
        assert VERIFIER.find(proof, Signed(payload=PAYLOAD, block=block)).principal == "staff"
