"""The grammar of Conventional Commits 1.0.0 (https://www.conventionalcommits.org/en/v1.0.0/), read by hand in one pass.

Numbers in brackets are the items of its specification. Where it is silent, the grammar in its own parser decides
(https://github.com/conventional-commits/parser): a type is anything but white space, parentheses, `:` and `!`; a scope
anything but parentheses.
"""

from __future__ import annotations

from functools import lru_cache

from gitward.record import maker, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOTES = ("BREAKING CHANGE", "BREAKING-CHANGE")


@record
class Header:
    """`type(scope)!: description`. `scope` is '' where there is none; `at` is the index of the description."""

    type: str
    scope: str
    breaking: bool
    description: str
    at: int


@record
class Fault:
    """Why a subject is no header: `at` is the index of the character that is wrong."""

    message: str
    at: int


_new_header = maker(Header)
_MEMO = 200  # characters; a few longer subjects must not fill the memory


def header(subject: str) -> Header | Fault:
    """Take a subject apart [1, 4, 5, 13]. Several rules ask this of one commit: short subjects are remembered."""
    return _remembered(subject) if len(subject) <= _MEMO else _taken_apart(subject)


def _taken_apart(subject: str) -> Header | Fault:
    kind = _type(subject)
    at = len(kind)
    if not kind:
        return Fault(message="no type at the start of the subject", at=0)
    scope = ""
    if subject.startswith("(", at):
        end = subject.find(")", at)
        scope = subject[at + 1 : end]
        if end < 0 or "(" in scope:
            return Fault(message="the scope has no closing parenthesis", at=at)
        if not scope or scope.isspace():
            return Fault(message="the scope is empty", at=at)
        at = end + 1
    breaking = subject.startswith("!", at)
    at += breaking
    if not subject.startswith(":", at):
        return Fault(message=_no_colon(subject, at), at=at)
    description = subject[at + 2 :]
    if not subject[at + 1 :].strip():
        return Fault(message="no description after the colon", at=at + 1)
    if subject[at + 1] != " " or description[0].isspace():
        return Fault(message="not exactly one space after the colon", at=at + 1)
    return _new_header(type=kind, scope=scope, breaking=breaking, description=description, at=at + 2)


_remembered = lru_cache(maxsize=256)(_taken_apart)


def _type(subject: str) -> str:
    """What stands before the first white space, parenthesis, `:` or `!`."""
    word = "" if subject[:1].isspace() else subject.partition(" ")[0]
    for mark in "():!":
        word = word.partition(mark)[0]
    return word.split(None, 1)[0] if word else ""


def _no_colon(subject: str, at: int) -> str:
    """What is wrong where a colon should stand."""
    before, rest = subject[:at], subject[at:].lstrip()
    if rest.startswith("(") and before.endswith((")", "!")):
        return "a scope stands once, right after the type and before the !"
    if subject[at : at + 1].isspace() and rest.startswith((":", "(", "!")):
        return "white space before the colon"
    return "no colon after the type"


def notes(lines: Sequence[str]) -> Iterator[tuple[int, str | None]]:
    """Every breaking-change note: (index of its line, its text) [12, 16].

    A note is upper case, at the start of a line, and followed by a colon; squash merges make a list of them, so one may
    follow `* ` or `- `. The text is '' where there is none, None where the space after the colon is missing.
    """
    for index, line in enumerate(lines):
        start = line
        if line.lstrip(" ").startswith(("* ", "- ")):
            start = line.lstrip(" ")[2:].lstrip(" ")
        if not start.startswith(NOTES) or not start.startswith(":", len(NOTES[0])):
            continue
        value = start[len(NOTES[0]) + 1 :]
        if value and value[0] != " ":
            yield index, None
        else:
            below = lines[index + 1] if index + 1 < len(lines) else ""
            yield index, value.strip() or below.strip()
