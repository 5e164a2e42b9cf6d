"""How much was judged, for the last line of a report: what is in error, and all that was not judged, in words."""

from __future__ import annotations

from gitward.render.place import is_message, subject_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Decision, Result, Violation

_ASIDE = (
    ("exempt", "exempt"),
    ("waived", "waived"),
    ("undecided", "undecided"),
    ("not_applicable", "not applicable"),
)


def counts(decision: Decision) -> str:
    """`12 of 40 commits, 1 warning (2 exempt in ticket-reference)`.

    Not in the brackets: what this stage cannot know. That is the same for every commit, and the reasons tell it.
    """
    if decision.failure and not decision.results:
        return "nothing judged"
    errors = [result for result in decision.results if result.severity == "error" and result.violations]
    words = [*_subjects(decision, errors)]
    if warnings := sum(result.severity == "warning" and bool(result.violations) for result in decision.results):
        words.append(number(warnings, "warning"))
    aside = [*_aside(decision.results)]
    return ", ".join(words) + (f" ({', '.join(aside)})" if aside else "")


def undecided(result: Result) -> Iterator[tuple[str, int]]:
    """Why an entry is undecided, with how often; what came without a reason is not lost."""
    given = [(reason, count) for outcome, reason, count in result.reasons if outcome == "undecided"]
    yield from given
    if rest := result.undecided - sum(count for _, count in given):
        yield "no reason was given", rest


def number(count: int, noun: str) -> str:
    """`1 commit`, `2 commits`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _subjects(decision: Decision, errors: list[Result]) -> Iterator[str]:
    """What was judged, and how much of it is in error."""
    is_draft = any(update.ancestry == "draft" for update in decision.updates)
    found = [violation for result in errors for violation in result.violations]
    if is_draft or any(is_message(violation) for violation in found):
        yield "the message"
    if not is_draft:
        commits = _in_error(errors, "commit", decision.commits)
        yield commits or (number(decision.commits, "commit") if decision.commits else "no commits")
        if refs := _in_error(errors, "ref", len({update.ref for update in decision.updates})):
            yield refs
    if any(subject_of(violation) == ("", "") and not is_message(violation) for violation in found):
        yield "the push"


def _in_error(errors: list[Result], noun: str, total: int) -> str:
    """`12 of 40 commits`, '' where none is in error.

    An entry keeps its first 100 violations. Where several entries found more than that, the number of commits that one
    or another names is known only to be `at least` the largest.
    """
    named: set[str] = set()
    finding = []
    for result in errors:
        subjects = {_name(violation, noun) for violation in result.violations if not is_message(violation)} - {""}
        if subjects:
            named |= subjects
            finding.append(result)
    capped = [result.violated for result in finding if result.violation_count > len(result.violations)]
    count = max([len(named), *capped])
    least = "at least " if capped and len(finding) > 1 and count < total else ""
    return f"{least}{count} of {number(total, noun)}" if count else ""


def _name(violation: Violation, noun: str) -> str:
    oid, ref = subject_of(violation)
    return oid if noun == "commit" else ref


def _aside(results: tuple[Result, ...]) -> Iterator[str]:
    """`2 exempt in ticket-reference`, `80 exempt in 3 entries`: each entry counts its own subjects."""
    for field, words in _ASIDE:
        counted = [(getattr(result, field), result) for result in results]
        if field == "not_applicable":
            counted = [(count - _not_known(result), result) for count, result in counted]
        having = [(count, result.entry) for count, result in counted if count]
        if having:
            where = having[0][1] if len(having) == 1 else f"{len(having)} entries"
            yield f"{sum(count for count, _ in having)} {words} in {where}"


def _not_known(result: Result) -> int:
    """How many subjects an entry left alone because this stage cannot know what its rule needs (`engine`)."""
    return sum(
        count
        for outcome, reason, count in result.reasons
        if outcome == "not-applicable" and reason.endswith(" not known here")
    )
