r"""`message-encoding`: the message is UTF-8, or what its header says, and every character in it can be seen.

## What it checks

The whole message. Refused are bytes that are not text in the commit's encoding (UTF-8 without an `encoding` header), an
`encoding` header that names none, and these kinds of characters:

| kind | characters |
|---|---|
| `nul` | U+0000 |
| `control` | the other control characters but line feed and tab, and the separators U+2028 and U+2029 |
| `cr` | a carriage return that no line feed follows |
| `bidi` | what changes the direction of text: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069 |
| `zero-width` | what takes no room and joins nothing: U+200B, U+2060, the soft hyphen and their like |
| `bom` | U+FEFF |
| `tag` | U+E0000 to U+E007F |

A joiner is text where it belongs: U+200D between the parts of an emoji, U+200C and U+200D after a letter of Arabic,
Indic and the other scripts that join, U+200B between Thai, Lao, Khmer and Myanmar letters. So are the tags in the flags
of England, Scotland and Wales. CRLF line ends are read as LF. There is one violation for each kind, at its first place.

- `allow`: kinds that are let through. Bytes that are no text are never let through.

## Why

What a reviewer cannot see, a reviewer cannot review: a bidi override shows other words than the bytes say, a zero-width
space hides a name from search, an escape sequence rewrites a terminal. Text that is not UTF-8 reads differently in each
tool.

In the examples `\u202e` stands for that character.

## Rejected

```text
fix: a form feed in the\fmiddle
```

```text
fix: allow \u202ekcatta\u202c of others
```

```text
fix: hide\u200b a word
```

## Accepted

```text
fix: naïve café, 日本語 and 👩\u200d💻 are text
```

```text
fix: می\u200cخواهم keeps its joiner
```

```text allow=bidi,zero-width
fix: allow \u202ekcatta\u202c of\u200b others
```

## Limits

Look-alike letters of other scripts are not judged, nor are blanks of other widths, private-use characters and
characters that Unicode has not assigned. A NUL byte makes the commit malformed as well, and that cannot be allowed.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gitward.model import Commit


def _characters(*spans: tuple[int, int] | int) -> list[str]:
    ends = [span if isinstance(span, tuple) else (span, span) for span in spans]
    return [chr(code) for first, last in ends for code in range(first, last + 1)]


_KINDS = {
    **dict.fromkeys(_characters((0x01, 0x08), 0x0B, 0x0C, (0x0E, 0x1F), (0x7F, 0x9F), 0x2028, 0x2029), "control"),
    **dict.fromkeys(_characters(0x61C, 0x200E, 0x200F, (0x202A, 0x202E), (0x2066, 0x2069)), "bidi"),
    **dict.fromkeys(
        _characters(0xAD, 0x180E, (0x200B, 0x200D), (0x2060, 0x2064), (0x206A, 0x206F), (0xFFF9, 0xFFFB)), "zero-width"
    ),
    **dict.fromkeys(_characters((0xE0000, 0xE007F)), "tag"),
    "\0": "nul",
    "\r": "cr",
    "\ufeff": "bom",
}
_VISIBLE = bytes((*range(0x20, 0x7F), 0x0A, 0x09))  # and here everything else in ASCII is some kind, or half of CRLF
_NAMES = {
    "nul": "NUL character",
    "control": "control character",
    "cr": "carriage return without a line feed",
    "bidi": "character that changes the direction of text",
    "zero-width": "zero-width character",
    "bom": "byte order mark",
    "tag": "invisible tag character",
}
# scripts whose letters join or stack, and those that are written without blanks between words
_JOINING = ((0x0600, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF), (0xA800, 0xABFF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))
_EMOJI = ((0x2190, 0x2BFF), (0x1F000, 0x1FAFF), (0xFE0F, 0xFE0F))
_FLAG, _FLAG_END, _FLAG_MAX = "\U0001f3f4", "\U000e007f", 8


@record
class MessageEncoding:
    allow: tuple[Literal["nul", "control", "cr", "bidi", "zero-width", "bom", "tag"], ...] = ()

    name = "message-encoding"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        text = message.text
        if message.problem:
            line, column = _place(text, _first_undecoded(text))
            yield Violation(message=message.problem, fix="write it in UTF-8: git commit --amend", line=line, column=column)
        # one pass in C for almost every message: `isprintable` refuses every kind above, and knows no line feed or tab
        if text.isascii() and not message.raw.translate(None, _VISIBLE):
            return
        if text.replace("\n", "").replace("\t", "").isprintable():
            return
        for kind, (at, count) in _found(text).items():
            if kind not in self.allow:
                line, column = _place(text, at)
                yield Violation(
                    message=f"{_NAMES[kind]} U+{ord(text[at]):04X}" + (f", {count} such in all" if count > 1 else ""),
                    fix="take it out of the message",
                    line=line,
                    column=column,
                )


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _first_undecoded(text: str) -> int:
    return next((at for at, character in enumerate(text) if "\udc80" <= character <= "\udcff"), 0)


def _found(text: str) -> dict[str, tuple[int, int]]:
    """The first place and the count of each kind, in the order of the places."""
    found: dict[str, tuple[int, int]] = {}
    flag_end = 0
    for at, character in enumerate(text):
        kind = _KINDS.get(character)
        if kind is None:
            if character == _FLAG:
                flag_end = _end_of_flag(text, at)
        elif not (kind == "zero-width" and _joins(text, at)) and not (kind == "tag" and at < flag_end):
            first, count = found.get(kind, (at, 0))
            found[kind] = first, count + 1
    return found


def _among(character: str, spans: tuple[tuple[int, int], ...]) -> bool:
    return any(start <= ord(character) <= end for start, end in spans) if character else False


def _joins(text: str, at: int) -> bool:
    """Whether a zero-width character stands where a script or an emoji needs it."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if text[at] == "\u200b":
        return _among(before, _UNSPACED) and _among(after, _UNSPACED)
    if text[at] == "\u200d" and _among(before, _EMOJI) and _among(after, _EMOJI):
        return True
    return text[at] in "\u200c\u200d" and _among(before, _JOINING)


def _end_of_flag(text: str, at: int) -> int:
    """Where the flag of a region ends: a black flag, up to six tags, and the one that ends them; `at` if it is none."""
    end = text.find(_FLAG_END, at, at + _FLAG_MAX)
    is_flag = end > 0 and all(_KINDS.get(tag) == "tag" for tag in text[at + 1 : end])
    return end + 1 if is_flag else at
