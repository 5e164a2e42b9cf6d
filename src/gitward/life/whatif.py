"""A new policy rehearsed on a history, alone or beside the old one: of each entry what it would have found.

Commit by commit: what was pushed together, and how refs moved, is not in a history.
"""

from __future__ import annotations

from gitward.comparison import Comparison
from gitward.life.rehearsal import rehearse
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gitward.life.rehearsal import Progress
    from gitward.model import Entry, Policy, Request, Result
    from gitward.repository import Repository

    Change = Literal["new", "gone", "changed", "same", ""]


@record
class Row:
    """One entry by its id: what the new policy's made of the history, what the old one's did; None where it has none.

    `change` says what the new policy does to the entry itself, '' where there is no old policy.
    """

    entry: str
    change: Change
    new: Result | None
    old: Result | None


@record
class WhatIf:
    """`old` is None where the new policy is rehearsed alone; all it denies is then newly denied."""

    new: Policy
    old: Policy | None
    rows: tuple[Row, ...]
    commits: int
    comparison: Comparison
    notices: tuple[str, ...]

    @property
    def undecided(self) -> int:
        """How many times a commit could not be decided, in whichever of the two."""
        return sum(result.undecided for row in self.rows for result in (row.new, row.old) if result)


def what_if(
    repository: Repository,
    request: Request,
    new: Policy,
    old: Policy | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Judge what the request says. Raises Undecided where there is no judgement at all."""
    policies = (old, new) if old else (new,)
    comparison = Comparison(before=1 if old else 0)
    decision = rehearse(repository, request, policies, comparison, jobs=jobs, progress=progress)
    count = len(old.entries) if old else 0
    before = {result.entry: result for result in decision.results[:count]}
    after = {result.entry: result for result in decision.results[count:]}
    return WhatIf(
        new=new,
        old=old,
        rows=tuple(
            Row(entry=name, change=_change(name, new, old), new=after.get(name), old=before.get(name))
            for name in dict.fromkeys((*after, *before))
        ),
        commits=decision.commits,
        comparison=comparison,
        notices=decision.notices,
    )


def _change(name: str, new: Policy, old: Policy | None) -> Change:
    if not old:
        return ""
    after, before = _entry(new, name), _entry(old, name)
    if not before:
        return "new"
    if not after:
        return "gone"
    return "same" if _essence(after) == _essence(before) else "changed"


def _entry(policy: Policy, name: str) -> Entry | None:
    return next((entry for entry in policy.entries if entry.id == name), None)


def _essence(entry: Entry) -> tuple[object, ...]:
    """What bears on the judgement, and none of the words."""
    return (entry.digest, entry.refs, entry.severity)
