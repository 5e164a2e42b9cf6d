"""What goes over the daemon's socket: one request and one answer per connection, both in the same form (docs/audit.md).

`GWL1`, the length of what follows as 32 bits, big-endian; then the parts, each as its length in 32 bits and its bytes. The first
part of a request is its name, that of an answer `ok` or a reason in kebab-case. The digit is the protocol's version.
"""

from __future__ import annotations

import struct

MAGIC = b"GWL1"
MAXIMUM = 16 << 20  # a push certificate of 8 MiB, and then some
PARTS = 32
HEAD = 8
_HEAD, _LENGTH = struct.Struct(">4sI"), struct.Struct(">I")


def packed(*parts: bytes) -> bytes:
    """A request or an answer, whole. Raises ValueError for one that is too long, or of too many parts."""
    body = b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))
    if len(body) > MAXIMUM or len(parts) > PARTS:
        raise ValueError(f"{len(body)} bytes in {len(parts)} parts are more than the daemon takes")
    return _HEAD.pack(MAGIC, len(body)) + body


def length_of(head: bytes | bytearray) -> int:
    """How many bytes follow the first HEAD ones. Raises ValueError for another protocol, and for more than MAXIMUM."""
    magic, length = _HEAD.unpack_from(head)
    if magic != MAGIC:
        raise ValueError("this is not version 1 of the protocol")
    if length > MAXIMUM:
        raise ValueError(f"a request has at most {MAXIMUM} bytes")
    return length  # type: ignore[no-any-return]


def parts_of(body: bytes | bytearray) -> list[bytes]:
    """Cut what follows the head into its parts. Raises ValueError where they do not fill it, and for too many."""
    parts: list[bytes] = []
    place = 0
    while place < len(body):
        start = place + _LENGTH.size
        if start > len(body) or len(parts) == PARTS:
            raise ValueError("the parts of the request are malformed")
        place = start + _LENGTH.unpack_from(body, start - _LENGTH.size)[0]
        parts.append(bytes(body[start:place]))
    if place != len(body) or not parts:
        raise ValueError("the parts of the request are malformed")
    return parts
