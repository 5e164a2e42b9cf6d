"""prepare-commit-msg: the ticket that the branch's name holds, as a trailer, before the editor opens."""

from __future__ import annotations

from gitward.adapters.clone import ask
from gitward.message import cleanup, parse
from gitward.model import Commit
from gitward.patterns import matches_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.clone import Clone
    from gitward.model import Entry, Policy

KEY = "Refs"


def add_ticket(policy: Policy, path: str, clone: Clone) -> None:
    """For the first entry that wants a ticket in the trailers: `Refs: TICKET`, put in place by git itself."""
    for entry in policy.entries:
        if _wants_ticket(entry, clone):
            ticket = next(entry.rule.tickets(clone.branch.removeprefix("refs/heads/")), "")
            if ticket and _is_missing(entry, path):
                ask(("interpret-trailers", "--in-place", "--trailer", f"{KEY}: {ticket}", path))
            return


def _wants_ticket(entry: Entry, clone: Clone) -> bool:
    return (
        entry.rule.name == "ticket-reference"
        and "trailers" in entry.rule.in_
        and any(matches_ref(entry.refs, ref) for ref in (clone.branch, clone.target) if ref)
    )


def _is_missing(entry: Entry, path: str) -> bool:
    """Whether the message, less git's own help lines (they name the branch), has no ticket yet."""
    with open(path, "rb") as file:
        message = parse(cleanup(file.read(), comment="#", mode="strip", verbose=True))
    draft = Commit(oid=None, tree=None, parents=None, merge=False, author=None, committer=None, message=message)
    return bool(list(entry.rule.check_commit(draft)))
