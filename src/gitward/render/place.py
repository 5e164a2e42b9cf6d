"""Where a violation is, in words. The words are raw text: whoever shows them escapes them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Violation

QUOTED = 72  # characters of a subject that are quoted
SHORT = 7  # digits of an oid


def subject_of(violation: Violation) -> tuple[str, str]:
    """What was judged: a commit, a ref, or, where both are empty, a draft or the push."""
    return (violation.commit, "") if violation.commit else ("", violation.ref or "")


def is_message(violation: Violation) -> bool:
    """Whether it was found in a draft or in the message of a squash merge: text without a commit."""
    return not violation.commit and bool(violation.subject or violation.line)


def place(violation: Violation, room: int = QUOTED) -> str:
    """Where a violation is, in words: commit and subject, or the message, the ref, the push; then line and path."""
    where = spot(violation)
    quoted = f'"{_shortened(violation.subject, room)}"'
    if violation.commit:  # the subject is quoted: that it is line 1 need not be said
        words = [f"{violation.commit[:SHORT]} {quoted}", "" if where == "line 1" else where]
    elif is_message(violation):
        words = [f"message {where or quoted}"]
    else:
        words = [violation.ref or "push", where]
    return ", ".join(word for word in words if word)


def spot(violation: Violation) -> str:
    """Line, column and path, as far as there are any."""
    words = [
        "" if violation.line is None else f"line {violation.line}",
        "" if violation.column is None else f"column {violation.column}",
        "" if violation.path is None else f'path "{violation.path}"',
    ]
    return ", ".join(word for word in words if word)


def _shortened(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 3]}..."
