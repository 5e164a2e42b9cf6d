"""The armor of a signature: one form, and nothing beside it."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pgpforge import armored

from gitward.signatures.openpgp.armor import Refused, crc24, unarmor

DATA = bytes(range(100))
GOOD = armored(DATA)
CRC = b"=" + b64encode(crc24(DATA).to_bytes(3, "big")) + b"\n"
END = b"-----END PGP SIGNATURE-----"
WITH_CRC = GOOD.replace(END, CRC + END)
STAMP = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n\nAAAA\n-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n"
ONE_FORM = re.compile(
    rb"-----BEGIN PGP SIGNATURE-----\r?\n(?:[A-Za-z][A-Za-z0-9-]*:(?: [^\x00-\x1f\x7f]*)?\r?\n)*[ \t]*\r?\n"
    rb"((?:[A-Za-z0-9+/=]+\r?\n)+)-----END PGP SIGNATURE-----[\r\n \t]*"
)


def slow_crc(data):
    """RFC 9580, 6.1.1: a bit at a time."""
    value = 0xB704CE
    for byte in data:
        value ^= byte << 16
        for _ in range(8):
            value <<= 1
            if value & 0x1000000:
                value ^= 0x1864CFB
    return value & 0xFFFFFF


@given(st.binary(max_size=2000))
def test_the_crc_is_that_of_the_standard(data):
    assert crc24(data) == slow_crc(data)


@pytest.mark.parametrize("block", [
    GOOD, WITH_CRC, GOOD.replace(b"\n", b"\r\n"), GOOD + b"\n", GOOD + b" \t\r\n\n", GOOD.rstrip(b"\n"),
    GOOD.replace(b"\n\n", b"\nVersion: GnuPG v2\nComment: \n\n", 1), GOOD.replace(b"\n\n", b"\n \t\n", 1),
])  # fmt: skip
def test_what_tools_write_is_read(block):
    assert unarmor(block) == DATA


@pytest.mark.parametrize(("block", "why"), [
    (b"", "does not begin"),
    (b"\n" + GOOD, "does not begin"),
    (b"text\n" + GOOD, "does not begin"),
    (b"-----BEGIN PGP SIGNATURE----- \n" + GOOD, "does not begin"),
    (GOOD.replace(b"SIGNATURE", b"MESSAGE"), "does not begin"),
    (GOOD.replace(END, b""), "no END"),
    (GOOD.replace(END, END + b"-"), "no END"),
    (GOOD.replace(END, b" " + END), "no END"),
    (GOOD + b"x", "after the signature's END"),
    (GOOD + GOOD, "after the signature's END"),
    (GOOD + STAMP, "after the signature's END"),
    (GOOD.replace(b"\n\n", b"\n", 1), "no empty line"),
    (GOOD.replace(b"\n\n", b"\nno header\n\n", 1), "another form"),
    (GOOD.replace(b"\n\n", b"\nComment: \x1b[31m\n\n", 1), "another form"),
    (GOOD.replace(b"\n\n", b"\n\n\n", 1), "not base64"),
    (GOOD.replace(END, b"\n" + END), "not base64"),
    (GOOD.replace(b"AAEC", b"AA*C"), "not base64"),
    (GOOD.replace(b"AAEC", b" AAEC"), "not base64"),
    (GOOD.replace(b"AAEC", b"AAE="), "not base64"),
    (GOOD.replace(b"AAEC", b"AAE"), "not base64"),
    (GOOD.replace(b"Yw==", b"Yx=="), "one form"),
    (armored(b"").replace(b"\n\n\n", b"\n\n"), "not base64"),
    (WITH_CRC.replace(CRC, b"=AAAA\n"), "CRC"),
    (WITH_CRC.replace(CRC, CRC + CRC), "not base64"),
    (GOOD + b" " * (1 << 20), "more than"),
])  # fmt: skip
def test_anything_else_is_malformed(block, why):
    with pytest.raises(Refused, match=why) as refused:
        unarmor(block)
    assert refused.value.outcome == "malformed"


def test_a_trailer_that_the_policy_knows_is_passed_over():
    assert unarmor(GOOD + STAMP, ("OPENTIMESTAMPS",)) == DATA
    for more in (STAMP.partition(b"-----END")[0], STAMP + b"text", STAMP.replace(b"GIT", b"BIT"), GOOD):
        with pytest.raises(Refused):
            unarmor(GOOD + more, ("OPENTIMESTAMPS",))


@given(st.binary(min_size=1, max_size=400))
def test_any_data_comes_back(data):
    assert unarmor(armored(data)) == data


@given(st.binary(max_size=300) | st.lists(st.sampled_from([
    b"-----BEGIN PGP SIGNATURE-----", END, b"", b" ", b"AAAA", b"AA==", b"=AAAA", b"A", b"Comment: x", b"Comment:", b"x", b"\r",
    b"-----BEGIN PGP MESSAGE-----",
]), max_size=12).map(b"\n".join))  # fmt: skip
def test_what_is_accepted_has_the_one_form(block):
    try:
        data = unarmor(block)
    except Refused:
        return
    found = ONE_FORM.fullmatch(block)
    assert found
    lines = found[1].split()
    assert b64encode(data) == b"".join(lines[:-1] if len(lines[-1]) == 5 and lines[-1][:1] == b"=" else lines)


@given(st.integers(0, len(WITH_CRC) - 1), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(place, byte):
    block = WITH_CRC[:place] + bytes((byte,)) + WITH_CRC[place + 1 :]
    try:
        assert unarmor(block) == DATA
    except Refused:
        pass
