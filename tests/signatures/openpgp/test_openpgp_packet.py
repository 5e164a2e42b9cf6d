"""A signature packet is read to its last byte, or refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pgpforge import CREATED, EXPIRES, FINGERPRINT, ISSUER, MADE, mpi, packet, sub

from gitward.signatures.openpgp.armor import Refused
from gitward.signatures.openpgp.packet import parse_signature

TIME = sub(CREATED, MADE.to_bytes(4, "big"))
KEY = bytes(range(20))
NAMED = TIME + sub(FINGERPRINT, b"\x04" + KEY)


def content(hashed=NAMED, unhashed=b"", *, version=4, kind=0, algorithm=1, digest=8, numbers=(1 << 2047,)):
    areas = b"".join(len(area).to_bytes(2, "big") + area for area in (hashed, unhashed))
    return bytes((version, kind, algorithm, digest)) + areas + b"\x12\x34" + b"".join(map(mpi, numbers))


GOOD = content()


def test_its_fields():
    found = parse_signature(packet(2, content(NAMED + sub(EXPIRES, b"\0\0\0\x0a"), sub(ISSUER, KEY[-8:]))))
    assert (found.created, found.expires, found.digest, found.algorithm) == (MADE, MADE + 10, "sha256", 1)
    assert (found.issuer, found.is_plain, found.mpis) == (KEY.hex().upper(), True, (1 << 2047,))
    assert parse_signature(packet(2, content(TIME, sub(ISSUER, KEY[-8:])))).issuer == KEY[-8:].hex().upper()
    assert parse_signature(packet(2, content(TIME))).issuer == ""
    assert not parse_signature(packet(2, content(NAMED + sub(20, b"x", critical=True)))).is_plain
    assert parse_signature(packet(2, content(TIME, sub(EXPIRES, b"\0\0\0\x0a")))).expires is None  # nobody signed that


def test_both_forms_of_header_and_all_lengths():
    small = content(numbers=(1,))
    for framed in (packet(2, GOOD), packet(2, GOOD, new=False), b"\x8a" + len(GOOD).to_bytes(4, "big") + GOOD,
                   b"\xc2" + bytes((192 + (len(GOOD) - 192 >> 8), (len(GOOD) - 192) & 255)) + GOOD,
                   bytes((0xC2, len(small))) + small, bytes((0x88, len(small))) + small):  # fmt: skip
        assert parse_signature(framed).created == MADE


@pytest.mark.parametrize(("data", "outcome", "why"), [
    (b"", "malformed", "no OpenPGP packet"),
    (b"\x02abc", "malformed", "no OpenPGP packet"),
    (packet(10, b"PGP") + packet(2, GOOD), "malformed", "type 10"),
    (packet(8, b"\x01"), "malformed", "type 8"),
    (packet(2, GOOD) + packet(2, GOOD), "malformed", "more than one"),
    (packet(2, GOOD) + b"\0", "malformed", "more than one"),
    (packet(2, GOOD)[:-1], "malformed", "cut short"),
    (b"\x8b" + GOOD, "malformed", "no definite length"),
    (b"\xc2\xe1" + GOOD, "malformed", "no definite length"),
    (b"\xc2", "malformed", "no definite length"),
    (packet(2, b""), "malformed", "unknown version 0"),
    (packet(2, b"\x04\0"), "malformed", "cut short"),
    (packet(2, content(version=2)), "malformed", "version 2"),
    (packet(2, content(version=3)), "unsupported", "version 3"),
    (packet(2, content(version=6)), "unsupported", "version 6"),
    (packet(2, content(kind=1)), "unsupported", "over text"),
    (packet(2, content(kind=0x10)), "malformed", "type 0x10"),
    (packet(2, content(algorithm=27)), "unsupported", "public-key algorithm 27"),
    (packet(2, content(digest=77)), "unsupported", "digest algorithm 77"),
    (packet(2, content(b"")), "malformed", "when it was made"),
    (packet(2, content(b"", TIME)), "malformed", "when it was made"),
    (packet(2, content(TIME + TIME)), "malformed", "when it was made"),
    (packet(2, content(sub(CREATED, b"\0"))), "malformed", "when it was made"),
    (packet(2, content(TIME + sub(EXPIRES, b"\0") )), "malformed", "when it expires"),
    (packet(2, content(TIME + b"\x00")), "malformed", "subpacket"),
    (packet(2, content(TIME + b"\x05\x02")), "malformed", "subpacket"),
    (packet(2, content(TIME + b"\xff")), "malformed", "subpacket"),
    (packet(2, GOOD[:4] + b"\xff\xff" + GOOD[6:]), "malformed", "do not fit"),
    (packet(2, GOOD + b"x"), "malformed", "after the numbers"),
    (packet(2, content(numbers=(1, 1))), "malformed", "after the numbers"),
    (packet(2, content(numbers=())), "malformed", "does not fit"),
    (packet(2, content(numbers=(), algorithm=22) + mpi(5)), "malformed", "does not fit"),
    (packet(2, content(numbers=()) + b"\x00\x02\x07"), "malformed", "does not fit"),
])  # fmt: skip
def test_anything_else_is_refused(data, outcome, why):
    with pytest.raises(Refused, match=why) as refused:
        parse_signature(data)
    assert refused.value.outcome == outcome


def accounted(body):
    """The length that the fields of a signature packet add up to."""
    hashed = int.from_bytes(body[4:6], "big")
    unhashed = int.from_bytes(body[6 + hashed : 8 + hashed], "big")
    place = 8 + hashed + unhashed + 2
    for _ in range({1: 1, 3: 1}.get(body[2], 2)):
        place += 2 + (int.from_bytes(body[place : place + 2], "big") + 7) // 8
    return place


def check(data):
    try:
        found = parse_signature(data)
    except Refused:
        return
    assert data.endswith(found.packet)
    assert len(data) - len(found.packet) in (2, 3, 5, 6)
    assert accounted(found.packet) == len(found.packet)
    assert found.packet[:2] == b"\x04\x00"


@given(st.binary(max_size=200))
@example(b"\xc2\xff\xff\xff\xff\xff")
def test_any_bytes(data):
    check(data)


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=40), st.integers(0, 30), st.integers(0, 1))
def test_any_content(hashed, unhashed, tail, algorithm, kind):
    check(packet(2, content(TIME + hashed, unhashed, kind=kind, algorithm=algorithm, numbers=()) + tail))


@given(st.integers(0, len(packet(2, GOOD))), st.integers(0, 2), st.binary(max_size=3))
def test_any_change(place, dropped, put_in):
    whole = packet(2, GOOD)
    check(whole[:place] + put_in + whole[place + dropped :])
    if place < len(whole):
        with pytest.raises(Refused):
            parse_signature(whole[:place])
