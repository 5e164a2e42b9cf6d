"""Lists of patterns as OpenSSH reads them (ssh_config(5), PATTERNS): `*`, `?`, and `!` for what is taken out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def matches_list(text: str, patterns: Iterable[str]) -> bool:
    """Whether one of `patterns` matches, and none with a `!` does: a negation alone never matches. Case counts."""
    found = False
    for pattern in patterns:
        if pattern.startswith("!"):
            if matches(text, pattern[1:]):
                return False
        elif matches(text, pattern):
            found = True
    return found


def matches(text: str, pattern: str) -> bool:
    """Whether `pattern` matches the whole `text`. At worst the product of both lengths, whatever the stars."""
    at = seen = 0
    star = kept = -1  # the last star, and from where what follows it is tried
    while at < len(text):
        if seen < len(pattern) and pattern[seen] == "*":
            star, kept = seen, at
            seen += 1
        elif seen < len(pattern) and pattern[seen] in ("?", text[at]):
            at += 1
            seen += 1
        elif star >= 0:
            kept += 1
            at, seen = kept, star + 1
        else:
            return False
    return pattern[seen:].strip("*") == ""
