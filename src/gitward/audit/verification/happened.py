"""The events of those who verify, prune and hold: `log.verified`, `log.verify_failed`."""

from __future__ import annotations

from gitward.audit.happenings import act
from gitward.canonical import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.item import Item
    from gitward.audit.verification.report import Report

_SAID = 400  # characters of a finding


def verified(report: Report) -> Item:
    """`log.verified` for exit code 0, else `log.verify_failed`: what it was held against, what is covered, the first findings."""
    return act(
        "log.verify_failed" if report.code else "log.verified",
        outcome=report.outcome.replace(" ", "-"),
        log={
            "exit_code": report.code,
            "entries": report.entries,
            "covered": report.covered,
            "checkpoints": [{"name": text(each.name[:_SAID]), "size": each.size, "outcome": each.outcome}
                            for each in report.checkpoints[:20]],
            "found": [{"aspect": each.aspect, "code": each.code, "place": text(each.place[:_SAID]),
                       "message": text(each.message[:_SAID])} for each in report.found[:20]],
        },
    )  # fmt: skip
