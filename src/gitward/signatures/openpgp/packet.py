"""One signature packet, version 4, over a binary document (RFC 9580, 4.2 and 5.2.3), read to its last byte.

What gpg would let pass is refused here: further packets, indefinite lengths, bytes that no field accounts for. Versions 3, 5 and
6 and signatures over text (type 0x01, which stay good when line ends change) are `unsupported`, anything else `malformed`.
"""

from __future__ import annotations

from gitward.record import record
from gitward.signatures.openpgp.armor import Refused

BINARY, TEXT = 0x00, 0x01
RSA, DSA, ECDSA, EDDSA = (1, 3), 17, 19, 22
DIGESTS = {1: "md5", 2: "sha1", 3: "ripemd160", 8: "sha256", 9: "sha384", 10: "sha512", 11: "sha224", 12: "sha3-256",
           14: "sha3-512"}  # fmt: skip
"""Hash algorithm -> its name (RFC 9580, 9.5)."""
_MPIS = {1: 1, 3: 1, 17: 2, 19: 2, 22: 2}  # public-key algorithm -> the numbers of a signature (RFC 9580, 5.2.3)
_CREATED, _EXPIRES, _ISSUER, _FINGERPRINT = 2, 3, 16, 33
_UNDERSTOOD = (_CREATED, _EXPIRES, _ISSUER, _FINGERPRINT)


@record
class Signature:
    """The fields of a signature packet. Times are seconds since 1970; `expires` is the first second in which it is too old.

    `issuer` is the fingerprint of the key that is said to have signed, or its key id (40 or 16 capital hex digits), '' where
    neither stands there. `signed_part` is what is hashed after the document. `packet` is the packet without its header.
    `is_plain`: no critical subpacket but those of which the meaning is taken in here.
    """

    algorithm: int
    digest: str
    created: int
    expires: int | None
    issuer: str
    is_plain: bool
    signed_part: bytes
    mpis: tuple[int, ...]
    packet: bytes


def parse_signature(data: bytes) -> Signature:
    """The one signature packet that `data` consists of. Raises Refused."""
    packet = _only_packet(data)
    version = packet[0] if packet else 0
    if version in (3, 5, 6):
        raise Refused(f"a signature packet of version {version}", "unsupported")
    if version != 4:
        raise Refused(f"a signature packet of unknown version {version}")
    if len(packet) < 6:
        raise Refused("the signature packet is cut short")
    kind, algorithm, hashing = packet[1:4]
    if kind == TEXT:
        raise Refused("a signature over text (type 0x01), which leaves line ends open", "unsupported")
    if kind != BINARY:
        raise Refused(f"a signature of type 0x{kind:02x}, not over a document")
    hashed, place = _area(packet, 4)
    unhashed, after = _area(packet, place)
    mpis = _numbers(packet, after + 2, algorithm)  # past the two first bytes of the digest, which prove nothing
    created, expires = _times(hashed)
    if hashing not in DIGESTS:
        raise Refused(f"digest algorithm {hashing}", "unsupported")
    return Signature(
        algorithm=algorithm,
        digest=DIGESTS[hashing],
        created=created,
        expires=expires,
        issuer=_issuer([*unhashed, *hashed]),
        is_plain=all(kind & 0x7F in _UNDERSTOOD for kind, _ in (*hashed, *unhashed) if kind & 0x80),
        signed_part=packet[:place] + b"\x04\xff" + place.to_bytes(4, "big"),
        mpis=mpis,
        packet=packet,
    )


def _only_packet(data: bytes) -> bytes:
    """The content of the one packet: tag 2, with a length that is definite and ends where the data ends."""
    if not data or not data[0] & 0x80:
        raise Refused("the armor holds no OpenPGP packet")
    is_new = bool(data[0] & 0x40)
    tag = data[0] & 0x3F if is_new else data[0] >> 2 & 0x0F
    if tag != 2:
        raise Refused(f"the armor holds a packet of type {tag}, not a signature")
    if is_new:
        length, start = new_length(data, 1)
    elif data[0] & 3 == 3:
        length, start = None, 1
    else:
        start = 1 + (1 << (data[0] & 3))
        length = int.from_bytes(data[1:start], "big")
    if length is None:
        raise Refused("the signature packet has no definite length")
    if start + length < len(data):
        raise Refused("there is more than one packet in the armor")
    if start + length > len(data):
        raise Refused("the signature packet is cut short")
    return data[start:]


