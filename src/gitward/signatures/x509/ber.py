"""A look at the outermost shape of BER, before a library reads it: bounded, complete, one element (X.690, 8.1).

gpgsm writes indefinite lengths, so they are let through; the reader behind this is recursive and lazy, so what could cost it
more than linear time, or be read in two ways, is refused here.
"""

from __future__ import annotations

from gitward.signatures.x509.refusal import Refusal

DEEPEST = 24
MOST = 20_000  # elements; a signature with a whole chain has some hundreds
_OID, _SEQUENCE, _SET = 6, 16, 17
_LONGEST_OID = 64  # bytes; a reader of OIDs may take quadratic time


def check(data: bytes) -> None:
    """Raises Refusal (malformed) unless `data` is one BER element, with nothing after it and no element cut short."""
    stack = [(len(data), False)]  # where each open element ends at the latest, and whether 00 00 ends it before
    at = count = 0
    while stack:
        end, is_indefinite = stack[-1]
        if len(stack) == 1 and 0 < at < end:
            raise Refusal("malformed", "bytes stand after the signature")
        if at == end and not is_indefinite:
            stack.pop()
        elif is_indefinite and data[at : min(at + 2, end)] == b"\0\0":
            stack.pop()
            at += 2
        else:
            count += 1
            if count > MOST or len(stack) > DEEPEST:
                raise Refusal("malformed", "the signature has too many parts")
            at = _enter(data, at, end, stack)
    if not count:
        raise Refusal("malformed", "the signature is empty")


def _enter(data: bytes, at: int, end: int, stack: list[tuple[int, bool]]) -> int:
    """Reads a tag and a length; a constructed element is put on the stack, another passed over. The new place."""
    if at + 2 > end:
        raise Refusal("malformed", "the signature is cut short")
    tag = data[at]
    is_constructed = bool(tag & 0x20)
    if tag == 0 or tag & 0x1F == 0x1F or (is_constructed and tag < 0x40 and tag & 0x1F not in (_SEQUENCE, _SET)):
        raise Refusal("malformed", "the signature has an element that has no place in it")
    if data[at + 1] == 0x80:
        if not is_constructed:
            raise Refusal("malformed", "a value has no length")
        stack.append((end, True))
        return at + 2
    at, length = _length(data, at + 1, end)
    if at + length > end:
        raise Refusal("malformed", "the signature is cut short")
    if tag == _OID and length > _LONGEST_OID:
        raise Refusal("malformed", "the signature has a name that is too long")
    if is_constructed:
        stack.append((at + length, False))
        return at
    return at + length


def _length(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The place behind a definite length, and the length, which must be written as short as it can be."""
    first = data[at]
    if first < 0x80:
        return at + 1, first
    size = first & 0x7F
    length = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    if size > 4 or at + 1 + size > end or length < 0x80 or length >> (8 * (size - 1)) == 0:
        raise Refusal("malformed", "a length is not written as DER writes it")
    return at + 1 + size, length
