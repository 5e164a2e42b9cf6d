"""Raw commit and tag bytes -> Commit, Tag: the canonical gate.

Readers of git objects disagree: of two `author` headers some take the first and some the last, some stop at NUL, some
read a signature out of the body. So there is one accepted form; any other is `malformed`, with the reason, and the rule
`malformed-object` denies it. The form is what git's own fsck asks for, and narrower where git's readers differ;
tests/test_gitobject.py has both verdicts side by side.
"""

from __future__ import annotations

import re

from gitward.message import decode, parse
from gitward.model import Commit, Ident, Tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.model import Message, Oid
else:
    Oid = str

LISTED_HEADERS = ("change-id", "gitbutler-*", "HG:*", "kilnhgcopies")
"""Extra commit headers that known tools write and that count for nothing; a final `*` stands for any rest."""

_ORDERED = ("tree", "parent", "author", "committer")
_KNOWN = ("encoding", "gpgsig", "gpgsig-sha256", "mergetag")
_HEX = "0123456789abcdef"
_IDENT = re.compile(r"([^<>]* )?<([^<>]*)> (0|[1-9][0-9]{0,18}) ([+-])([0-9]{2})([0-5][0-9])").fullmatch
_TIME_END = 1 << 63  # git refuses what does not fit its time_t (fsck: badDateOverflow)
_ARMOR = (b"PGP SIGNATURE", b"PGP MESSAGE", b"SSH SIGNATURE", b"SIGNED MESSAGE")  # git's gpg-interface.c


def is_listed(name: str, names: Sequence[str] = LISTED_HEADERS) -> bool:
    """Whether an extra header's name is one of `names`, in the form of LISTED_HEADERS."""
    return any(name.startswith(known[:-1]) if known.endswith("*") else name == known for known in names)


def parse_commit(oid: Oid | None, raw: bytes) -> Commit:
    """The commit in these bytes; never raises. Without an `oid` the oids inside are held to the length of the first."""
    head, gap, body = raw.partition(b"\n\n")
    faults = _byte_faults(raw, gap)
    lines = head.decode("utf-8", "surrogateescape").split("\n")
    text, at = _field(lines, 0, "tree ", faults)
    length = len(oid) if oid else len(text)
    tree = _oid(text, "tree", length, faults)
    parents = []
    while at < len(lines) and lines[at].startswith("parent "):
        if parent := _oid(lines[at][7:], "parent", length, faults):
            parents.append(parent)
        at += 1
    text, at = _field(lines, at, "author ", faults)
    author = _ident(text, "author", faults)
    text, at = _field(lines, at, "committer ", faults)
    committer = _ident(text, "committer", faults)
    encoding, headers = _extra_headers(lines, at, faults) if at < len(lines) else ("", ())
    return Commit(
        oid=oid,
        tree=tree,
        parents=tuple(parents),
        merge=len(parents) > 1,
        author=_in_encoding(author, encoding) if encoding else author,
        committer=_in_encoding(committer, encoding) if encoding else committer,
        message=parse(body, encoding),
        headers=headers,
        malformed=faults[0] if faults else "",
        raw=raw,
    )


def draft_commit(message: Message, *, merge: bool = False) -> Commit:
    """A commit that does not exist yet, of which only its message is known, and whether it merges."""
    return Commit(oid=None, tree=None, parents=None, merge=merge, author=None, committer=None, message=message)


def parse_tag(oid: Oid, raw: bytes) -> Tag:
    """The annotated tag in these bytes; never raises. `message` is without the signature."""
    head, gap, body = raw.partition(b"\n\n")
    faults = _byte_faults(raw, gap)
    lines = head.decode("utf-8", "surrogateescape").split("\n")
    text, at = _field(lines, 0, "object ", faults)
    target = _oid(text, "object", len(oid), faults)
    target_type, at = _field(lines, at, "type ", faults)
    if target_type not in ("commit", "tag", "tree", "blob"):
        faults.append(f"type header names no kind of object: {_quoted(target_type)}")
    name, at = _field(lines, at, "tag ", faults)
    if not name:
        faults.append("tag header is empty")
    text, at = _field(lines, at, "tagger ", faults)
    tagger = _ident(text, "tagger", faults)
    if at < len(lines):
        faults.append(f"no such header in a tag, or not there: {_quoted(lines[at])}")
    cut = _signature_start(body)
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


