"""What one push may cost this server (semantics: budgets). Beyond it there is no decision: undecided, too-large."""

from __future__ import annotations

from gitward.errors import BudgetExceeded, UsageError
from gitward.model import Limits
from gitward.record import fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.model import Host, Range, Request
    from gitward.repository import Repository


_DIGITS = 16


def limits(given: Iterable[str]) -> Limits:
    """The budgets that NAME=NUMBER words set, the others as they are. Raises UsageError for any other word."""
    values = {}
    for word in given:
        name, _, number = word.partition("=")
        is_number = number.isascii() and number.isdigit() and number[0] != "0" and len(number) <= _DIGITS
        if name not in fields(Limits) or not is_number:
            raise UsageError(f"--limit {word}: not a budget", f"NAME=NUMBER with a name of {', '.join(fields(Limits))}")
        values[name] = int(number)
    return Limits(**values)


def keep_refs(request: Request, host: Host) -> None:
    """Raise BudgetExceeded for a push with too many refs, before anything is asked about them."""
    limit, refs = host.limits.refs, len(request.updates)
    if request.stage == "receive" and limit is not None and refs > limit:
        raise BudgetExceeded(f"the push updates {refs} refs, the limit of this server is {limit}", "push fewer refs at once")


def keep_commits(repository: Repository, host: Host, request: Request, ranges: tuple[Range, ...]) -> None:
    """Raise BudgetExceeded for a push with too many commits that no ref here reached before."""
    limit = host.limits.commits
    tips = tuple(tip for brought in ranges for tip in brought.include)
    if request.stage != "receive" or limit is None or not tips:
        return
    known = (*repository.refs().values(), *host.baseline)
    if repository.count(tips, known, at_most=limit + 1) > limit:
        raise BudgetExceeded(
            f"the push brings more than {limit} new commits, the limit of this server",
            "push the history in parts, or ask the administrator to let it in with `install --server --baseline OID`",
        )
