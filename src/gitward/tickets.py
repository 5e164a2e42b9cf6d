"""Tickets in a text: whole words that match a pattern, outside addresses, and none that only look like one."""

from __future__ import annotations

from functools import lru_cache

from gitward.errors import UsageError
from gitward.patterns import compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

KEYS = "[A-Z][A-Z0-9_]+-[1-9][0-9]*"
# what may stand before and after a whole word; `-`, `.` and `@` only when no word or number goes on behind them. ASCII
# alone: with every letter of Unicode the program would be a hundred times as large; `_joins_letter` looks at the others
_WHOLE = r"(?:^|[^\w&-])-*({})(?:[^\w.@-]|[.@-](?:\W|$)|-[A-Za-z]|$)"
_DENIED = frozenset((
    "UTF", "UCS", "SHA", "ISO", "IEC", "IEEE", "RFC", "BCP", "CVE", "CWE", "GHSA", "ECMA", "ANSI", "NIST", "FIPS",
    "PKCS", "KOI", "CP", "TLS", "SSL", "IPV", "PEP", "JSR", "JEP", "UTC", "GMT", "COVID", "GPL", "LGPL", "AGPL", "BSD",
    "MPL", "EPL", "ISO8859", "X86", "AES", "DES",
    "HMAC", "CRC", "MD", "BASE-16", "BASE-32", "BASE-58", "BASE-64", "BASE-85", "AMD-64", "ARM-32", "ARM-64", "X-509",
    "RSA-1024", "RSA-2048", "RSA-3072", "RSA-4096", "ED-448", "ED-25519", "GB-2312", "GB-18030", "LATIN-1",
    "WINDOWS-1252",
))  # fmt: skip
_LOOK_BACK = 2_000  # bytes of a word that are looked at for a URL; keeps the time linear
_MAX_WORDS = 10_000  # candidates in one text that are looked at before it counts as holding no more


def find(text: str, pattern: str, allow: tuple[str, ...] = ()) -> Iterator[str]:
    """The tickets that a text names, in order: whole words that match an RE2 pattern and are no other well-known name.

    `allow` are words before the number that count although they are on that list.
    """
    if pattern == KEYS and "-" not in text:
        return  # most texts are done with at once
    data = text.encode("utf-8", "replace")  # positions in bytes: each search starts where the last one ended
    program = _whole(pattern)
    match = program.search(data)
    looked = 0
    while match is not None and looked < _MAX_WORDS:
        start, end = match.span(1)
        word = data[start:end].decode("utf-8", "replace")
        if word and not (_is_denied(word, allow) or _in_address(data, start) or _joins_letter(data, start, end)):
            yield word
        looked += 1
        at = max(end, start + 1)
        match = program.search(data, at) if at <= len(data) else None


def _is_denied(word: str, allow: tuple[str, ...]) -> bool:
    name = word.upper()
    head = name.partition("-")[0]
    if head == name:
        head = head.rstrip("0123456789")
    if head not in _DENIED and name not in _DENIED:
        return False
    return not any(allowed.upper() in (head, name) for allowed in allow)


@lru_cache(maxsize=64)
def _whole(pattern: str) -> Any:
    r"""The program that finds whole words; a pattern may leave a `\Q` open, which would quote our own part too."""
    try:
        return compiled(_WHOLE.format(pattern))
    except UsageError:
        return compiled(_WHOLE.format(pattern + r"\E"))


def _joins_letter(data: bytes, start: int, end: int) -> bool:
    """Whether a letter or digit that is not ASCII stands right before or after a word."""
    around = data[max(0, start - 4) : start], data[end : end + 4]
    if around[0].isascii() and around[1].isascii():
        return False
    before, after = (part.decode("utf-8", "ignore") for part in around)
    return before[-1:].isalnum() or after[:1].isalnum()


def _in_address(data: bytes, start: int) -> bool:
    """Whether what stands before a word, back to white space, makes it a part of a URL or a fragment."""
    if not start or data[start - 1] in b" \n":
        return False
    before = data[max(0, start - _LOOK_BACK) : start]
    for stop in b" \t\n<>\"')]":
        before = before[before.rfind(stop) + 1 :]
    site = before.lstrip(b"([{*_`").partition(b"/")
    if b"://" in before or b"www." in before or (site[1] and b"." in site[0].strip(b".")):
        return True
    return before.endswith(b"#") and len(before) > 1 and (before[-2:-1].isalnum() or before[-2:-1] in b"/_-")
