"""Distinguished names, so that a member of a group is found among the people. Source: RFC 4514; RFC 4518 for what is equal.

Two spellings of one name have the same form here: case, blanks around parts and the way of escaping make no difference. Where two
entries have one form all the same, the directory compares some part exactly, and then it cannot be told who is meant.
"""

from __future__ import annotations

import unicodedata

_SPECIAL = set(' "#+,;<=>\\')
_HEX = set("0123456789abcdefABCDEF")
LONGEST = 8_192  # characters


def normal(name: str) -> tuple[tuple[tuple[str, str], ...], ...] | None:
    """The parts of a name, each of pairs of attribute and value; None for what is no distinguished name."""
    if not name or len(name) > LONGEST:
        return None
    parts, pairs = [], []
    for text, end in _cut(name):
        pair = _pair(text)
        if pair is None:
            return None
        pairs.append(pair)
        if end != "+":
            parts.append(tuple(sorted(pairs)))
            pairs = []
    return tuple(parts) if not pairs else None


def _cut(name: str) -> list[tuple[str, str]]:
    """The text between separators that are not escaped, each with the separator after it, '' after the last."""
    found, start, place = [], 0, 0
    while place < len(name):
        if name[place] == "\\":
            place += 1
        elif name[place] in ",;+":
            found.append((name[start:place], name[place]))
            start = place + 1
        place += 1
    return [*found, (name[start:], "")]


def _pair(text: str) -> tuple[str, str] | None:
    attribute, separator, value = text.partition("=")
    attribute = attribute.strip(" ").lower()
    if not separator or not attribute.isascii() or not attribute.replace("-", "").replace(".", "").isalnum():
        return None
    value = value.lstrip(" ")
    if value.startswith("#"):  # BER in hex: equal where it is the same
        return attribute, value.rstrip(" ").lower()
    plain = _plain(value)
    return None if plain is None else (attribute, " ".join(unicodedata.normalize("NFKC", plain).casefold().split()))


def _plain(value: str) -> str | None:
    """A value without its escapes, and without blanks at its end that are not escaped."""
    found = bytearray()
    keep = place = 0
    while place < len(value):
        if value[place] == "\\":
            following = value[place + 1 : place + 3]
            if len(following) == 2 and _HEX.issuperset(following):
                found.append(int(following, 16))
                place += 3
            elif following and following[0] in _SPECIAL:
                found += following[0].encode()
                place += 2
            else:
                return None
            keep = len(found)
        else:
            found += value[place].encode("utf-8", "surrogatepass")
            keep = keep if value[place] == " " else len(found)
            place += 1
    try:
        return found[:keep].decode()
    except UnicodeDecodeError:
        return None
