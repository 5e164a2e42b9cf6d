"""The parts of the event of a decision, each as plain JSON. What of it comes from outside passes through `Words`."""

from __future__ import annotations

from gitward.audit.redaction import MAX_WORDS
from gitward.canonical import text
from gitward.model import BUILT_IN
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from gitward.audit.claims import Claims
    from gitward.audit.redaction import Words
    from gitward.model import Brought, Decision, PolicyInfo, RefUpdate, Result, Violation

DETAILS, DETAIL_WORDS = 20, 4_000
MAX_REF = 4_096  # characters of a ref, a path, a policy's source: more than any file system takes


@record
class Kept:
    """How much of a decision an event holds: violations and reasons per result, updates, names, push options, results;
    and how many characters of a text, as a part of what it may have."""

    results: int
    violations: int = 100
    updates: int = 64
    names: int = 50
    options: int = 20
    words: int = 256

    def halved(self) -> Kept:
        return Kept(
            results=self.results if self.violations else self.results // 2,
            violations=self.violations // 2,
            updates=self.updates // 2,
            names=self.names // 2,
            options=self.options // 2,
            words=self.words // 2,
        )

    @property
    def is_least(self) -> bool:
        return not (self.results or self.violations or self.updates or self.words)

    def leaves_out(self, decision: Decision) -> bool:
        """Whether anything of the results is missing that the decision holds."""
        return self.results < len(decision.results) or self.words < Kept.__defaults__["words"] or any(  # type: ignore[attr-defined]
            max(len(result.violations), len(result.reasons)) > self.violations for result in decision.results
        )

    def limit(self, characters: int = MAX_WORDS) -> int:
        """So many characters of a text that may have `characters`."""
        return characters * self.words // 256


def actor(decision: Decision, claims: Claims, words: Words) -> dict[str, Any]:
    """Who it was, as far as something has proved it; what somebody only said stands in `claim`."""
    who = decision.actor
    in_ci = decision.stage == "ci"
    return {
        "type": "ci" if in_ci else "service" if who.is_service else None,
        "id": who.principal,
        "display": who.principal,
        "claim": words.personal("/actor/claim", who.claim or claims.user),
        "auth": {"method": who.channel, "fingerprint": who.fingerprint or None},
        "roles": [{"name": name, "source": source} for name, source in who.roles],
        "on_behalf_of": None,
    }


def session(claims: Claims, kept: Kept, words: Words) -> dict[str, Any]:
    return {
        "id": claims.session,
        "address": words.personal("/session/address", claims.address, 100),
        "transport": claims.transport or None,
        "push_options": [
            words.text(f"/session/push_options/{number}", option, limit=kept.limit(), is_option=True)
            for number, option in enumerate(claims.options[: kept.options])
        ],
        "push_option_count": claims.option_count,
    }


def updates(given: Iterable[RefUpdate]) -> list[dict[str, Any]]:
    return [
        {
            "ref": text(each.ref[:MAX_REF]),
            "alias": text(each.alias[:MAX_REF]),
            "old": each.old,
            "new": each.new,
            "ancestry": each.ancestry,
        }
        for each in given
    ]


def change(decision: Decision, kept: Kept, words: Words) -> dict[str, Any]:
    found = decision.brought
    if found is None:
        return {"commits": decision.commits}
    return {
        "commits": decision.commits,
        "authors": found.authors and _authors(found, kept, words),
        "author_count": found.author_count,
        "signers": None if found.signers is None else [
            {"id": name or None, "fingerprint": fingerprint} for name, fingerprint in found.signers[: kept.names]
        ],
        "signer_count": found.signer_count,
        "tickets": None if found.tickets is None else [
            words.text(f"/change/tickets/{number}", ticket, limit=200)
            for number, ticket in enumerate(found.tickets[: kept.names])
        ],
        "ticket_count": found.ticket_count,
        "files": found.files,
        "insertions": found.insertions,
        "deletions": found.deletions,
        "diff": found.diff and {"sha256": found.diff},
        "unknown": dict(found.unknown),
    }  # fmt: skip


