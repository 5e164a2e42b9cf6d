"""One step after the other, each judged before it is kept: a message to the best that can safely be made of it.

A step is kept when the entry that asked for it finds less than before, and no entry finds more. The engine says so, the
same that judges the commit, and not the code that made the step. So a fix never brings a violation with it, and a
second fix of the same message finds nothing to do.
"""

from __future__ import annotations

from itertools import chain

from gitward.engine import entries_of
from gitward.fixing import body, subject
from gitward.message import BLANK, MARKS, parse
from gitward.record import record
from gitward.reverts import is_revert

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from gitward.model import Decision, Message, Policy, Violation

    Judge = Callable[[Message], Decision]
    Pieces = Sequence[tuple[str, ...]]
    # (rule, message, what the rule found) -> for each line of the message what shall stand for it; None: nothing to do
    Mender = Callable[[Any, Message, tuple[Violation, ...]], Pieces | None]

MAX_BYTES = 1 << 16  # of a message that somebody typed; a longer one is left alone
TIDY = "white space at the ends of lines, and blank lines around the message, taken away"
MENDERS: dict[str, tuple[tuple[Mender, str], ...]] = {
    "message-encoding": ((subject.without_unseen, "invisible characters at the start taken away"),),
    "subject-style": (
        (subject.single_blanks, "single blanks between the words of the subject"),
        (subject.without_full_stop, "punctuation taken off the end of the subject"),
        (subject.other_case, "the other case for the first letter of the subject"),
        (subject.blank_line_below, "a blank line below the subject"),
    ),
    "conventional-commit": (
        (subject.single_blanks, "single blanks between the words of the subject"),
        (subject.listed_type, "the type written as the policy lists it"),
        (subject.blank_line_below, "a blank line below the subject"),
    ),
    "body-line-length": ((body.wrapped, "long lines of prose broken at blanks"),),
    "signed-off-by": ((body.signed_once, "the second of two equal sign-offs taken away"),),
}


@record
class Fix:
    """A message put right. `done` says what was done, in order, as (entry, words); the entry is '' where none asked.

    `pieces` has, for each line of the message as it was, the lines that stand in its place now. `decision` is what the
    policy says of the new message.
    """

    message: Message
    done: tuple[tuple[str, str], ...]
    pieces: tuple[tuple[str, ...], ...]
    decision: Decision


def propose(policies: tuple[Policy, ...], message: Message, judge: Judge) -> Fix | None:
    """What can safely be put right in a message; None where that is nothing.

    `judge` decides about a message as it is decided about the commit. A message that git or another program refers to
    by its text (`fixup! ...`, `Revert "..."`), one that is not UTF-8, and one over 64 KiB are left alone.
    """
    if not _is_open_to_change(message):
        return None
    before = judge(message)
    if before.failure:
        return None
    fix = Fix(message=message, done=(), pieces=tuple((line,) for line in message.lines), decision=before)
    tidy = _changed(fix, _tidy(message), "", TIDY, judge)
    if tidy is not None and not _is_worse(fix.decision, tidy.decision):
        fix = tidy
    while (step := _step(policies, fix, judge)) is not None:
        fix = step
    return fix if _found(fix.decision) < _found(before) else None


def _is_open_to_change(message: Message) -> bool:
    if len(message.raw) > MAX_BYTES or message.problem or "\0" in message.text or not message.subject:
        return False
    title = message.subject.lstrip(subject.UNSEEN + BLANK)
    if message.marks or title.startswith(MARKS) or is_revert(title):
        return False
    return message.raw.replace(b"\r\n", b"\n") == message.text.encode()  # UTF-8, or the same bytes in another encoding


def _step(policies: tuple[Policy, ...], fix: Fix, judge: Judge) -> Fix | None:
    """The first further step that helps an entry and harms none."""
    for at, ((_, entry), result) in enumerate(zip(entries_of(policies), fix.decision.results, strict=True)):
        for mender, words in MENDERS.get(result.rule, ()) if result.violations else ():
            pieces = mender(entry.rule, fix.message, result.violations)
            step = _changed(fix, pieces, entry.id, words, judge)
            if step is None or _is_worse(fix.decision, step.decision):
                continue
            if step.decision.results[at].violation_count < result.violation_count:
                return step
    return None


def _changed(fix: Fix, pieces: Pieces | None, entry: str, words: str, judge: Judge) -> Fix | None:
    if pieces is None or all(piece == (line,) for piece, line in zip(pieces, fix.message.lines, strict=True)):
        return None
    text = "".join(f"{line}\n" for line in chain.from_iterable(pieces))
    message = parse(text.encode())
    if message.lines != tuple(chain.from_iterable(pieces)) or not message.subject or message.marks:
        return None
    return Fix(
        message=message,
        done=(*fix.done, (entry, words)),
        pieces=tuple(_composed(fix.pieces, pieces)),
        decision=judge(message),
    )


def _composed(first: Pieces, then: Pieces) -> Iterator[tuple[str, ...]]:
    """Two changes as one: the lines that `first` made are those that `then` starts from."""
    rest = iter(then)
    for piece in first:
        yield tuple(chain.from_iterable(next(rest) for _ in piece))


def _tidy(message: Message) -> Pieces:
    """What git's own cleanup does at the ends of the lines and of the message."""
    lines = [line.rstrip(BLANK) for line in message.lines]
    last = max((index for index, line in enumerate(lines) if line), default=-1)
    return [(line,) if message.subject_index <= index <= last else () for index, line in enumerate(lines)]


def _is_worse(before: Decision, after: Decision) -> bool:
    """Whether an entry finds more, cannot decide what it could, or would find more on the target branch."""
    if after.failure or len(after.notices) > len(before.notices):
        return True
    return any(
        new.violation_count > old.violation_count or new.undecided > old.undecided
        for old, new in zip(before.results, after.results, strict=True)
    )


def _found(decision: Decision) -> int:
    return sum(result.violation_count for result in decision.results)
