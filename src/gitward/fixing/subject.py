"""What can be put right in and around the subject. Each function: (rule, message, violations) -> pieces, or None."""

from __future__ import annotations

import re

from gitward.conventional import Header, header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from gitward.model import Message, Violation

    Pieces = Sequence[tuple[str, ...]] | None
    Found = tuple[Violation, ...]

_BLANKS = re.compile("[ \t]+")
UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"  # byte order mark, zero-width space, joiners: at the start they join nothing
_FULL_STOPS = ".,:;…。，、：；．"  # what ends a sentence; a question mark or a bracket says something
# A first word that is one of these is no name and no command, whatever its case.
_NO_NAMES = (
    "a add adjust adopt align allow always an apply avoid be build bump call cap catch change check clarify clean close"
    " collect compare compute consider convert copy correct count create cut declare decode default define delay delete"
    " deprecate describe disable document do drop emit enable encode ensure escape expand explain export expose extend"
    " extract factor fill fix follow forbid force format free generate get give guard handle hide hold ignore implement"
    " import improve include increase initialize inline introduce invert keep let limit link list load lock log lower"
    " make map mark mention merge minor more move name never no normalize note only open optimize parse pass permit pin"
    " polish prefer prepare prevent print propagate protect provide quote raise read rebuild record reduce refactor"
    " refuse reject relax release remove rename reorder reorganize replace report request require reset resolve respect"
    " restore restrict retry return reuse revert revise rewrite rework say select send separate serve set share shorten"
    " show simplify skip sort specify speed split start state stop store strip support suppress switch sync take teach"
    " the track translate treat trim try turn tweak unify unlock update upgrade use validate verify wait warn when work"
    " wrap write"
)
_VERBS = frozenset(_NO_NAMES.split())


def _with_subject(message: Message, *lines: str) -> Pieces:
    at = message.subject_index
    return [lines if index == at else (line,) for index, line in enumerate(message.lines)]


def without_unseen(_rule: Any, message: Message, _found: Found) -> Pieces:
    """The subject without invisible characters before its first word; one without a word stays, or the next line were it."""
    bare = message.subject.lstrip(UNSEEN)
    return _with_subject(message, bare) if bare.strip() else None


def single_blanks(_rule: Any, message: Message, _found: Found) -> Pieces:
    """No white space around the subject, one blank between words; what stands in quotes keeps its own."""
    subject = message.subject.strip()
    quoted = any(mark in subject for mark in '`"')
    return _with_subject(message, subject if quoted else _BLANKS.sub(" ", subject))


def without_full_stop(rule: Any, message: Message, _found: Found) -> Pieces:
    """No stop at the end, unless it is a word of its own (`cd ..`) or the colon after a type without a description."""
    subject = message.subject.rstrip()
    if isinstance(header(f"{subject} x"), Header) and not isinstance(header(subject), Header):
        return None
    stops = "".join(mark for mark in _FULL_STOPS if mark in rule.trailing_punctuation)
    bare = subject.rstrip(stops)
    return _with_subject(message, bare) if bare and bare == bare.rstrip() else None


def other_case(rule: Any, message: Message, _found: Found) -> Pieces:
    """The first letter as `case` wants it, where the word is surely no name."""
    subject = message.subject
    at = 0
    while isinstance(found := header(subject[at : at + 200]), Header):
        at += found.at
    word = subject[at:].partition(" ")[0]
    if word.lower() not in _VERBS or rule.case == "any":
        return None
    other = word.lower() if rule.case == "lower" else word.title()
    return _with_subject(message, subject[:at] + other + subject[at + len(word) :])


def blank_line_below(_rule: Any, message: Message, _found: Found) -> Pieces:
    """A blank line between the subject and the text right below it."""
    below = message.subject_index + 1
    if below == message.body_index < len(message.lines):
        return _with_subject(message, message.lines[message.subject_index], "")
    return None


def listed_type(rule: Any, message: Message, _found: Found) -> Pieces:
    """The type of a Conventional Commit in the case in which the policy lists it."""
    found = header(message.subject)
    if not isinstance(found, Header) or found.type in rule.types or not found.type.isascii():
        return None
    listed = [name for name in rule.types if name.lower() == found.type.lower()]
    return _with_subject(message, listed[0] + message.subject[len(found.type) :]) if len(listed) == 1 else None
