"""Tokens of providers and passwords in URLs, in bytes.

One search on RE2 finds the few places where a token may begin; the shape is tried only there.
"""

from __future__ import annotations

import re
from hashlib import sha256

import re2

from gitward.record import maker, record
from gitward.secretshapes.doubt import has_checksum, is_mixed, is_random, names_a_user, opens_a_host
from gitward.secretshapes.table import OTHERS, PREFIXED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FINGERPRINT = 12  # hex digits
_CHECKS = {"aws-secret-key": is_mixed, "discord-token": names_a_user, "url-password": opens_a_host}
# what a token begins after: nothing, no letter or digit, or the escape of a character in a string or a URL
_LEFT = r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt])|(?<=%[0-9A-F]{2}))"
_PREFIXES = {prefix.encode(): row for row, (_, found, _) in enumerate(PREFIXED) for prefix in found.split()}


@record
class Secret:
    """A secret in `data[start:end]`, and the fingerprint by which it can be told from others without being shown."""

    kind: str
    start: int
    end: int
    fingerprint: str


_secret = maker(Secret)
_search: list[Any] = []  # memos of pure functions
_searches: list[re.Pattern[bytes]] = []
_shapes: dict[int, re.Pattern[bytes]] = {}


def fingerprint(secret: bytes) -> str:
    """The first twelve hex digits of a secret's SHA-256.

    Not keyed, so whoever has a token can look for it. What it stands for cannot be guessed: a token is 80 random bits at
    least. A password is not, so of a URL the password is left out first (`public_part`).
    """
    return sha256(secret).hexdigest()[:FINGERPRINT]


def public_part(url: bytes) -> bytes:
    """`://USER@HOST` of a URL with a password."""
    account, _, host = url.rpartition(b"@")
    return account[: account.index(b":", len(b"://"))] + b"@" + host


def tokens(data: bytes) -> Iterator[Secret]:
    """The tokens and the passwords in some bytes, in the order of their places."""
    at = end = 0
    search = _anchors().search
    while found := search(data, at):
        start = found.start()
        secret = _at(data, _row(found[0]), start, end)
        if secret:
            at = end = secret.end
            yield secret
        else:
            at = start + 1  # what was found may hold the beginning of another: a token as the password of a URL


def _anchors() -> Any:
    """The search for what a shape cannot be without. It has no groups: with one for each row it is a hundred times slower."""
    if not _search:
        options = re2.Options()
        options.encoding, options.log_errors, options.max_mem = re2.Options.Encoding.LATIN1, False, 64 << 20
        sources = [re.escape(prefix) for _, prefixes, _ in PREFIXED for prefix in prefixes.split()]
        _search.append(re2.compile("|".join([*sources, *(row[1] for row in OTHERS)]).encode(), options))
    return _search[0]


def _row(found: bytes) -> int:
    """Which row of the tables has this for its prefix, or else by its search."""
    row = _PREFIXES.get(found)
    if row is None:
        if not _searches:
            _searches.extend(re.compile(row[1].encode()) for row in OTHERS)
        row = len(PREFIXED) + next(number for number, search in enumerate(_searches) if search.fullmatch(found))
    return row


def _shape(row: int) -> re.Pattern[bytes]:
    if row not in _shapes:
        if row < len(PREFIXED):
            _, prefixes, rest = PREFIXED[row]
            whole = f"(?:{'|'.join(map(re.escape, prefixes.split()))})(?P<body>{rest})"
        else:
            whole = OTHERS[row - len(PREFIXED)][3]
        right = "(?![0-9A-Za-z_-])" if whole.rstrip("0123456789,}{)").endswith("-]") else "(?![0-9A-Za-z])"
        shape = re.compile(f"{whole}{right}".encode())
        _shapes[row] = shape if _is_part(shape) else re.compile(_LEFT.encode() + shape.pattern)
    return _shapes[row]


def _is_part(shape: re.Pattern[bytes]) -> bool:
    """Whether the secret is only a part of what is matched: then it does not matter what stands before."""
    return shape.groups > 0 and not shape.groupindex


def _at(data: bytes, row: int, at: int, end: int) -> Secret | None:
    """The secret whose anchor is found at a place; None where it is no whole token, or none that can be real."""
    shape = _shape(row)
    before: tuple[int, ...] = (0,)
    if row < len(PREFIXED):
        kind = PREFIXED[row][0]
    else:
        kind, _, before, _ = OTHERS[row - len(PREFIXED)]
    starts = (at - distance for distance in before if at - distance >= end)
    found = next((match for start in starts if (match := shape.match(data, start))), None)
    if not found or not _is_real(kind, found):
        return None
    part = 1 if _is_part(shape) else 0
    secret, start = found[part], found.start(part)
    told = public_part(secret) if kind == "url-password" else secret
    return _secret(kind=kind, start=start, end=found.end(), fingerprint=fingerprint(told))


def _is_real(kind: str, found: re.Match[bytes]) -> bool:
    if kind == "github-token" and len(found[0]) == 40:
        return has_checksum(found[0])
    secret = found[1] if found.lastindex else found[0]
    if kind == "url-password":
        return opens_a_host(secret) and not _anchors().search(secret, len(b"://"))
    check = _CHECKS.get(kind)
    return is_random(secret) and (check is None or check(secret))
