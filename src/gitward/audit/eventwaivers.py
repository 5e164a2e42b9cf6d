"""The waivers that a decision rests on, as plain JSON for its event: one item for each statement and policy."""

from __future__ import annotations

from gitward.audit.redaction import MAX_WORDS
from gitward.days import moment
from gitward.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.redaction import Words
    from gitward.model import Decision, WaiverUsed

KEPT = 100  # statements that stand in an event, and entries of one of them


@record
class _Use:
    """What one statement let go under one policy."""

    waiver: WaiverUsed
    policy: str
    by: frozenset[str]
    entries: frozenset[str]
    subjects: int


def waivers(decision: Decision, kept: int, words: Words, limit: int = MAX_WORDS) -> list[dict[str, Any]]:
    """At most `kept` of them, broken glass first, then in the order of their ids; `limit` characters of a reason.

    A subject that several let go counts for each.
    """
    return [_plain(use, words, f"/waivers/{number}", limit) for number, use in enumerate(_uses(decision)[:kept])]


def count(decision: Decision) -> int:
    return len(_uses(decision))


def _uses(decision: Decision) -> list[_Use]:
    found: dict[tuple[str, str], _Use] = {}
    for result in decision.results:
        policy = decision.policies[result.policy].id
        for waived in result.let_go:
            for waiver in waived.waivers:
                use = found.get((waiver.statement, policy)) or _Use(
                    waiver=waiver, policy=policy, by=frozenset(), entries=frozenset(), subjects=0
                )
                found[waiver.statement, policy] = replace(
                    use, by=use.by | set(waiver.by), entries=use.entries | {result.entry}, subjects=use.subjects + waived.subjects
                )
    return sorted(found.values(), key=lambda use: (not use.waiver.is_break_glass, use.waiver.statement, use.policy))


def _plain(use: _Use, words: Words, path: str, limit: int) -> dict[str, Any]:
    waiver = use.waiver
    return {
        "statement": waiver.statement,
        "kind": "break-glass" if waiver.is_break_glass else "waiver",
        "policy": use.policy,
        "entries": sorted(use.entries)[:KEPT],
        "subjects": use.subjects,
        "by": sorted(use.by),
        "reason": words.text(f"{path}/reason", waiver.reason, limit=limit),
        "ticket": words.text(f"{path}/ticket", waiver.ticket, limit=limit),
        "until": moment(waiver.until),
        **({"pusher": waiver.pusher or None} if waiver.is_break_glass else {}),
    }
