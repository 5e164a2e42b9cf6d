"""What one push may cost this server (semantics: budgets). Beyond it there is no decision: undecided, too-large."""

from __future__ import annotations

from gitward.errors import BudgetExceeded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Change, Host, Range
    from gitward.repository import Repository


def keep(repository: Repository, host: Host, change: Change, ranges: tuple[Range, ...]) -> None:
    """Raise BudgetExceeded for a push with too many refs, or with too many commits that no ref here reached before."""
    if change.stage != "receive":
        return
    limits, refs = host.limits, len(change.updates)
    if limits.refs is not None and refs > limits.refs:
        raise BudgetExceeded(
            f"the push updates {refs} refs, the limit of this server is {limits.refs}", "push fewer refs at once"
        )
    tips = tuple(tip for brought in ranges for tip in brought.include)
    if limits.commits is None or not tips:
        return
    known = (*repository.refs().values(), *host.baseline)
    if repository.count(tips, known, at_most=limits.commits + 1) > limits.commits:
        raise BudgetExceeded(
            f"the push brings more than {limits.commits} new commits, the limit of this server",
            "push the history in parts, or ask the administrator to let it in with `install --server --baseline OID`",
        )