def _quoted(text: str) -> str:
    return f"'{text[:57]}...'" if len(text) > 60 else f"'{text}'"


def _byte_faults(raw: bytes, gap: bytes) -> list[str]:
    faults = []
    if b"\0" in raw:
        faults.append("there is a NUL byte")
    if not gap:
        faults.append("no empty line after the header")
    return faults


def _field(lines: Sequence[str], at: int, start: str, faults: list[str]) -> tuple[str, int]:
    """The value of the header that must stand at line `at`, and the next index; `start` is its name and a space."""
    line = lines[at] if at < len(lines) else ""
    if line.startswith(start):
        return line[len(start) :], at + 1
    faults.append(f"{start}header is missing" + (f" before {_quoted(line)}" if line else ""))
    return "", at


def _oid(text: str, name: str, length: int, faults: list[str]) -> Oid | None:
    if len(text) != length or length not in (40, 64) or text.strip(_HEX):
        faults.append(f"{name} header holds no oid of {length} hex digits: {_quoted(text)}")
        return None
    return Oid(text)


def _ident(text: str, name: str, faults: list[str]) -> Ident | None:
    """`name <email> seconds zone`; name and email may be empty."""
    found = _IDENT(text)
    if not found or (time := int(found[3])) >= _TIME_END:
        faults.append(f"{name} {_ident_fault(text)}")
        return None
    offset = int(found[5]) * 60 + int(found[6])
    return Ident(name=(found[1] or " ")[:-1], email=found[2], time=time, offset=-offset if found[4] == "-" else offset)


def _ident_fault(text: str) -> str:
    """Why a text is no ident."""
    person, _, rest = text.partition("<")
    _, closed, date = rest.partition(">")
    if not closed or ">" in person or "<" in rest:
        return "has not one pair of angle brackets"
    if person and person[-1] != " ":
        return "has no space before the address"
    blank, _, date = date.partition(" ")
    seconds, _, zone = date.partition(" ")
    if blank or not date.isascii() or not seconds.isdigit() or (seconds[0] == "0" and seconds != "0"):
        return f"date is not a plain number of seconds: {_quoted(date)}"
    if len(seconds) > 19 or int(seconds) >= _TIME_END:
        return f"date is out of range: {_quoted(seconds)}"
    return f"zone is not +hhmm or -hhmm: {_quoted(zone)}"


def _extra_headers(lines: Sequence[str], at: int, faults: list[str]) -> tuple[str, tuple[str, ...]]:
    """What follows `committer`: the value of `encoding` ('' without one), and the names of headers unknown to git."""
    encoding = ""
    names, seen = [], set()
    previous, foldable = "committer", False
    for line in lines[at:]:
        if line[:1] == " ":
            if not foldable:
                faults.append(f"{previous} header has a continuation line")
            continue
        name, _, value = line.partition(" ")
        previous, foldable = name, name != "encoding"
        if name in _KNOWN:
            if name in seen and name != "mergetag":
                faults.append(f"{name} header stands more than once")
            if not value:
                faults.append(f"{name} header is empty")
            seen.add(name)
            if name == "encoding":
                encoding = value
        elif name in _ORDERED:
            faults.append(f"{name} header is repeated or out of place")
        elif name.startswith("gpgsig"):
            faults.append(f"no such header in a commit: {_quoted(line)}")
        else:
            names.append(name)
    return encoding, tuple(names)


def _in_encoding(ident: Ident | None, encoding: str) -> Ident | None:
    """The same ident, its bytes read as the `encoding` header says: git recodes the header with the message."""
    if ident is None:
        return None
    name, email = (decode(part.encode("utf-8", "surrogateescape"), encoding)[0] for part in (ident.name, ident.email))
    return Ident(name=name, email=email, time=ident.time, offset=ident.offset)


def _signature_start(body: bytes) -> int:
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
