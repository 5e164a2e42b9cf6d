"""SARIF 2.1.0 (OASIS). One rule descriptor for each entry, one result for each violation that was kept.

What could not be decided is no result but a notification of a run that did not succeed. Locations are physical, with
the paths of `findings`, because GitHub's code scanning refuses results without one.
"""

from __future__ import annotations

from urllib.parse import quote

from gitward.render import docs_url
from gitward.render.escape import visible
from gitward.render.findings import findings, level
from gitward.render.json_report import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Decision, Result
    from gitward.render.findings import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(decision: Decision) -> str:
    """One log with one run. Columns count code points. `executionSuccessful` is false where the exit code is 2 or 3."""
    found = list(findings(decision))
    run = {
        "tool": {
            "driver": {
                "name": "gitward",
                "version": decision.version,
                "rules": [_descriptor(decision, result) for result in decision.results],
            }
        },
        "automationDetails": {"id": f"gitward/{decision.stage}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": decision.exit_code in (0, 1),
                "exitCode": decision.exit_code,
                "endTimeUtc": decision.time,
                "toolExecutionNotifications": _notifications(decision, found),
            }
        ],
        "results": [_result(finding) for finding in found if not finding.is_undecided],
        "properties": {"decision": decision.id, "outcome": decision.outcome, "wouldBe": decision.would_be},
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _message(text: str) -> dict[str, str]:
    """A plain text message (SARIF 3.11): braces doubled, for they mark placeholders, and nothing reads as a link."""
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "] (")}


def _descriptor(decision: Decision, result: Result) -> dict[str, Any]:
    text = f"rule {result.rule}: see {docs_url(result.rule)}"
    policy = decision.policies[result.policy]
    return {
        "id": visible(result.entry),
        "name": result.rule,
        "shortDescription": _message(visible(f"{result.entry} ({result.rule})")),
        "fullDescription": _message(visible(result.message) or text),
        "help": {"text": text},
        "defaultConfiguration": {"level": level(decision, result)},
        "properties": {
            "policy": visible(policy.id),
            "policyIndex": result.policy,
            "outcome": result.outcome,
            "judged": result.judged,
            "exempt": result.exempt,
            "waived": result.waived,
            "notApplicable": result.not_applicable,
            "violationCount": result.violation_count,
        },
    }


def _result(finding: Finding) -> dict[str, Any]:
    region = {"startLine": finding.line} | ({} if finding.column is None else {"startColumn": finding.column})
    return {
        "ruleId": visible(finding.entry),
        "ruleIndex": finding.index,
        "level": finding.level,
        "message": _message(finding.text + (f"; fix: {finding.fix}" if finding.fix else "")),
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": _uri(finding.path)}, "region": region},
                "logicalLocations": [{"fullyQualifiedName": visible(finding.path)}],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
        **({"suppressions": [_suppression(finding)]} if finding.waived else {}),
    }


def _suppression(finding: Finding) -> dict[str, str]:
    """SARIF 3.35: suppressed by a decision that is kept elsewhere, and accepted."""
    return {"kind": "external", "status": "accepted", "justification": finding.waived}


def _uri(path: str) -> str:
    """The path as a relative reference, byte for byte: what is not ASCII is percent-encoded."""
    return quote(path.encode("utf-8", "surrogateescape"))


def _notifications(decision: Decision, found: list[Finding]) -> list[dict[str, Any]]:
    notifications: list[dict[str, Any]] = [
        {
            "level": finding.level,
            "message": _message(finding.text),
            "associatedRule": {"id": visible(finding.entry), "index": finding.index},
        }
        for finding in found
        if finding.is_undecided
    ]
    if decision.failure:
        fix = f"; fix: {decision.failure.fix}" if decision.failure.fix else ""
        notifications.append(
            {
                "level": "error",
                "message": _message(visible(decision.failure.message + fix)),
                "descriptor": {"id": visible(decision.failure.reason)},
            }
        )
    notifications += [{"level": "note", "message": _message(visible(notice))} for notice in decision.notices]
    return notifications
