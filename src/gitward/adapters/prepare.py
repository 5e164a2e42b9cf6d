"""prepare-commit-msg: the ticket that the branch's name holds, as a trailer, before the editor opens."""

from __future__ import annotations

from gitward.adapters.clone import ask
from gitward.cleanup import cleanup
from gitward.gitobject import draft_commit
from gitward.message import parse
from gitward.patterns import matches_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.adapters.clone import Clone
    from gitward.model import Entry, Message, Policy

KEY = "Refs"
_SIGNED_OFF = "Signed-off-by: "


def add_ticket(policies: tuple[Policy, ...], path: str, clone: Clone) -> None:
    """For the first entry of each policy that wants a ticket in the trailers: `Refs: TICKET`, put there by git itself."""
    for entry, trailer in _trailers(policies, clone):
        if _is_missing(entry, path):
            ask(("interpret-trailers", "--in-place", "--trailer", trailer, path))


def is_nothing_else(policies: tuple[Policy, ...], message: Message, clone: Clone) -> bool:
    """Whether a cleaned message holds the trailer of `add_ticket` and nothing else.

    Sign-offs are nothing, as they are to git, which aborts a commit with no more than these.
    """
    lines = {line for line in message.lines if line and not line.startswith(_SIGNED_OFF)}
    if not lines or not all(line.startswith(f"{KEY}: ") for line in lines):
        return False
    return lines <= {trailer for _, trailer in _trailers(policies, clone)}


def _trailers(policies: tuple[Policy, ...], clone: Clone) -> Iterator[tuple[Entry, str]]:
    branch = clone.branch.removeprefix("refs/heads/")
    for policy in policies:
        entry = next((entry for entry in policy.entries if _wants_ticket(entry, clone)), None)
        ticket = next(entry.rule.tickets(branch), "") if entry else ""
        if entry and ticket:
            yield entry, f"{KEY}: {ticket}"


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
    return bool(list(entry.rule.check_commit(draft_commit(message))))
