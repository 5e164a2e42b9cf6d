"""The ASCII armor of one detached signature (RFC 9580, 6.2), by a grammar with nothing to choose.

The block comes from whoever wrote the commit, and gpg reads much more than a signature in it: a signed message of other text,
a second signature, text around it. Here it is BEGIN, armor headers, an empty line, base64, a CRC24 that is right where there is
one, END, and white space.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

LIMIT = 1 << 20
"""Bytes of an armored block; a signature has about a thousand."""
_BEGIN = b"-----BEGIN PGP SIGNATURE-----"
_END = b"-----END PGP SIGNATURE-----"
TRAILERS = {"OPENTIMESTAMPS": "OPENTIMESTAMPS GIT TIMESTAMP"}
"""Name in a policy -> the armor that a known tool writes after a signature, which is never read."""
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,63}:(?: [^\x00-\x1f\x7f]*)?", re.ASCII)
_DATA = re.compile(rb"[A-Za-z0-9+/]{1,76}={0,2}", re.ASCII)
_CRC = re.compile(rb"=[A-Za-z0-9+/]{4}", re.ASCII)


class Refused(Exception):
    """A signature that is not looked at further: `outcome` says as what, the message why."""

    def __init__(self, why: str, outcome: Literal["malformed", "unsupported"] = "malformed") -> None:
        super().__init__(why)
        self.outcome = outcome


def unarmor(block: bytes, trailers: Sequence[str] = ()) -> bytes:
    """The bytes that the armor holds. `trailers` are those of TRAILERS that may follow the END line.

    Lines end in LF or CRLF. Raises Refused, malformed.
    """
    if len(block) > LIMIT:
        raise Refused(f"the signature has more than {LIMIT} bytes")
    lines = [line.removesuffix(b"\r") for line in block.split(b"\n")] if b"\r" in block else block.split(b"\n")
    if lines[0] != _BEGIN:
        raise Refused("the signature does not begin with BEGIN PGP SIGNATURE")
    if _END not in lines:
        raise Refused("the signature has no END line")
    end = lines.index(_END)
    _check_rest(lines[end + 1 :], trailers)
    gap = next((place for place in range(1, end) if not lines[place].strip(b" \t")), 0)
    if not gap:
        raise Refused("there is no empty line before the armor's data")
    if not all(_HEADER.fullmatch(line) for line in lines[1:gap]):
        raise Refused("the armor has a header line of another form")
    return _decode(lines[gap + 1 : end])


def _decode(lines: list[bytes]) -> bytes:
    """The data of an armor: lines of base64, the last of them perhaps a CRC24."""
    crc = lines.pop()[1:] if lines and _CRC.fullmatch(lines[-1]) else b""
    if not lines or not all(_DATA.fullmatch(line) for line in lines):
        raise Refused("the armor's data is not base64")
    text = b"".join(lines)
    try:
        data = binascii.a2b_base64(text)
    except binascii.Error:
        raise Refused("the armor's data is not base64") from None
    if b64encode(data) != text:
        raise Refused("the armor's data is not base64 in its one form")
    if crc and b64encode(crc24(data).to_bytes(3, "big")) != crc:
        raise Refused("the armor's CRC is wrong")
    return data


def _check_rest(lines: list[bytes], trailers: Sequence[str]) -> None:
    """What stands after the END line: white space, or trailers that are known."""
    end = b""
    for line in lines:
        if end:
            end = b"" if line == end else end
        elif line.strip(b" \t\r"):
            name = next((TRAILERS[name] for name in trailers if line == b"-----BEGIN %b-----" % TRAILERS[name].encode()), "")
            if not name:
                raise Refused("there is text after the signature's END line")
            end = b"-----END %b-----" % name.encode()
    if end:
        raise Refused("the trailer after the signature has no END line")


def _remainder(value: int) -> int:
    """A polynomial over GF(2), its coefficients as bits, modulo that of the CRC."""
    for place in range(value.bit_length() - 1, 23, -1):
        if value >> place & 1:
            value ^= 0x1864CFB << place - 24
    return value


def _remainders() -> list[tuple[int, ...]]:
    """For k = 0, 1, ... the bits that are set in the remainder of x ** 2 ** k; for data up to twice LIMIT."""
    found: list[tuple[int, ...]] = []
    value = 2
    while len(found) < LIMIT.bit_length() + 4:
        found.append(tuple(place for place in range(24) if value >> place & 1))
        value = _remainder(sum(1 << 2 * place for place in found[-1]))
    return found


_REMAINDERS = _remainders()


def crc24(data: bytes) -> int:
    """The checksum of RFC 9580, 6.1: it finds accidents, it proves nothing.

    The upper part of the data, as one large number, is added to the lower as what it leaves there: some dozens of operations,
    where a loop over the bytes would take longer than the signature.
    """
    value = int.from_bytes(data + b"\0\0\0", "big") ^ 0xB704CE << 8 * len(data)
    while (size := value.bit_length()) > 64:
        power = (size - 1).bit_length() - 1
        upper, value = value >> (1 << power), value & (1 << (1 << power)) - 1
        for place in _REMAINDERS[power]:
            value ^= upper << place
    return _remainder(value)
