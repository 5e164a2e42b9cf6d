"""The armor of SSH signatures, and lines that hold public keys."""

from __future__ import annotations

from base64 import b64encode

from gitward.model import Signed
from gitward.signatures.ssh.armor import BEGIN, END, unarmored
from gitward.signatures.ssh.wire import Refused
from targets._ssh import blocks, must_be_ours

PAYLOAD = b"what was signed\n"
BLOCKS = blocks(PAYLOAD)


def seeds() -> list[bytes]:
    return [*BLOCKS, BLOCKS[0] + b"\n \n", BEGIN + b"AAAA\nAA==" + END, BEGIN + b"AAAA\n" + END]


def check(data: bytes) -> None:
    try:
        held = unarmored(data)
    except Refused as refused:
        assert refused.outcome == "malformed"
    else:
        lines = data.rstrip().split(b"\n")
        assert lines[0] + b"\n" == BEGIN
        assert b"\n" + lines[-1] == END
        assert b"".join(lines[1:-1]) == b64encode(held)
        must_be_ours(Signed(payload=PAYLOAD, block=data), PAYLOAD, BLOCKS)