def new_length(data: bytes, place: int) -> tuple[int | None, int]:
    """A length of the new form at `place`, and where it ends (RFC 9580, 4.2.1). None: a partial length, or cut short."""
    first = data[place] if place < len(data) else 224
    if first < 192:
        return first, place + 1
    if first < 224 and place + 1 < len(data):
        return (first - 192 << 8) + data[place + 1] + 192, place + 2
    if first == 255 and place + 5 <= len(data):
        return int.from_bytes(data[place + 1 : place + 5], "big"), place + 5
    return None, place


def _area(packet: bytes, place: int) -> tuple[list[tuple[int, bytes]], int]:
    """The subpackets (type with its critical bit, content) of the area at `place`, and where it ends (RFC 9580, 5.2.3.7)."""
    end = place + 2 + int.from_bytes(packet[place : place + 2], "big")
    if end + 2 > len(packet):
        raise Refused("the subpackets do not fit into the signature packet")
    place += 2
    found = []
    while place < end:
        first = packet[place]
        length, start = (
            (int.from_bytes(packet[place + 1 : place + 5], "big"), place + 5) if first == 255
            else ((first - 192 << 8) + packet[place + 1] + 192, place + 2) if first >= 192
            else (first, place + 1)
        )  # fmt: skip
        if not length or start + length > end:
            raise Refused("a subpacket of the signature does not fit")
        found.append((packet[start], packet[start + 1 : start + length]))
        place = start + length
    return found, end


def _times(hashed: list[tuple[int, bytes]]) -> tuple[int, int | None]:
    """When the signature was made, and the first second in which it is too old: each from one subpacket that is signed."""
    made = [content for kind, content in hashed if kind & 0x7F == _CREATED]
    lasts = [content for kind, content in hashed if kind & 0x7F == _EXPIRES]
    if len(made) != 1 or len(made[0]) != 4:
        raise Refused("the signature does not say once when it was made")
    if len(lasts) > 1 or any(len(content) != 4 for content in lasts):
        raise Refused("the signature does not say once when it expires")
    created = int.from_bytes(made[0], "big")
    lifetime = int.from_bytes(lasts[0], "big") if lasts else 0
    return created, created + lifetime if lifetime else None


def _issuer(subpackets: list[tuple[int, bytes]]) -> str:
    """Who is said to have signed; it only says where to look, so it need not be signed. The last one counts."""
    said = {kind & 0x7F: content for kind, content in subpackets}
    full, short = said.get(_FINGERPRINT, b""), said.get(_ISSUER, b"")
    return (full[1:] if len(full) == 21 and full[0] == 4 else short if len(short) == 8 else b"").hex().upper()


def _numbers(packet: bytes, place: int, algorithm: int) -> tuple[int, ...]:
    """The multiprecision integers from `place` to the very end (RFC 9580, 3.2), as many as the algorithm has."""
    if algorithm not in _MPIS:
        raise Refused(f"public-key algorithm {algorithm}", "unsupported")
    found = []
    for _ in range(_MPIS[algorithm]):
        bits = int.from_bytes(packet[place : place + 2], "big")
        content = packet[place + 2 : place + 2 + (bits + 7) // 8]
        place += 2 + (bits + 7) // 8
        number = int.from_bytes(content, "big")
        if place > len(packet) or number.bit_length() > bits:  # large forges write all bits of the modulus, leading zeros too
            raise Refused("a number of the signature does not fit")
        found.append(number)
    if place != len(packet):
        raise Refused("there are bytes after the numbers of the signature")
    return tuple(found)
