"""One decision as one event, `gitward.event/1`: canonical JSON of at most 65,235 bytes (audit.entry).

Strings, booleans, null, integers below 2^53 and ASCII keys only; for these, sorted compact JSON is RFC 8785 byte for byte. Text
from Git that is no UTF-8 is written `{"b64": ..}`, text about people as a commitment (audit.personal), secrets not at all
(audit.redaction). docs/events.md explains every field.

Where an event is too long, these go out, each by half and together, until it fits: the violations and reasons of each result,
the ref updates, the names in `change`, the push options, the words of each text; and when no violation is left, the results,
those that pass before those that do not. What is left out is counted, and of results, updates, approvals and waivers all are kept
out of line, as canonical JSON under its SHA-256 (audit.evidence).
"""

from __future__ import annotations

import hashlib
from functools import cache

from gitward.audit.claims import NOTHING, Claims
from gitward.audit.emitter import emitter
from gitward.audit.entry import MAXIMUM_EVENT as MAXIMUM
from gitward.audit.eventapprovals import KEPT as APPROVALS_KEPT
from gitward.audit.eventapprovals import approvals
from gitward.audit.eventparts import (
    MAX_REF,
    Kept,
    actor,
    change,
    policy,
    results,
    session,
    updates,
    verdict,
)
from gitward.audit.eventwaivers import KEPT as WAIVERS_KEPT
from gitward.audit.eventwaivers import count, waivers
from gitward.audit.happenings import SCHEMA
from gitward.audit.log import Item
from gitward.audit.redaction import Words
from gitward.canonical import canonical, text
from gitward.errors import Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gitward.model import Decision

UPDATES_KEPT = 50
_SEVERITIES = {"allowed": "info", "denied": "notice", "undecided": "warning"}
_ACTIONS = {"receive": "push", "ci": "ci", "push": "push", "commit": "commit", "deploy": "deploy"}


@record
class _Made:
    event: dict[str, Any]
    words: Words
    blobs: tuple[tuple[str, bytes], ...]


def decision_item(decision: Decision, claims: Claims = NOTHING, duration_ms: int | None = None) -> Item:
    """What a decision leaves in the log: its event, what is behind the commitments in it, and what is too large for it.

    Raises Undecided for one that does not fit even without all that may be left out.
    """
    kept = everything = Kept(results=len(decision.results))
    whole = cache(lambda: canonical(results(decision, everything, Words())))  # commitments of these Words would bind nothing
    while True:
        made = _made(decision, claims, duration_ms, kept, whole)
        event = canonical(made.event)
        if len(event) <= MAXIMUM:
            evidence = tuple(blob for _, blob in made.blobs)
            return Item(event=event, personal=made.words.commitments.line(decision.id), evidence=evidence)
        if kept.is_least:
            raise Undecided("the event of the decision is too long for the log", "push less at once", "too-large")
        kept = kept.halved()


def decision_event(decision: Decision, claims: Claims = NOTHING) -> bytes:
    """The event alone."""
    return decision_item(decision, claims).event


def _made(
    decision: Decision, claims: Claims, duration_ms: int | None, kept: Kept, whole: Callable[[], bytes]
) -> _Made:
    words = Words()
    told = results(decision, kept, words)
    all_updates, approved = updates(decision.updates), approvals(decision)
    most_updates, most_waivers = min(kept.updates, UPDATES_KEPT), min(WAIVERS_KEPT, 2 * kept.names)
    most_approvals = min(APPROVALS_KEPT, 2 * kept.names)
    blobs = [("push-certificate", decision.certificate)] if decision.certificate else []
    if kept.leaves_out(decision):
        blobs.append(("results", whole()))
    if len(all_updates) > most_updates:
        blobs.append(("updates", canonical(all_updates)))
    if (used := count(decision)) > most_waivers:
        blobs.append(("waivers", canonical(waivers(decision, used, Words()))))
    if len(approved) > most_approvals:
        blobs.append(("approvals", canonical(approved)))
    named = {name: _out_of_line(blob) for name, blob in blobs}
    event = {
        "schema": SCHEMA,
        "id": decision.id,
        "time": decision.time,
        "emitter": emitter("server" if decision.stage == "receive" else "ci", decision.version),
        "event": _happened(decision),
        "actor": actor(decision, claims, words),
        "session": {**session(claims, kept, words), "push_certificate": named.get("push-certificate")},
        "repository": text(claims.repository[:MAX_REF]) if claims.repository else None,
        "updates": all_updates[:most_updates],
        "update_count": len(all_updates),
        "updates_evidence": named.get("updates"),
        "change": change(decision, kept, words),
        "policies": [policy(each) for each in decision.policies],
        "results": told,
        "result_count": len(decision.results),
        "approvals": approved[:most_approvals],
        "waivers": waivers(decision, most_waivers, words, kept.limit()),
        "decision": verdict(decision, duration_ms, kept, words),
        "links": [],
        "evidence": [{"of": name, **said} for name, said in sorted(named.items())],
    }
    return _Made(event={**event, "redactions": words.redactions}, words=words, blobs=tuple(blobs))


def _happened(decision: Decision) -> dict[str, Any]:
    return {
        "class": f"decision.{decision.stage}",
        "action": _ACTIONS[decision.stage],
        "outcome": decision.outcome,
        "severity": "critical" if decision.broken_glass else _SEVERITIES[decision.outcome],
        "reason_code": _reason_code(decision),
    }


def _reason_code(decision: Decision) -> str | None:
    """A stable word for programs: the failure's reason, else the rule of the first entry that stands in the way."""
    if decision.failure:
        return decision.failure.reason
    if decision.outcome == "allowed":
        return None
    wanted = "violated" if decision.outcome == "denied" else "undecided"
    return next((each.rule for each in decision.results if each.outcome == wanted and each.severity == "error"), None)


def _out_of_line(blob: bytes) -> dict[str, Any]:
    """What names a piece of evidence that is kept beside the log (audit.evidence)."""
    return {"sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob)}
