"""The armor of an SSH signature (OpenSSH's PROTOCOL.sshsig, 1), by one strict grammar.

BEGIN line, lines of base64, END line, each ended by one LF; after that white space and nothing else. OpenSSH passes over
white space and line ends anywhere in the base64, and over all that follows END; git hands it both.
"""

from __future__ import annotations

from base64 import b64encode
from binascii import Error, a2b_base64

from gitward.signatures.ssh.wire import Refused

BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
END = b"\n-----END SSH SIGNATURE-----"
LIMIT = 1 << 20  # bytes; a real one has less than 3,000


def unarmored(block: bytes) -> bytes:
    """The bytes that an armored block holds. Raises Refused for any other block."""
    if len(block) > LIMIT:
        raise Refused("malformed", "the signature is larger than 1 MiB")
    if not block.startswith(BEGIN):
        raise Refused("malformed", "the block does not begin with the line of an SSH signature")
    text, found, rest = block[len(BEGIN) :].partition(END)
    if not found:
        raise Refused("malformed", "the block has no END line")
    if rest.strip():
        raise Refused("malformed", "there is text after the END line")
    lines = text.split(b"\n")
    joined = b"".join(lines)
    try:
        data = a2b_base64(joined, strict_mode=True)
    except Error:
        raise Refused("malformed", "the block is no base64") from None
    if b"" in lines or b64encode(data) != joined:
        raise Refused("malformed", "the block is not in the one form of base64")
    return data
