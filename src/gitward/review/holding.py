"""What a verification of the log's lines means for a review: nothing that the entries say counts for more than the lines hold."""

from __future__ import annotations

from gitward.audit.verification.findings import BROKEN, INCOMPLETE, UNVERIFIABLE
from gitward.review.gap import Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.audit.verification.findings import Finding
    from gitward.audit.verification.report import Report
    from gitward.review.gap import Weight

_KINDS: dict[int, tuple[Weight, str]] = {
    BROKEN: ("contradiction", "log-does-not-hold"),
    UNVERIFIABLE: ("unknown", "log-not-verified"),
    INCOMPLETE: ("missing", "log-incomplete"),
}
_COVER = "hourly: gitward audit checkpoint --log DIR --heartbeat"
_KEEP = "keep the newest checkpoint elsewhere, and give it with --against"


def holding(report: Report) -> Iterator[Gap]:
    """Each finding by its exit code, and what is under no checkpoint, or rests on the log's own word."""
    for each in report.found:
        if each.code:
            weight, kind = _KINDS[each.code]
            yield _found(each, weight, kind)
    yield from _not_covered(report)
    if not any(each.is_kept for each in report.checkpoints):
        text = "only the log's own checkpoint was there: who holds its key can make another for another past"
        yield Gap(weight="note", kind="no-kept-checkpoint", text=text, fix=_KEEP)
    if not report.is_key_given:
        yield Gap(weight="note", kind="key-not-given", text="the log's own word for its key was taken",
                  fix="give the key that you know with --key")  # fmt: skip


def _not_covered(report: Report) -> Iterator[Gap]:
    for each in report.beyond:  # what proves nothing cannot be believed either
        yield _found(each, "unknown", "log-not-verified", "under no checkpoint, ")
    if behind := max(0, report.entries - report.covered):
        text = f"{behind} entries from {report.covered} on are under no checkpoint: they can still be changed or cut unseen"
        yield Gap(weight="note", kind="not-covered", since=report.since, text=text, fix=_COVER)


def _found(each: Finding, weight: Weight, kind: str, words: str = "") -> Gap:
    seqs = () if each.seq is None else (each.seq,)
    text = f"{words}{each.aspect}: {each.place}: {each.message}"
    return Gap(weight=weight, kind=kind, text=text, seqs=seqs, fix="gitward audit verify")
