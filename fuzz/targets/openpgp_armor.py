"""The armor of OpenPGP signatures."""

from __future__ import annotations

from base64 import b64encode

from pgpforge import armored

from gitward.signatures.openpgp.armor import Refused, crc24, unarmor
from gitward.signatures.openpgp.packet import parse_signature
from targets._openpgp import PACKETS, must_be_ours

_STAMP = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n\nAAAA\n-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n"


def seeds() -> list[bytes]:
    made = [armored(packet) for packet in PACKETS]
    crc = b"=" + b64encode(crc24(PACKETS[0]).to_bytes(3, "big")) + b"\n-----END"
    return [
        *made, made[0].replace(b"-----END", crc), made[0] + _STAMP, made[0].replace(b"\n", b"\r\n"), made[0] + b" \n",
        made[0].replace(b"\n\n", b"\nVersion: GnuPG v2\nComment: x\n\n", 1), armored(PACKETS[0] * 2),
    ]  # fmt: skip


def check(data: bytes) -> None:
    held = _held(data, ())
    with_trailer = _held(data, ("OPENTIMESTAMPS",))
    assert held is None or held == with_trailer
    if with_trailer is None:
        return
    lines = [line.removesuffix(b"\r") for line in data.split(b"\n")]
    body = lines[: lines.index(b"-----END PGP SIGNATURE-----")]
    text = b64encode(with_trailer)
    assert b"".join(body).replace(b"=" + b64encode(crc24(with_trailer).to_bytes(3, "big")), b"").endswith(text)
    assert b"-----BEGIN PGP MESSAGE" not in data[: data.index(b"-----END PGP SIGNATURE-----")]
    try:
        found = parse_signature(with_trailer)
    except Refused:
        return
    must_be_ours(found)


def _held(data: bytes, trailers: tuple[str, ...]) -> bytes | None:
    try:
        return unarmor(data, trailers)
    except Refused as refused:
        assert refused.outcome == "malformed"
        assert len(str(refused)) < 200
        return None
