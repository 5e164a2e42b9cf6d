"""The machine's report, `gitward.report/1` (docs/report.md, docs/report.schema.json).

Written in ASCII: what is not is a `\\u` escape, so a terminal or a log that shows the report shows no control or bidi
character, and a parser gets the text as it is. Bytes that were no UTF-8 are written as by `escape.well_formed`.
"""

from __future__ import annotations

import json

from gitward.days import moment
from gitward.render import docs_url
from gitward.render.escape import all_well_formed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Decision, Failure, PolicyInfo, RefUpdate, Result, Violation, Waived

SCHEMA = "gitward.report/1"


def render(decision: Decision) -> str:
    """The report as indented JSON, keys in the order of the documentation, results in the order of the policies."""
    return dumps(report(decision))


def dumps(value: Any) -> str:
    """A value whose strings are valid Unicode as ASCII JSON with a final newline."""
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


def report(decision: Decision) -> dict[str, Any]:
    """The report as a dict, every string in it valid Unicode."""
    value: dict[str, Any] = all_well_formed(_report(decision))
    return value


def _report(decision: Decision) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": decision.id,
        "tool": {"name": "gitward", "version": decision.version},
        "stage": decision.stage,
        "time": decision.time,
        "outcome": decision.outcome,
        "would_be": decision.would_be,
        "policies": [_policy(policy) for policy in decision.policies],
        "updates": [_update(update) for update in decision.updates],
        "results": [_result(result) for result in decision.results],
        "failure": _failure(decision.failure) if decision.failure else None,
        "notices": list(decision.notices),
        "summary": _summary(decision),
        "exit_code": decision.exit_code,
    }


def _policy(policy: PolicyInfo) -> dict[str, Any]:
    return {
        "id": policy.id,
        "revision": policy.revision,
        "digest": policy.digest,
        "source": policy.source,
        "mode": policy.mode,
    }


def _update(update: RefUpdate) -> dict[str, Any]:
    return {
        "ref": update.ref,
        "alias": update.alias,
        "old": update.old,
        "new": update.new,
        "ancestry": update.ancestry,
        "commits": update.commits,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "entry": result.entry,
        "rule": result.rule,
        "policy": result.policy,
        "severity": result.severity,
        "outcome": result.outcome,
        "judged": result.judged,
        "passed": result.passed,
        "violated": result.violated,
        "exempt": result.exempt,
        "waived": result.waived,
        "undecided": result.undecided,
        "not_applicable": result.not_applicable,
        "reasons": [
            {"outcome": outcome, "reason": reason, "count": count} for outcome, reason, count in result.reasons
        ],
        "message": result.message,
        "violations": [_violation(result, violation) for violation in result.violations],
        "violation_count": result.violation_count,
        "let_go": [_waived(result, waived) for waived in result.let_go],
    }


def _waived(result: Result, waived: Waived) -> dict[str, Any]:
    return {
        "waivers": [
            {
                "statement": waiver.statement,
                "by": list(waiver.by),
                "until": moment(waiver.until),
                "reason": waiver.reason,
                "ticket": waiver.ticket,
                "break_glass": waiver.is_break_glass,
            }
            for waiver in waived.waivers
        ],
        "subjects": waived.subjects,
        "violations": [_violation(result, violation) for violation in waived.violations],
    }


def _violation(result: Result, violation: Violation) -> dict[str, Any]:
    return {
        "where": {"commit": violation.commit, "ref": violation.ref, "path": violation.path},
        "subject": violation.subject,
        "line": violation.line,
        "column": violation.column,
        "message": violation.message,
        "fix": violation.fix,
        "docs_url": docs_url(result.rule),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    """Without `detail`, which may name paths of a server."""
    return {
        "reason": failure.reason,
        "message": failure.message,
        "fix": failure.fix,
        "turn": failure.turn,
        "exit_code": failure.exit_code,
    }


def _summary(decision: Decision) -> dict[str, int]:
    """Commits judged; violations by severity, those in a policy in evaluate too; subjects by what became of them."""
    results = decision.results
    return {
        "commits": decision.commits,
        "errors": sum(result.violation_count for result in results if result.severity == "error"),
        "warnings": sum(result.violation_count for result in results if result.severity == "warning"),
        "exempt": sum(result.exempt for result in results),
        "waived": sum(result.waived for result in results),
        "undecided": sum(result.undecided for result in results),
        "not_applicable": sum(result.not_applicable for result in results),
    }
