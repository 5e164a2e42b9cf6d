"""Text from outside, made visible. What a commit, a ref or a path holds may hide, reorder, colour or command.

`visible` is for people and for formats that people read, `well_formed` for machines that take any Unicode text.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Characters that draw nothing though `str.isprintable` takes them: Unicode's Default_Ignorable_Code_Point that are
# letters or marks (fillers, joiners, variation selectors), and the blank Braille cell.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def visible(text: str) -> str:
    """The text with every character that is not seen as itself written as an escape; linear, and idempotent.

    Escaped are controls (`\\x1b`, `\\n`, `\\u0085`), bytes that were no UTF-8 (`\\x80`, from surrogateescape), bidi and
    zero-width characters, tags, variation selectors, line and paragraph separators, spaces other than U+0020,
    surrogates, private and unassigned code points. `##` becomes `#\\x23`: CI systems take commands such as
    `##[add-mask]` and `##vso[task.setvariable]` from anywhere in a line of their log. A backslash stays as it is.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            character if character.isprintable() and character not in _BLANK else _escaped(character)
            for character in text
        )
    return text.replace("##", "#\\x23") if "##" in text else text


def well_formed(text: str) -> str:
    """The text as valid Unicode: a byte that was no UTF-8 is written `\\x80`, another lone surrogate `\\ud800`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_escaped(character) if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def all_well_formed(value: Any) -> Any:
    """A value of JSON with every string in it, and every name, valid Unicode."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {well_formed(name): all_well_formed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [all_well_formed(each) for each in value]
    return value


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x80:
        return _SHORT.get(character) or f"\\x{number:02x}"
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
