"""What `policy what-if` says, in words and as `gitward.what-if/1` (docs/policy-life.md)."""

from __future__ import annotations

from gitward.life.tables import number, percent, table
from gitward.render.counts import undecided
from gitward.render.place import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from gitward.life.whatif import Row, WhatIf
    from gitward.model import Policy, Result, Violation

SCHEMA = "gitward.what-if/1"
_COUNTS = ("judged", "passed", "violated", "exempt", "not_applicable", "undecided")
_HEAD = ("judged", "passed", "violated", "%", "exempt", "not applicable", "undecided")
_EXAMPLES = 3


def lines(found: WhatIf) -> Iterator[str]:
    """The table, examples of every entry, and what becomes of whole commits; the last line has the sums."""
    beside = f", beside {_name(found.old)}" if found.old else ""
    yield f"{number(found.commits, 'commit')} under {_name(found.new)}{beside}"
    yield from (f"note: {notice}" for notice in found.notices)
    head = ("entry", "severity", *(("change",) if found.old else ()), *_HEAD)
    yield from table(head, [_cells(row, beside=bool(found.old)) for row in found.rows], words=3 if found.old else 2)
    for row in found.rows:
        yield from _findings(row)
    yield from _left_out(found.rows)
    if found.old:
        comparison = found.comparison
        yield from _commits("newly denied", comparison.newly_denied, comparison.denied_examples)
        yield from _commits("newly allowed", comparison.newly_allowed, comparison.allowed_examples)
    yield _sum(found)


def _name(policy: Policy) -> str:
    return f"{policy.id}{'' if policy.revision is None else f' revision {policy.revision}'} ({policy.source})"


def _cells(row: Row, *, beside: bool) -> tuple[str, ...]:
    """The new counts, each with what it has become more or less by where there is an old policy."""
    one = row.new or row.old
    assert one  # noqa: S101  a row is of one entry at least
    cells = {name: _count(row, name, beside=beside) for name in _COUNTS}
    share = percent(row.new.violated, row.new.judged) if row.new else "-"
    return (
        row.entry,
        one.severity,
        *((row.change,) if beside else ()),
        cells["judged"],
        cells["passed"],
        cells["violated"],
        share,
        *(cells[name] for name in _COUNTS[3:]),
    )


def _count(row: Row, name: str, *, beside: bool) -> str:
    now = int(getattr(row.new, name)) if row.new else 0
    before = int(getattr(row.old, name)) if row.old else 0
    return f"{now} ({now - before:+d})" if beside and now != before else str(now)


def _findings(row: Row) -> Iterator[str]:
    """The oldest commits that violate the new entry, and why some could not be decided."""
    if row.new:
        examples = _distinct(row.new.violations)
        for violation in examples:
            yield f"{row.new.severity}[{row.entry}] {place(violation)}: {violation.message}"
        if more := row.new.violated - len(examples):
            yield f"  and {number(more, 'more commit')}"
    for result, whose in ((row.new, ""), (row.old, "old ")):
        for reason, count in undecided(result) if result else ():
            yield f"undecided[{row.entry}] {whose}{count}: {reason}"


def _left_out(rows: tuple[Row, ...]) -> Iterator[str]:
    """The entries that need what a history does not hold, by what that is."""
    missing: dict[str, list[str]] = {}
    for row in rows:
        for outcome, reason, _ in row.new.reasons if row.new else ():
            if outcome == "not-applicable" and reason.endswith(" not known here"):
                missing.setdefault(reason, []).append(row.entry)
    yield from (f"not replayed: {', '.join(entries)} ({reason})" for reason, entries in missing.items())


def _distinct(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """The first violation of each of the first few commits."""
    first: dict[str | None, Violation] = {}
    for violation in violations:
        first.setdefault(violation.commit, violation)
    return tuple(first.values())[:_EXAMPLES]


def _commits(what: str, count: int, examples: tuple[Violation, ...]) -> Iterator[str]:
    yield f"{what}: {number(count, 'commit')}"
    yield from (f"  {place(violation)}: [{violation.entry}] {violation.message}" for violation in examples)
    if more := count - len(examples):
        yield f"  and {more} more"


def _sum(found: WhatIf) -> str:
    comparison, total = found.comparison, found.commits
    now = f"{comparison.after_denies} of {number(total, 'commit')} ({percent(comparison.after_denies, total)})"
    before = f", before {comparison.before_denies} ({percent(comparison.before_denies, total)})" if found.old else ""
    if found.undecided:
        return f"undecided: at least {now} would be denied{before}; what could not be decided stands above"
    return f"would be denied: {now}{before}"


# --- json -------------------------------------------------------------------------------------------------------------


def as_dict(found: WhatIf, exit_code: int) -> dict[str, Any]:
    comparison, beside = found.comparison, found.old is not None
    return {
        "schema": SCHEMA,
        "commits": found.commits,
        "new": _policy(found.new),
        "old": _policy(found.old) if found.old else None,
        "entries": [
            {
                "entry": row.entry,
                "rule": (row.new or row.old).rule,  # type: ignore[union-attr]
                "change": row.change,
                "new": _result(row.new),
                "old": _result(row.old),
                "examples": [_example(violation) for violation in _distinct(row.new.violations)] if row.new else [],
            }
            for row in found.rows
        ],
        "denied": {"new": comparison.after_denies, "old": comparison.before_denies if beside else None},
        "newly_denied": _changes(comparison.newly_denied, comparison.denied_examples),
        "newly_allowed": _changes(comparison.newly_allowed, comparison.allowed_examples),
        "notices": list(found.notices),
        "exit_code": exit_code,
    }


def _policy(policy: Policy) -> dict[str, Any]:
    return {"id": policy.id, "revision": policy.revision, "digest": policy.digest, "source": policy.source}


def _result(result: Result | None) -> dict[str, Any] | None:
    if not result:
        return None
    reasons = [{"outcome": outcome, "reason": reason, "count": count} for outcome, reason, count in result.reasons]
    return {"severity": result.severity, **{name: getattr(result, name) for name in _COUNTS}, "reasons": reasons}


def _changes(count: int, examples: tuple[Violation, ...]) -> dict[str, Any]:
    return {"count": count, "examples": [_example(violation) for violation in examples]}


def _example(violation: Violation) -> dict[str, Any]:
    return {
        "commit": violation.commit,
        "subject": violation.subject,
        "entry": violation.entry,
        "line": violation.line,
        "message": violation.message,
    }