def _authors(found: Brought, kept: Kept, words: Words) -> list[dict[str, str] | None]:
    return [
        words.personal(f"/change/authors/{number}", f"{name} <{address}>")
        for number, (name, address) in enumerate((found.authors or ())[: kept.names])
    ]


def policy(given: PolicyInfo) -> dict[str, Any]:
    return {
        "id": given.id,
        "revision": given.revision,
        "digest": given.digest,
        "source": text(given.source[:MAX_REF]),
        "mode": given.mode,
    }


def results(decision: Decision, kept: Kept, words: Words) -> list[dict[str, Any]]:
    found = _foremost(decision.results, kept.results)
    return [_result(result, f"/results/{number}", kept, words) for number, result in enumerate(found)]


def _foremost(found: tuple[Result, ...], count: int) -> tuple[Result, ...]:
    """The first results in their own order; of too many, those that do not pass before those that do."""
    if count >= len(found):
        return found
    order = sorted(range(len(found)), key=lambda index: found[index].outcome not in ("undecided", "violated", "waived"))
    return tuple(found[index] for index in sorted(order[:count]))


def _result(result: Result, path: str, kept: Kept, words: Words) -> dict[str, Any]:
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
        "reasons": [
            [outcome, words.text(f"{path}/reasons/{number}/1", reason, limit=kept.limit()), count]
            for number, (outcome, reason, count) in enumerate(result.reasons[: kept.violations])
        ],
        "violation_count": result.violation_count,
        "violations": [
            _violation(violation, result.rule, f"{path}/violations/{number}", kept, words)
            for number, violation in enumerate(result.violations[: kept.violations])
        ],
    }


def _violation(violation: Violation, rule: str, path: str, kept: Kept, words: Words) -> dict[str, Any]:
    return {
        "commit": violation.commit,
        "ref": violation.ref and text(violation.ref[:MAX_REF]),
        "path": violation.path and text(violation.path[:MAX_REF]),
        "line": violation.line,
        "column": violation.column,
        "message": words.message(f"{path}/message", rule, violation.message, kept.limit()),
    }


def verdict(decision: Decision, duration_ms: int | None, kept: Kept, words: Words) -> dict[str, Any]:
    failure = decision.failure
    return {
        "outcome": decision.outcome,
        "would_be": decision.would_be,
        "explanation": explanation(decision),
        "duration_ms": duration_ms,
        "exit_code": decision.exit_code,
        "failure": failure and {
            "reason": failure.reason,
            "detail": words.text(
                "/decision/failure/detail", failure.detail or failure.message, limit=kept.limit(DETAIL_WORDS)
            ),
        },
        "details": [
            words.text(f"/decision/details/{number}", detail, limit=kept.limit())
            for number, detail in enumerate(decision.details[: DETAILS * kept.words // 256])
        ],
    }  # fmt: skip


def explanation(decision: Decision) -> str:
    """One line of gitward's own words: nothing from outside but the ids of entries, which are the policy's."""
    if decision.failure:
        return f"{decision.outcome}: {decision.failure.reason}"
    own = [result for result in decision.results if decision.policies[result.policy].source != BUILT_IN or result.violated]
    said = []
    if decision.broken_glass:
        said.append("break-glass")
    for outcome in ("undecided", "violated", "waived"):
        entries = [result.entry for result in own if result.outcome == outcome]
        if entries:
            more = f" and {len(entries) - 5} more" if len(entries) > 5 else ""
            said.append(f"{outcome} {', '.join(entries[:5])}{more}")
    passed = sum(result.outcome == "passed" for result in own)
    counted = f"{passed} of {len(own)} entries passed, {decision.commits} commits"
    return f"{decision.outcome}: {'; '.join([*said, counted])}"
