"""The debt that a baseline lets go: of each entry how many commits are exempt, and what has come since.

The history is judged once, by the policies as they are and by the same ones without `since`.
"""

from __future__ import annotations

from gitward.comparison import Comparison
from gitward.life.rehearsal import rehearse
from gitward.life.tables import number, percent, table
from gitward.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal

    from gitward.life.rehearsal import Progress
    from gitward.model import Entry, Oid, Policy, Request, Result
    from gitward.repository import Repository

    Since = Literal["baseline", "commits", ""]


@record
class Row:
    """One entry. `exempted` counts the commits that its `since` lets go, `new` those that it judges all the same."""

    policy: int
    entry: str
    rule: str
    severity: Literal["error", "warning"]
    since: Since
    exempted: int
    exempted_violated: int
    new: int
    new_violated: int
    undecided: int


@record
class BurnDown:
    """`exempted_denied` counts the commits that are allowed by `since` alone, `new_denied` those denied all the same."""

    policies: tuple[Policy, ...]
    rows: tuple[Row, ...]
    commits: int
    exempted_denied: int
    new_denied: int

    @property
    def uses_baseline(self) -> bool:
        return any(row.since == "baseline" for row in self.rows)


def burn_down(
    repository: Repository,
    request: Request,
    policies: tuple[Policy, ...],
    baseline: tuple[Oid, ...],
    progress: Progress | None = None,
) -> BurnDown:
    """Judge what the request says. Raises Undecided where it cannot be judged."""
    lifted = tuple(
        replace(policy, entries=tuple(replace(entry, since=(), since_baseline=False) for entry in policy.entries))
        for policy in policies
    )
    comparison = Comparison(before=len(policies))
    decision = rehearse(repository, request, (*policies, *lifted), comparison, baseline=baseline, progress=progress)
    entries = [entry for policy in policies for entry in policy.entries]
    as_is, whole = decision.results[: len(entries)], decision.results[len(entries) :]
    return BurnDown(
        policies=policies,
        rows=tuple(
            _row(entry, one, other)
            for entry, one, other in zip(entries, as_is, whole, strict=True)
            if hasattr(entry.rule, "check_commit")
        ),
        commits=decision.commits,
        exempted_denied=comparison.newly_denied,
        new_denied=comparison.before_denies,
    )


def _row(entry: Entry, as_is: Result, whole: Result) -> Row:
    return Row(
        policy=as_is.policy,
        entry=entry.id,
        rule=as_is.rule,
        severity=as_is.severity,
        since="baseline" if entry.since_baseline else "commits" if entry.since else "",
        exempted=sum(count for outcome, reason, count in as_is.reasons if (outcome, reason) == ("exempt", "since")),
        exempted_violated=max(0, whole.violated - as_is.violated),
        new=as_is.judged,
        new_violated=as_is.violated,
        undecided=whole.undecided,
    )


# --- reports ----------------------------------------------------------------------------------------------------------

_HEAD = ("entry", "severity", "since", "exempted", "of them violated", "new", "violated")


def lines(found: BurnDown) -> Iterator[str]:
    """A table per policy, and a line with the commits that the policies as a whole deny."""
    for index, policy in enumerate(found.policies):
        rows = [row for row in found.rows if row.policy == index]
        if rows:
            yield f"burn-down of {number(found.commits, 'commit')}, policy {policy.id}"
            yield from table(_HEAD, [_cells(row) for row in rows], words=3)
    for row in found.rows:
        if row.undecided:
            yield f"undecided[{row.entry}] {number(row.undecided, 'commit')}: the figures of this entry are not whole"
    yield (
        f"{number(found.exempted_denied, 'commit')} would be denied without `since`, "
        f"{number(found.new_denied, 'commit')} {'is' if found.new_denied == 1 else 'are'} denied with it"
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.entry,
        row.severity,
        row.since or "-",
        str(row.exempted),
        f"{row.exempted_violated} ({percent(row.exempted_violated, row.exempted)})",
        str(row.new),
        f"{row.new_violated} ({percent(row.new_violated, row.new)})",
    )


def as_dict(found: BurnDown) -> dict[str, Any]:
    return {
        "commits": found.commits,
        "denied": {"exempted": found.exempted_denied, "new": found.new_denied},
        "entries": [
            {
                "policy": found.policies[row.policy].id,
                "entry": row.entry,
                "rule": row.rule,
                "severity": row.severity,
                "since": row.since,
                "exempted": row.exempted,
                "exempted_violated": row.exempted_violated,
                "new": row.new,
                "new_violated": row.new_violated,
                "undecided": row.undecided,
            }
            for row in found.rows
        ],
    }
