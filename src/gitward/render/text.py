"""The report for people: one block per entry, then one line with the decision.

Lines are put together from raw text and escaped whole, at the end: a newline in a commit cannot begin a line of ours.
Each line begins with a word of ours: a CI system that reads its log for commands (`::error`) finds none.
"""

from __future__ import annotations

from gitward.model import BUILT_IN
from gitward.render import waived
from gitward.render.counts import counts, undecided
from gitward.render.escape import visible
from gitward.render.place import QUOTED, SHORT, place, spot, subject_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from gitward.model import Decision, Failure, Result, Violation

    Line = tuple[str, str]  # the label, which may be coloured, and the rest, not yet escaped

NAMED = 10  # further commits, or places in one commit, that are named; the rest is counted
_COLOURS = {
    "error": "1;31",
    "denied": "1;31",
    "warning": "1;33",
    "undecided": "1;33",
    "allowed": "1;32",
    "evaluate": "1;36",
    "waived": "1;33",
    "break-glass": "1;31",
    "BREAK-GLASS": "1;37;41",
}


def render(
    decision: Decision,
    *,
    colour: bool = False,
    all_violations: bool = False,
    width: int | None = None,
    audience: Literal["developer", "pusher", "server"] = "developer",
) -> str:
    """The report. `width` is that of the terminal in columns: only a quoted subject gives way to it, no line is folded.

    `all_violations` prints each violation that was kept, and each reason why a subject was not judged. `audience`
    "server" adds a failure's detail, which may name paths of the server: for its own log, never for who pushes.
    """
    room = QUOTED if width is None else max(20, min(QUOTED, width - 40))
    lines = [*waived.alarm(decision), *_opening(decision)]
    for result in decision.results:
        lines += block(decision, result, room=room, all_violations=all_violations)
    if decision.failure:
        lines += failure_lines(decision.failure, with_detail=audience == "server")
    # what the target branch would say is advice, and comes as a notice (docs/report.md)
    lines += [_notice(notice) for notice in decision.notices]
    if all_violations:
        lines += [
            ("", f"{outcome}[{result.entry}] {count}: {reason}")
            for result in decision.results
            for outcome, reason, count in result.reasons
            if outcome != "undecided"
        ]
    lines.append(last_line(decision))
    return "".join(f"{_painted(label) if colour else label}{visible(rest)}\n" for label, rest in lines)


def _notice(notice: str) -> Line:
    if notice.startswith(("on refs/", "warning: ")):
        return "warning", f": {notice.removeprefix('warning: ')}"
    return "note", f": {notice}"


def plain(lines: Iterable[Line]) -> str:
    """Lines of a report, escaped, without colour and without a final newline."""
    return "\n".join(visible(f"{label}{rest}") for label, rest in lines)


def _painted(label: str) -> str:
    code = _COLOURS.get(label)
    return f"\x1b[{code}m{label}\x1b[0m" if code else label


def _opening(decision: Decision) -> Iterator[Line]:
    """`evaluate: not enforced`, with the names of the policies where others are enforced."""
    policies = [policy for policy in decision.policies if policy.source != BUILT_IN]
    evaluated = [policy.id for policy in policies if policy.mode == "evaluate"]
    if evaluated:
        yield "evaluate", ": not enforced" + (f" ({', '.join(evaluated)})" if len(evaluated) < len(policies) else "")


# --- one entry --------------------------------------------------------------------------------------------------------


def block(decision: Decision, result: Result, *, room: int = QUOTED, all_violations: bool = False) -> Iterator[Line]:
    """What one entry has to say: nothing, what it found, what was waived, what it could not decide, or several of these."""
    if result.violations:
        first = result.violations[0]
        same = [violation for violation in result.violations if subject_of(violation) == subject_of(first)]
        yield result.severity, f"[{result.entry}] {place(first, room)}: {first.message}"
        if all_violations:
            yield from (("", f"  {place(other, room)}: {other.message}") for other in result.violations[1:])
            if more := result.violation_count - len(result.violations):
                yield "", f"  and {more} more"
        else:
            yield from _same_subject([other for other in dict.fromkeys(same) if other != first])
            yield from _also(result)
        yield from (("", f"  note: {line}") for line in result.message.splitlines())
        if text := fix(decision, result):
            yield "", f"  fix: {text}"
    yield from waived.lines(result, room)
    total = result.judged + result.undecided + result.exempt + result.not_applicable
    for reason, count in undecided(result):
        yield "undecided", f"[{result.entry}] {count} of {total}: {reason}"
        yield _turn("administrator" if decision.stage == "receive" else "developer")


