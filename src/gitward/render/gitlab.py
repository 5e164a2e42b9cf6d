"""GitLab Code Quality: an array of findings. Source: GitLab's documentation, "Code Quality report format".

An empty array reads "no problems" in a merge request, so what could not be decided is a finding of its own.
"""

from __future__ import annotations

from gitward.render.escape import visible
from gitward.render.findings import NOWHERE, findings
from gitward.render.json_report import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Decision, Failure
    from gitward.render.findings import Finding

_SEVERITY = {"error": "major", "warning": "minor", "note": "info"}


def render(decision: Decision) -> str:
    """The report as JSON: description, check_name (the entry), fingerprint, severity, location."""
    found = [
        {
            "description": _description(finding),
            "check_name": visible(finding.entry),
            "fingerprint": finding.fingerprint,
            "severity": "blocker" if finding.is_undecided and finding.level == "error" else _SEVERITY[finding.level],
            "location": {"path": visible(finding.path), "lines": {"begin": finding.line}},
        }
        for finding in findings(decision)
    ]
    if decision.failure:
        found.append(_failed(decision.failure))
    return dumps(found)


def _description(finding: Finding) -> str:
    """Code Quality knows no suppression: what was let go stands there, as information that says so."""
    if finding.waived:
        return f"{finding.text}; {finding.waived}"
    return finding.text + (f"; fix: {finding.fix}" if finding.fix else "")


def _failed(failure: Failure) -> dict[str, Any]:
    name = visible(f"gitward-{failure.reason}")
    return {
        "description": visible(failure.message + (f"; fix: {failure.fix}" if failure.fix else "")),
        "check_name": name,
        "fingerprint": name,
        "severity": "blocker",
        "location": {"path": NOWHERE, "lines": {"begin": 1}},
    }
