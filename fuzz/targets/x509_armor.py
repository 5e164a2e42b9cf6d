"""The armor of CMS signatures, and the outermost shape of BER."""

from __future__ import annotations

from base64 import b64encode

from x509_signature import armored

from gitward.signatures.x509 import armor, ber
from gitward.signatures.x509.refusal import Refusal
from targets._x509 import ANN, signature


def seeds() -> list[bytes]:
    whole = armored(signature(ANN))
    return [whole, whole.replace(b"\n", b"\r\n"), whole + b"\n \t", armored(b"0\0"), b"0\x80\5\0\0\0", signature(ANN)]


def check(data: bytes) -> None:
    try:
        held = armor.contents(data)
    except Refusal as refusal:
        assert refusal.status == "malformed"
        held = data
    else:
        lines = [line.removesuffix(b"\r") for line in data.split(b"\n")]
        assert lines[0] == armor.BEGIN
        assert b"".join(lines[1 : lines.index(armor.END)]) == b64encode(held)
    try:
        ber.check(held)
    except Refusal as refusal:
        assert refusal.status == "malformed"
    else:
        assert len(held) >= 2
        for end in (1, len(held) // 2, len(held) - 1):
            assert _is_refused(held[:end])
        assert _is_refused(held + b"\0")
        assert _is_refused(held + held)


def _is_refused(data: bytes) -> bool:
    try:
        ber.check(data)
    except Refusal:
        return True
    return False
