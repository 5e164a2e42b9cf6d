"""One decision as one event, `gitward.event/1`: canonical JSON of at most 65,535 bytes.

Strings, booleans, null, integers and ASCII keys only; for these, sorted compact JSON is RFC 8785 byte for byte. Text
from Git that is no UTF-8 is written `{"b64": ...}`. Violations are left out from the end until the event fits, and
counted in `violation_count` all the same.
"""

from __future__ import annotations

import base64
import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Actor, Decision, RefUpdate, Result, Violation

SCHEMA = "gitward.event/1"
MAXIMUM = 65_535
UPDATES_KEPT = 50


def canonical(value: Any) -> bytes:
    """RFC 8785 for values without floats and with ASCII keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def text(value: str) -> str | dict[str, str]:
    """A string as it stands, or its bytes in base 64 where it holds bytes that are no UTF-8."""
    try:
        value.encode()
        return value
    except UnicodeEncodeError:
        return {"b64": base64.b64encode(value.encode("utf-8", "surrogateescape")).decode()}


def decision_event(decision: Decision, actor: Actor) -> bytes:
    """The event of a decision: everything first, then fewer violations, then fewer updates, until it fits."""
    for violations, updates in ((100, UPDATES_KEPT), (10, UPDATES_KEPT), (1, 20), (0, 1)):
        event = canonical(_event(decision, actor, violations, updates))
        if len(event) <= MAXIMUM:
            return event
    raise ValueError("an event without violations is over its limit")


def _event(decision: Decision, actor: Actor, violations: int, updates: int) -> dict[str, Any]:
    failure = decision.failure
    return {
        "schema": SCHEMA,
        "id": decision.id,
        "time": decision.time,
        "emitter": {"version": decision.version, "trust": "server" if decision.stage == "receive" else "ci"},
        "event": {"class": f"decision.{decision.stage}", "outcome": decision.outcome},
        "actor": {"id": actor.principal, "channel": actor.channel, "claim": text(actor.claim)},
        "updates": [_update(update) for update in decision.updates[:updates]],
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
        "results": [_result(result, violations) for result in decision.results],
        "decision": {
            "outcome": decision.outcome,
            "would_be": decision.would_be,
            "exit_code": decision.exit_code,
            "failure": failure and {"reason": failure.reason, "detail": text(failure.detail[:4000] or failure.message)},
        },
    }


def _update(update: RefUpdate) -> dict[str, Any]:
    return {
        "ref": text(update.ref),
        "alias": text(update.alias),
        "old": update.old,
        "new": update.new,
        "ancestry": update.ancestry,
    }


def _result(result: Result, violations: int) -> dict[str, Any]:
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
        "reasons": [list(reason) for reason in result.reasons][:20],
        "violation_count": result.violation_count,
        "violations": [_violation(violation) for violation in result.violations[:violations]],
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
