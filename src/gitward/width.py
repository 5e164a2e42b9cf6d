"""How many columns a line takes on a terminal with a fixed-width font.

No library on purpose: wcwidth costs two bare interpreter starts to import (32 ms against 0.2 ms for `unicodedata`), and
reads the environment to guess the terminal, which a rule must not do. The tests compare the two, and name where they
differ. The tables are the interpreter's own. Characters that they do not know yet go by the block they stand in, so that
new emoji and ideographs have the same width for an old interpreter and a new one (between 3.11 and 3.13 only 42 combining
marks of historic scripts differ).
"""

from __future__ import annotations

from functools import lru_cache

_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_LEANING = frozenset((_JOINER, _EMOJI_STYLE, *map(chr, _SKIN_TONES)))
# text that turns into an emoji when U+FE0F follows, besides the symbols
_EMOJI_TEXT = frozenset("0123456789#*©®‼⁉™ℹ")
# Hangul vowels and finals are drawn inside the syllable that their initial consonant began
_JOINED_JAMO = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))
# where what Unicode has not assigned yet will be wide: strokes of ideographs, kana, pictographs, ideographs
_WIDE_BLOCKS = (
    range(0x2FF0, 0x3000), range(0x31E0, 0x31F0), range(0x1B000, 0x1B300), range(0x1F300, 0x1F700),
    range(0x1F7E0, 0x1F800), range(0x1FA70, 0x1FB00), range(0x20000, 0x3FFFE),
)  # fmt: skip
# format characters that are drawn: the soft hyphen, and the number signs that some scripts write over digits
_DRAWN_FORMAT = frozenset("\u00ad\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")


def columns(text: str) -> int:
    """Display columns of one line: East Asian wide characters two, combining marks none, an emoji cluster two.

    Ambiguous characters and spacing marks count as one; so do a tab, a control character and a byte that was no text.
    """
    if text.isascii() or max(text) < "\u0300":
        return len(text)
    if _LEANING.isdisjoint(text):
        return sum(map(_alone, text))
    total = width = 0
    emoji = joined = False  # of the character that the next one may lean on
    for character in text:
        if emoji and (character == _EMOJI_STYLE or ord(character) in _SKIN_TONES):
            total += 2 - width
            width = 2
        elif joined and _is_symbol(character):
            joined = False
        elif one := _alone(character):
            total += one
            width, joined = one, False
            emoji = character in _EMOJI_TEXT or _is_symbol(character)
        else:
            joined = emoji and character == _JOINER
    return total


@lru_cache(maxsize=4096)
def _alone(character: str) -> int:
    """The columns of a character that leans on nothing."""
    import unicodedata  # most messages need no tables

    if character < "\u0300":
        return 1
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 1 if character in _DRAWN_FORMAT else 0
    if category == "Cn":
        return 2 if any(ord(character) in block for block in _WIDE_BLOCKS) else 1
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if any(ord(character) in jamo for jamo in _JOINED_JAMO) else 1


def _is_symbol(character: str) -> bool:
    """Whether a character can be an emoji, or a part of one that zero-width joiners hold together."""
    return "\u2190" <= character <= "\u2bff" or "\U0001f000" <= character <= "\U0001faff"


def fitting(text: str, limit: int) -> int:
    """How many characters of a line fit into `limit` columns; `len(text)` where all do."""
    if text.isascii():
        return min(limit, len(text))
    fits, beyond = 0, limit + 1
    while beyond <= len(text) and columns(text[:beyond]) <= limit:
        fits, beyond = beyond, beyond * 2
    beyond = min(beyond, len(text) + 1)
    while beyond - fits > 1:
        middle = (fits + beyond) // 2
        fits, beyond = (middle, beyond) if columns(text[:middle]) <= limit else (fits, middle)
    return fits
