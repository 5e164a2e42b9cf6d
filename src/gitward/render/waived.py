"""What waivers let go, in words: raw text, whoever shows it escapes it."""

from __future__ import annotations

from gitward.render.counts import number
from gitward.render.place import QUOTED, SHORT, place, subject_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Decision, Result, Waived, WaiverUsed
    from gitward.render.text import Line

NAMED = 10  # groups, subjects and waivers that are named; the rest is counted
STATEMENT = 12  # digits of a statement's id


def lines(result: Result, room: int = QUOTED) -> Iterator[Line]:
    """A block for each group of subjects that the same waivers let go: the first, the others, and by whom."""
    for waived in result.let_go[:NAMED]:
        yield label(waived), f"[{result.entry}] {_what(waived, room)}"
        yield from _also(waived)
        yield from (("", f"  by {_who(waiver)}") for waiver in waived.waivers[:NAMED])
        if (rest := len(waived.waivers) - NAMED) > 0:
            yield "", f"  and by {rest} more"
    if (rest := sum(waived.subjects for waived in result.let_go[NAMED:])) > 0:
        yield "waived", f"[{result.entry}] {rest} more"


def _also(waived: Waived) -> Iterator[Line]:
    """The other subjects by name, as far as their violations were kept."""
    others = [*dict.fromkeys(subject_of(violation) for violation in waived.violations)][1:]
    named = [oid[:SHORT] or ref or "push" for oid, ref in others[:NAMED]]
    more = waived.subjects - 1 - len(named) if waived.violations else 0
    if named or more > 0:
        words = [f"also {' '.join(named)}"] if named else []
        yield "", f"  {', '.join([*words, f'and {more} more'] if more > 0 else words)}"


def label(waived: Waived) -> str:
    return "break-glass" if any(waiver.is_break_glass for waiver in waived.waivers) else "waived"


def _what(waived: Waived, room: int) -> str:
    if not waived.violations:
        return number(waived.subjects, "subject")
    first = waived.violations[0]
    return f"{place(first, room)}: {first.message}"


def by_whom(waiver: WaiverUsed) -> str:
    """`waived by carol until 2026-01-31T12:00:00Z, INC-1: the tracker is down (statement 0123456789ab)`."""
    return f"{'glass broken' if waiver.is_break_glass else 'waived'} by {_who(waiver)}"


def _who(waiver: WaiverUsed) -> str:
    from gitward.days import moment  # here, for a hook that has nothing to say of waivers starts without

    ticket = f", {waiver.ticket}" if waiver.ticket else ""
    why = f"{waiver.reason or 'no reason given'} (statement {waiver.statement[:STATEMENT]})"
    return f"{', '.join(waiver.by)} until {moment(waiver.until)}{ticket}: {why}"


def justification(waived: Waived) -> str:
    """By whom, for a format that has one line for it."""
    return "; ".join(by_whom(waiver) for waiver in waived.waivers[:NAMED])


def alarm(decision: Decision) -> Iterator[Line]:
    """What stands first, and cannot be overlooked, where glass was broken."""
    for waiver in decision.broken_glass[:NAMED]:
        yield "BREAK-GLASS", f": {by_whom(waiver)}"
        yield "", "  turn: somebody else than who broke the glass, and than who pushed under it"
        yield "", f"  fix: look at what came in, then gitward waive --close {waiver.statement} --reason TEXT"
