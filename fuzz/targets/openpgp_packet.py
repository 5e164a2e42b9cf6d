"""The packet that an OpenPGP signature is: read to its last byte, by fields that add up to all of it."""

from __future__ import annotations

from pgpforge import packet

from gitward.signatures.openpgp.armor import Refused
from gitward.signatures.openpgp.packet import DIGESTS, parse_signature
from targets._openpgp import ODD, PACKETS, must_be_ours


def seeds() -> list[bytes]:
    contents = [parse_signature(one).packet for one in PACKETS]
    return [*PACKETS, *ODD, *contents, packet(8, b"\1x"), PACKETS[0] * 2]


def check(data: bytes) -> None:
    _check(data)
    _check(packet(2, data))


def _check(data: bytes) -> None:
    try:
        found = parse_signature(data)
    except Refused as refused:
        assert refused.outcome in ("malformed", "unsupported")
        assert len(str(refused)) < 200
        return
    body = found.packet
    assert data.endswith(body)
    assert len(data) - len(body) in (2, 3, 5, 6)
    assert body[:2] == b"\x04\x00"
    assert (body[2], DIGESTS[body[3]]) == (found.algorithm, found.digest)
    hashed = int.from_bytes(body[4:6], "big")
    unhashed = int.from_bytes(body[6 + hashed : 8 + hashed], "big")
    assert found.signed_part == body[: 6 + hashed] + b"\x04\xff" + (6 + hashed).to_bytes(4, "big")
    at = 8 + hashed + unhashed + 2
    for number in found.mpis:
        bits = int.from_bytes(body[at : at + 2], "big")
        assert number.bit_length() <= bits
        assert number == int.from_bytes(body[at + 2 : at + 2 + (bits + 7) // 8], "big")
        at += 2 + (bits + 7) // 8
    assert at == len(body)
    assert found.created.to_bytes(4, "big") in body[6 : 6 + hashed]
    assert found.expires is None or found.created < found.expires
    assert found.issuer == "" or bytes.fromhex(found.issuer) in body
    must_be_ours(found)
