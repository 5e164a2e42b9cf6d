"""The block of a CMS signature, as gpgsm and its kin write it into a commit: BEGIN, base64, END, nothing else."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode

from gitward.signatures.x509.refusal import Refusal

BEGIN, END = b"-----BEGIN SIGNED MESSAGE-----", b"-----END SIGNED MESSAGE-----"
LONGEST = 1 << 20  # of a block, in bytes
_LINE = 76  # RFC 7468 has 64, RFC 2045 lets a line be 76 long


def contents(block: bytes) -> bytes:
    """The bytes in a block. Raises Refusal (malformed) for all that is not canonical; lines may end in CRLF."""
    if len(block) > LONGEST:
        raise Refusal("malformed", f"the signature is larger than {LONGEST >> 20} MiB")
    lines = [line.removesuffix(b"\r") for line in block.split(b"\n")]
    if lines[0] != BEGIN:
        raise Refusal("malformed", "the block does not begin as a signed message does")
    if END not in lines:
        raise Refusal("malformed", "the block has no END line")
    end = lines.index(END)
    if b"".join(lines[end + 1 :]).strip(b" \t"):
        raise Refusal("malformed", "text stands after the END line")
    body = lines[1:end]
    if not all(0 < len(line) <= _LINE for line in body):
        raise Refusal("malformed", "a line of the block is empty or too long")
    text = b"".join(body)
    try:
        data = b64decode(text, validate=True)
    except binascii.Error:
        raise Refusal("malformed", "the block is no base64") from None
    if not data or b64encode(data) != text:
        raise Refusal("malformed", "the base64 of the block is not canonical")
    return data