def _same_subject(others: list[Violation]) -> Iterator[Line]:
    """The other places in the commit, the message or the ref that the first line names, none of them twice."""
    for violation in others[:NAMED]:
        yield "", f"  {spot(violation) or 'further'}: {violation.message}"
    if len(others) > NAMED:
        yield "", f"  and {len(others) - NAMED} more there"


def _also(result: Result) -> Iterator[Line]:
    """The other commits by oid, the other ref updates by name."""
    _, *others = dict.fromkeys(subject_of(violation) for violation in result.violations)
    named = [oid[:SHORT] or ref or "push" for oid, ref in others[:NAMED]]
    all_kept = result.violation_count == len(result.violations)  # then subjects with one name need no second mention
    more = (len(others) if all_kept else result.violated - 1) - len(named)
    if named:
        yield "", f"  also {' '.join(named)}" + (f", and {more} more" if more > 0 else "")
    elif more > 0:
        yield "", f"  and {more} more"


def fix(decision: Decision, result: Result) -> str:
    """How to mend what an entry found: the rule's words, after the git command that opens the commits' messages.

    A rule's own fix that begins with `git ` is the whole of it. The rebase always has `-r`: without it, merges between
    the commits that are named and the tip would be flattened, and a merge that is named would not be on the list.
    """
    first = result.violations[0]
    if not first.commit or first.fix.startswith("git "):
        return first.fix
    tips = {tip for update in decision.updates for tip in (update.new, update.peeled)}
    if result.violated <= 1 and first.commit in tips:
        steps = ["git commit --amend"]
    else:
        start = "--root" if first.parents == 0 else f"{first.commit[:SHORT]}^"
        steps = [f"git rebase -i -r {start}", _mark(result)]
    return ", ".join([*steps, first.fix] if first.fix else steps)


def _mark(result: Result) -> str:
    """What to do in git's list of commits: `reword`, or, for a merge, what git-rebase(1) has in its place."""
    merges = {(violation.parents or 0) > 1 for violation in result.violations}
    whose, them = ("its line", "it") if result.violated <= 1 else ("their lines", "them")
    if merges == {True}:
        return f'write "merge -c" for "merge -C" in {whose}'
    return f'mark {them} "reword"' + (', of a merge write "merge -c" for "merge -C"' if True in merges else "")


# --- the whole --------------------------------------------------------------------------------------------------------


def failure_lines(failure: Failure, *, with_detail: bool = False) -> Iterator[Line]:
    """Why there is no judgement, what to do, and whose turn it is."""
    yield "error" if failure.exit_code == 2 else "undecided", f"[{failure.reason}] {failure.message}"
    if failure.fix:
        yield "", f"  fix: {failure.fix}"
    yield _turn(failure.turn)
    if with_detail:
        yield from (("", f"  detail: {line}") for line in failure.detail.splitlines())


def _turn(turn: str) -> Line:
    return "", f"  turn: {turn}"


def last_line(decision: Decision) -> Line:
    """Always there: the outcome, what it is about, counts, policies, decision id."""
    would_be = f", would be {decision.would_be}" if decision.would_be != decision.outcome else ""
    policies = [
        policy.id if policy.revision is None else f"{policy.id} revision {policy.revision}"
        for policy in decision.policies
        if policy.source != BUILT_IN
    ]
    parts = [
        "BREAK-GLASS" if decision.broken_glass else "",
        counts(decision),
        f"{'policy' if len(policies) == 1 else 'policies'} {', '.join(policies)}" if policies else "",
        f"decision {decision.id}",
    ]
    return decision.outcome, f"{_refs(decision)}{would_be}: {'; '.join(part for part in parts if part)}"


def _refs(decision: Decision) -> str:
    """`refs/heads/main`, or how many there are; a push may name one ref twice, and is denied for it."""
    refs = dict.fromkeys(update.ref for update in decision.updates)
    if len(refs) > 1:
        return f" {len(refs)} refs"
    aliases = dict.fromkeys(update.alias for update in decision.updates if update.alias)
    return "".join(f" {ref}" for ref in refs) + (f" (pushed as {', '.join(aliases)})" if aliases else "")
