"""What a report says of waivers beside its violations: who may waive; and where no server decides, what has been fetched."""

from __future__ import annotations

from gitward.engine import entries_of
from gitward.waivers.rights import EVERYTHING, is_about, is_waivable, line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.model import Entry, Policy, Waiver, WaiverRight
    from gitward.tally import Tally
    from gitward.waivers.counting import Waivers

_FETCH = "git fetch {} 'refs/gitward/statements/*:refs/gitward/statements/*' '+refs/gitward/archive*:refs/gitward/archive*'"
_RIGHTS = 5  # lines of a policy, and names in one, that a report names
_HERE = "what is waived here is waived by the statements in this clone; the server decides, by its own and by who pushes"


def could_be_waived(policies: tuple[Policy, ...], tallies: Sequence[Tally]) -> bool:
    """Whether something is violated that a line of its policy lets somebody waive."""
    return any(True for _ in _waivable(policies, tallies))


def notes(waivers: Waivers | None, policies: tuple[Policy, ...], tallies: Sequence[Tally], remote: str) -> tuple[str, ...]:
    """That the server decides, where something is waived; how to fetch waivers, where none stands here that could be.

    `remote` is from where, as it is written to git.
    """
    said: list[Waiver] = [each.said for each in waivers.statements] if waivers else []  # type: ignore[misc]
    lacks = any(not any(is_about(each, entry) for each in said) for entry in _waivable(policies, tallies))
    decides = (_HERE,) if any(tally.waivers for tally in tallies) else ()
    return (*decides, f"waivers that stand elsewhere: {_FETCH.format(remote)}") if lacks else decides


def who_may(policies: tuple[Policy, ...], tallies: Sequence[Tally]) -> Iterator[str]:
    """For each entry that denies and that somebody may waive, a line with who, and where the policy says so; no broken glass."""
    for tally, (policy, entry) in zip(tallies, entries_of(policies), strict=True):
        rights = [right for right in policies[policy].waivers if entry.id in right.rules]
        if tally.violated and entry.severity == "error" and is_waivable(entry) and rights:
            yield f"[{entry.id}] may be waived by {'; or by '.join(map(_right, rights[:_RIGHTS]))}: gitward waive {entry.id}"


def _right(right: WaiverRight) -> str:
    together = f", {right.count} of them together" if right.count > 1 else ""
    return f"{' or '.join(right.who[:_RIGHTS])}{together} ({line(right)})"


def _waivable(policies: tuple[Policy, ...], tallies: Sequence[Tally]) -> Iterator[Entry]:
    for tally, (policy, entry) in zip(tallies, entries_of(policies), strict=True):
        rules = [right.rules for right in policies[policy].waivers]
        if tally.violated and is_waivable(entry) and any(each == EVERYTHING or entry.id in each for each in rules):
            yield entry
