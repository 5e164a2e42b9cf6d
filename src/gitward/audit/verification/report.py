"""What a verification comes to: the verdict, what it covers and what it does not, and all that was found."""

from __future__ import annotations

from gitward.audit.verification.findings import BROKEN, INCOMPLETE, UNVERIFIABLE, WHOLE, Finding
from gitward.record import record

OUTCOMES = {WHOLE: "whole", BROKEN: "does not hold", UNVERIFIABLE: "cannot verify", INCOMPLETE: "incomplete"}


@record
class Held:
    """A checkpoint that the log was held against. `outcome`: agrees, differs, shorter, unknown, unusable."""

    name: str
    size: int
    outcome: str
    is_kept: bool
    signers: tuple[str, ...] = ()


@record
class Missing:
    """Entries `first` to `last` are not there. `pruned_by` is the seq of the entry that says so, -1 where none does."""

    first: int
    last: int
    after: str
    until: str
    pruned_by: int = -1


@record
class Counts:
    """How many pieces of evidence, or personal values, are in which state."""

    present: int
    erased: int
    missing: int
    unfit: int
    secret: int = 0


@record
class Report:
    """`code` is the exit code. `entries` counts lines and what pruning took; `covered` of them stand under a checkpoint.

    `since` is when the first entry that no checkpoint covers was received, `until` the last one that one covers ('' unknown).
    `found` counts, `beyond` is about what no checkpoint covers, and counts for nothing; `more` of each aspect were not kept.
    `vouched` says how many witnesses vouch for it, '' where nobody names any.
    """

    code: int
    origin: str
    key: str
    is_key_given: bool
    entries: int
    lines: int
    segments: int
    covered: int
    since: str
    newest: str
    torn: int
    tiles: int
    checkpoints: tuple[Held, ...]
    unknown_signatures: tuple[str, ...]
    missing: tuple[Missing, ...]
    evidence: Counts
    personal: Counts
    found: tuple[Finding, ...]
    beyond: tuple[Finding, ...]
    more: tuple[tuple[str, int], ...]
    vouched: str = ""

    @property
    def outcome(self) -> str:
        return OUTCOMES[self.code]
