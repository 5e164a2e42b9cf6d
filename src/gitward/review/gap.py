"""What a review finds, and the exit code that it amounts to."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    Weight = Literal["contradiction", "unknown", "missing", "pending", "note"]

WEIGHTS: tuple[Weight, ...] = ("contradiction", "unknown", "missing", "pending", "note")


@record
class Gap:
    """One thing that a reviewer has to know.

    `weight`: contradiction (something happened past the log), unknown (could not be looked at), missing (a piece that should
    be there is not, and nothing contradicts), pending (the outcome of a decision is open, or was never recorded), note.
    `kind` is its name in kebab-case, `where` the repository and ref, `since` and `until` bound it in time, `seqs` name the
    entries, `actor` who acted, where that is known.
    """

    weight: Weight
    kind: str
    text: str
    where: str = ""
    since: str = ""
    until: str = ""
    seqs: tuple[int, ...] = ()
    fix: str = ""
    actor: str = ""


def exit_code(gaps: Iterable[Gap]) -> int:
    """1 where something happened past the log, else 3 where something could not be looked at, else 4 where a piece is missing."""
    weights = {gap.weight for gap in gaps}
    return 1 if "contradiction" in weights else 3 if "unknown" in weights else 4 if "missing" in weights else 0
