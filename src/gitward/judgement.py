"""The judgement of a commit: what must be equal wherever the same policy judges the same commit.

Per entry its id, its outcome, and per violation line, column and message, sorted, as RFC 8785 bytes. Stage, ref, oid,
times and fixes are no part of it. Made from a decision or from its JSON report, so that processes can be compared.
"""

from __future__ import annotations

import json

from gitward.render.json_report import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from gitward.model import Decision


def judgement(decision: Decision, rules: Collection[str]) -> bytes:
    """The judgement in a decision over one commit, of the entries of these rules: those that judge commits."""
    return judgement_of_report(report(decision), rules)


def judgement_of_report(report: dict[str, Any], rules: Collection[str]) -> bytes:
    """The same from a `gitward.report/1`, parsed. Raises KeyError where that is no such report."""
    rows = [
        (
            result["entry"],
            result["outcome"],
            sorted(
                [[violation["line"], violation["column"], violation["message"]] for violation in result["violations"]],
                key=_canonical,
            ),
        )
        for result in report["results"]
        if result["rule"] in rules
    ]
    return _canonical(sorted(rows, key=_canonical))


def _canonical(value: Any) -> bytes:
    """RFC 8785 for lists of strings, null and small whole numbers; also an order for rows that hold null."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
