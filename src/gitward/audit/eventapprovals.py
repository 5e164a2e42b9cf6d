"""The approvals that a decision was told of and that somebody whom a policy knows has signed, as plain JSON for its event.

Whether they sufficed the results say. What people wrote in a review elsewhere stands in the statement's blob alone.
"""

from __future__ import annotations

from gitward.canonical import text
from gitward.model import Approval

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Decision, Statement

KEPT = 100  # that stand in an event
_MOST_REF, _MOST_NAMES = 1_000, 20


def approvals(decision: Decision) -> list[dict[str, Any]]:
    """All of them, in the order of their ids."""
    return [
        _plain(statement, statement.said, decision)
        for statement in sorted(decision.statements, key=lambda each: each.id)
        if isinstance(statement.said, Approval) and any(statement.by)
    ]


def _plain(statement: Statement, said: Approval, decision: Decision) -> dict[str, Any]:
    by = [
        {"id": name, "policy": policy.id}
        for policy, names in zip(decision.policies, statement.by, strict=False)
        for name in names
    ]
    return {
        "statement": statement.id,
        "by": by[:_MOST_NAMES],
        "by_count": len(by),
        "ref": text(said.ref[:_MOST_REF]),
        "base": said.base,
        "commit": said.commit,
        "tree": said.tree,
        "is_imported": bool(said.source),
        "made": statement.made,
    }
