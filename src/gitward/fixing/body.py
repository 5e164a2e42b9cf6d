"""What can be put right below the subject. Each function: (rule, message, violations) -> pieces, or None.

Only what is plainly prose is broken into lines, and no line is made to begin with anything that git, Markdown or a
parser of trailers would read as more than a word.
"""

from __future__ import annotations

import re
import unicodedata

from gitward.message import parse
from gitward.patterns import search
from gitward.width import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from gitward.model import Message, Violation

    Pieces = Sequence[tuple[str, ...]] | None
    Found = tuple[Violation, ...]

_MARKER = re.compile(r"(?:[-*+•–]|[0-9]{1,3}[.)]) ")  # of an item of a list, at the start of a line
_ITEM = re.compile(r"\w{1,3}[.)]")
_GAP = re.compile(r"(?<![.!?]) {2,}")  # columns, not the end of a sentence
_BLANKS = re.compile("( +)")
_OPENING = "\"'(“‘«`"
_AROUND = "\"'“”‘’«»().,;:!?…*"
_INSIDE = str.maketrans("", "", "-'’/")
_FENCES = ("```", "~~~")
_TELLING = ("BREAKING", "(cherry", "From", "diff", *_FENCES)  # a line that begins so is more than text
_SENTENCE_END = (".", "!", "?", ":", "…")


def signed_once(_rule: Any, message: Message, _found: Found) -> Pieces:
    """Without the sign-offs that stand there, letter by letter, further up."""
    lines = message.lines
    seen: set[str] = set()
    second: set[int] = set()
    for trailer in message.trailers:
        at = trailer.line - 1
        is_folded = lines[at + 1 : at + 2] and lines[at + 1][:1].isspace()
        if trailer.key.lower() != "signed-off-by" or is_folded:
            continue
        if lines[at] in seen:
            second.add(at)
        seen.add(lines[at])
    return [() if index in second else (line,) for index, line in enumerate(lines)]


def wrapped(rule: Any, message: Message, found: Found) -> Pieces:
    """Long lines of prose broken at blanks; what is left over goes on in the next line of the same paragraph."""
    lines, end = message.lines, message.trailer_index
    if any(sum(line.lstrip().startswith(fence) for line in lines) % 2 for fence in _FENCES):
        return None
    wide = {violation.line - 1 for violation in found if violation.line}
    pieces: list[tuple[str, ...]] = [(line,) for line in lines]
    for at in range(message.body_index, end):
        if at not in wide or not pieces[at] or not _is_prose(rule, _text(lines[at])):
            continue
        filled, rest = _filled(lines[at], rule.max)
        below = at + 1
        if _MARKER.match(lines[at]) or lines[at].endswith(_SENTENCE_END):
            filled, rest = [*filled, rest], ""
        while rest and below < end and _is_prose(rule, lines[below]) and _may_begin(*_two(lines[below])):
            more, over = _filled(f"{rest} {lines[below]}", rule.max)
            filled, rest = [*filled, *more], over
            pieces[below] = ()
            below += 1
            if not more:
                break
        pieces[at] = (*filled, rest) if rest else tuple(filled)
    changed = parse("".join(f"{line}\n" for piece in pieces for line in piece).encode())
    return pieces if _trailers(changed) == _trailers(message) else None


def _trailers(message: Message) -> list[tuple[str, str]]:
    return [(trailer.key, trailer.value) for trailer in message.trailers]


def _text(line: str) -> str:
    """The line without the marker of a list."""
    marker = _MARKER.match(line)
    return line[marker.end() :] if marker else line


def _is_prose(rule: Any, line: str) -> bool:
    """Whether a line is surely running text: three quarters of it plain words, and nothing that looks set out."""
    words = line.split(" ")
    first = words[0]
    if not first or not (first[0].isalnum() or first[0] in _OPENING) or first.startswith(_FENCES):
        return False
    if ":" in first or _ITEM.fullmatch(first) or _MARKER.match(line):
        return False
    if "\t" in line or "](" in line or " | " in line or _GAP.search(line):
        return False
    if rule.exempt_lines is not None and search(rule.exempt_lines, line):
        return False
    words = [word for word in words if word]
    return 4 * sum(map(_is_plain, words)) >= 3 * len(words)


def _is_plain(word: str) -> bool:
    bare = word.strip(_AROUND).translate(_INSIDE)
    return bool(bare) and all(mark.isalnum() or unicodedata.category(mark)[0] == "M" for mark in bare)


def _two(line: str) -> tuple[str, str]:
    first, second, *_ = [*line.split(" ", 2), ""]
    return first, second


def _may_begin(word: str, following: str) -> bool:
    """Whether a word at the start of a line is no more than a word: no list, quote, comment, trailer or note."""
    if not (word[:1].isalnum() or word[:1] in tuple(_OPENING)) or word.startswith(_TELLING) or _ITEM.fullmatch(word):
        return False
    if (word, following) == ("This", "reverts"):
        return False
    return (":" not in word or "://" in word) and not following.startswith(":")


def _filled(line: str, most: int) -> tuple[list[str], str]:
    """The line in lines of at most `most` columns, and what is left for a last one."""
    marker = _MARKER.match(line)
    indent = " " * marker.end() if marker else ""
    done: list[str] = []
    now, room = "", most
    for blanks, chunk in _chunks(line, marker.end() if marker else 0):
        width = columns(chunk)
        if now and len(blanks) + width > room:
            done.append(now)
            now, room = indent + chunk, most - len(indent) - width
        else:
            now, room = now + blanks + chunk, room - len(blanks) - width
    return done, now


def _chunks(line: str, start: int) -> list[tuple[str, str]]:
    """(blanks before it, text) of the parts between which a line may be broken; the first holds what is before `start`."""
    words = ["", *_BLANKS.split(line[start:])]
    chunks: list[tuple[str, list[str]]] = [("", [line[:start]])]
    in_code = True  # or at the first word: no break here
    for at in range(0, len(words), 2):
        blanks, word = words[at], words[at + 1]
        following = words[at + 3] if at + 3 < len(words) else ""
        if in_code or not _may_begin(word, following):
            chunks[-1][1].extend((blanks, word))
        else:
            chunks.append((blanks, [word]))
        in_code = (in_code and at > 0) ^ (word.count("`") % 2 == 1)
    return [(blanks, "".join(parts)) for blanks, parts in chunks]
