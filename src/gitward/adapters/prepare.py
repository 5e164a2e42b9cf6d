"""prepare-commit-msg: the ticket that the branch's name holds, as a trailer, before the editor opens."""

from __future__ import annotations

from gitward.adapters.clone import ask
from gitward.message import parse
from gitward.patterns import matches_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.clone import Clone
    from gitward.model import Policy

KEY = "Refs"


def add_ticket(policy: Policy, path: str, clone: Clone) -> None:
    """For the first entry of `ticket-reference` that applies and takes trailers: add `Refs: TICKET` by git's own hand."""
    name = clone.branch.removeprefix("refs/heads/")
    for entry in policy.entries:
        rule = entry.rule
        if rule.name != "ticket-reference" or "trailers" not in rule.in_:
            continue
        if not any(matches_ref(entry.refs, ref) for ref in (clone.branch, clone.target) if ref):
            continue
        with open(path, "rb") as file:
            message = parse(file.read())
        tickets = list(rule.tickets(name))
        if tickets and not list(rule.found(message)):
            trailer = f"{KEY}: {tickets[0]}"
            ask(("interpret-trailers", "--in-place", "--if-exists", "addIfDifferent", "--trailer", trailer, path))
        return
