"""What an SSH signature holds (SSHSIG), with the key and the signature in it."""

from __future__ import annotations

from sshmaking import armored, envelope, mpint, string

import mutating
from gitward.model import Signed
from gitward.signatures.ssh.armor import unarmored
from gitward.signatures.ssh.keys import public_key
from gitward.signatures.ssh.sshsig import opened
from gitward.signatures.ssh.wire import Refused
from gitward.sshkeys import key_type
from targets._ssh import ANN, TOKEN, blocks, plain, status

PAYLOAD = b"what was signed\n"
OURS = [unarmored(block) for block in blocks(PAYLOAD)]
_RSA = string(b"ssh-rsa") + mpint(65537) + mpint((1 << 2047) + 12345)
mutated = mutating.strings


def seeds() -> list[bytes]:
    made = string(b"rsa-sha2-512") + string(b"\1" * 256)
    return [*OURS, envelope(_RSA, made), envelope(_RSA, made, name="sha256"), envelope(plain(ANN), b"", namespace=b"file"),
            envelope(TOKEN.blob, b"", reserved=b"x", tail=b"y")]  # fmt: skip


def check(data: bytes) -> None:
    block = armored(data)
    try:
        found = opened(block)
    except Refused as refused:
        assert refused.detail.isascii()
        assert refused.detail.isprintable()
        assert len(refused.detail) < 500
        assert status(Signed(payload=PAYLOAD, block=block)) == refused.outcome
        return
    assert public_key(found.key.blob).blob == found.key.blob
    assert key_type(found.key.blob) == found.key.type.decode()
    held = data[10 + 4 : 10 + 4 + int.from_bytes(data[10:14], "big")]
    assert data == envelope(held, found.signature, name=found.hash)
    assert found.certificate or held == found.key.blob
    assert (status(Signed(payload=PAYLOAD, block=block)) == "good") == (data in OURS)
