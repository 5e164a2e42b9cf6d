"""One decision as one event, `gitward.event/1`: canonical JSON of at most 65,235 bytes (audit.entry).

Strings, booleans, null, integers and ASCII keys only; for these, sorted compact JSON is RFC 8785 byte for byte. Text
from Git that is no UTF-8 is written `{"b64": ...}`. Violations are left out from the end until the event fits, and
counted in `violation_count` all the same.
"""

from __future__ import annotations

import hashlib

from gitward.audit.entry import MAXIMUM_EVENT as MAXIMUM
from gitward.audit.happenings import SCHEMA
from gitward.audit.log import Item
from gitward.canonical import canonical, text
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Decision, RefUpdate, Result, Violation

UPDATES_KEPT = 50


@record
class Kept:
    """How much of a decision an event holds: violations and reasons per result, updates, results."""

    violations: int
    updates: int
    results: int


def decision_item(decision: Decision) -> Item:
    """What a decision leaves in the log: its event, and what is too large for it."""
    return Item(event=decision_event(decision), evidence=(decision.certificate,) if decision.certificate else ())


def decision_event(decision: Decision) -> bytes:
    """The event of a decision: everything first, then fewer violations, updates and results, until it fits.

    What is left out is counted. The results that do not pass are the last to go.
    """
    kept = Kept(violations=100, updates=UPDATES_KEPT, results=len(decision.results))
    event = canonical(_event(decision, kept))
    while len(event) > MAXIMUM:
        kept = Kept(
            violations=kept.violations // 2,
            updates=max(1, kept.updates // 2),
            results=kept.results if kept.violations else kept.results // 2,
        )
        event = canonical(_event(decision, kept))
    return event


def _event(decision: Decision, kept: Kept) -> dict[str, Any]:
    failure, actor = decision.failure, decision.actor
    return {
        "schema": SCHEMA,
        "id": decision.id,
        "time": decision.time,
        "emitter": {"version": decision.version, "trust": "server" if decision.stage == "receive" else "ci"},
        "event": {"class": f"decision.{decision.stage}", "outcome": decision.outcome},
        "actor": {"id": actor.principal, "channel": actor.channel, "claim": text(actor.claim[:400])},
        "session": {"push_certificate": _out_of_line(decision.certificate)},
        "updates": [_update(update) for update in decision.updates[: kept.updates]],
        "update_count": len(decision.updates),
        "change": {"commits": decision.commits},
        "policies": [
            {
                "id": policy.id,
                "revision": policy.revision,
                "digest": policy.digest,
                "source": text(policy.source),
                "mode": policy.mode,
            }
            for policy in decision.policies
        ],
        "results": [_result(result, kept) for result in _foremost(decision.results, kept.results)],
        "result_count": len(decision.results),
        "decision": {
            "outcome": decision.outcome,
            "would_be": decision.would_be,
            "exit_code": decision.exit_code,
            "failure": failure and {"reason": failure.reason, "detail": text(failure.detail[:4000] or failure.message)},
            "details": [text(detail[:400]) for detail in decision.details[:20]],
        },
    }


def _out_of_line(blob: bytes) -> dict[str, Any] | None:
    """What names a piece of evidence that is kept beside the log (audit.evidence)."""
    return {"sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob)} if blob else None


def _update(update: RefUpdate) -> dict[str, Any]:
    return {
        "ref": text(update.ref),
        "alias": text(update.alias),
        "old": update.old,
        "new": update.new,
        "ancestry": update.ancestry,
    }


def _foremost(results: tuple[Result, ...], count: int) -> tuple[Result, ...]:
    """The first results in their own order; of too many, those that do not pass before those that do."""
    if count >= len(results):
        return results
    order = sorted(range(len(results)), key=lambda index: results[index].outcome not in ("undecided", "violated"))
    return tuple(results[index] for index in sorted(order[:count]))


def _result(result: Result, kept: Kept) -> dict[str, Any]:
    return {
        "entry": result.entry,
        "rule": result.rule,
        "policy": result.policy,
        "severity": result.severity,
        "outcome": result.outcome,
        "passed": result.passed,
        "violated": result.violated,
        "exempt": result.exempt,
        "waived": result.waived,
        "undecided": result.undecided,
        "not_applicable": result.not_applicable,
        "reasons": [[outcome, text(reason), count] for outcome, reason, count in result.reasons[: kept.violations]],
        "violation_count": result.violation_count,
        "violations": [_violation(violation) for violation in result.violations[: kept.violations]],
    }


def _violation(violation: Violation) -> dict[str, Any]:
    return {
        "commit": violation.commit,
        "ref": violation.ref and text(violation.ref),
        "path": violation.path and text(violation.path),
        "line": violation.line,
        "column": violation.column,
        "message": text(violation.message),
    }
