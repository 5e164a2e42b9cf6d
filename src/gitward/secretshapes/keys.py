"""Private keys in bytes: PEM (RFC 7468), what OpenSSH and OpenPGP write, on lines of their own or in a string.

What makes it a key is the body. A header alone, as code that reads keys has it, is none.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = b"PRIVATE KEY"
_BEGIN = re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----")
_END = b"-----END "
_HEADER = re.compile(rb"[A-Za-z-]{3,20}: ")  # Proc-Type, DEK-Info, Version, Comment (RFC 1421, RFC 9580)
_AROUND = b" \t\r\"'`+,;\\*#>|-."  # what code, comments and quotes put around a line
_BODY = re.compile(rb"[0-9A-Za-z+/]{16,}={0,2}")
_READ = 1_500  # bytes after the header in which the body is looked for
_LONGEST = 16 << 10  # of a whole key: RSA with 16,384 bits
_LEAST, _DISTINCT = 60, 20  # characters of the body, and different ones: the shortest is Ed25519's, of 64
_TOLD = 256  # characters of the body that tell one key from another


def private_keys(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Every private key: where its header begins, where its last line ends, and the beginning of its body."""
    end = 0
    if _MARK not in data:
        return
    for found in _BEGIN.finditer(data):
        if found.start() < end:
            continue
        body = _body(data[found.end() : found.end() + _READ])
        if len(body) >= _LEAST and len(set(body)) >= _DISTINCT:
            last = data.find(_END, found.end(), found.end() + _LONGEST)
            end = last if last >= 0 else found.end() + len(body)
            yield found.start(), end, body[:_TOLD]


def _body(after: bytes) -> bytes:
    """The lines of base 64 that follow a header at once, without what is around them."""
    after = after.partition(_END)[0].replace(b"\\r", b"").replace(b"\\n", b"\n")
    lines: list[bytes] = []
    for line in after.split(b"\n"):
        text = line.strip(_AROUND)
        if _BODY.fullmatch(text) or (lines and text.isalnum()):
            lines.append(text)
        elif text and (lines or not _HEADER.match(text)):
            break
    return b"".join(lines)
