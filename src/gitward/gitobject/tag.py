"""Raw annotated tag bytes -> Tag."""

from __future__ import annotations

from gitward.gitobject.fields import byte_faults, field, ident_in, oid_in, quoted
from gitward.message import parse
from gitward.model import Tag

TYPE_CHECKING = False
if TYPE_CHECKING:

    from gitward.model import Oid
else:
    Oid = str

_ARMOR = (b"PGP SIGNATURE", b"PGP MESSAGE", b"SSH SIGNATURE", b"SIGNED MESSAGE")  # git's gpg-interface.c


def parse_tag(oid: Oid, raw: bytes) -> Tag:
    """The annotated tag in these bytes; never raises. `message` is without the signature."""
    head, gap, body = raw.partition(b"\n\n")
    faults = byte_faults(raw, gap)
    lines = head.decode("utf-8", "surrogateescape").split("\n")
    text, at = field(lines, 0, "object ", faults)
    target = oid_in(text, "object", len(oid), faults)
    target_type, at = field(lines, at, "type ", faults)
    if target_type not in ("commit", "tag", "tree", "blob"):
        faults.append(f"type header names no kind of object: {quoted(target_type)}")
    name, at = field(lines, at, "tag ", faults)
    if not name:
        faults.append("tag header is empty")
    text, at = field(lines, at, "tagger ", faults)
    tagger = ident_in(text, "tagger", faults)
    if at < len(lines):
        faults.append(f"no such header in a tag, or not there: {quoted(lines[at])}")
    cut = signature_start(body)
    if cut < len(body):
        _check_signature(body, cut, faults)
    return Tag(
        oid=oid,
        target=target or Oid(""),
        target_type=target_type,
        name=name,
        tagger=tagger,
        message=parse(body[:cut]),
        has_signature=cut < len(body),
        malformed=faults[0] if faults else "",
        raw=raw,
    )


def signature_start(body: bytes) -> int:
    """Where the last line begins that opens an armor git knows; the end of the body where there is none."""
    text = b"\n" + body
    start = max(text.rfind(b"\n-----BEGIN " + kind + b"-----") for kind in _ARMOR)
    return start if start >= 0 else len(body)


def _check_signature(body: bytes, cut: int, faults: list[str]) -> None:
    """Exactly one block, from `cut` to the end, and nothing but white space after it."""
    text, block = b"\n" + body, body[cut:]
    kind = block[len(b"-----BEGIN ") : block.index(b"-----", 5)]
    _, end, after = block.partition(b"\n-----END " + kind + b"-----")
    if sum(text.count(b"\n-----BEGIN " + kind + b"-----") for kind in _ARMOR) > 1:
        faults.append("there is more than one signature block")
    if not end:
        faults.append("signature block has no end")
    if after.strip(b" \t\r\n"):
        faults.append("there is text after the signature block")
