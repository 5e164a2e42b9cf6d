"""Judging: entries and facts in, exactly one result per entry out. Pure, and the same at every stage.

Order for each entry and subject: the canonical gate; refs, since, exempt (the first that takes the subject out gives the
outcome); the check; waivers; severity and mode only when the decision is read. A rule that crashes leaves its subject undecided.
"""

from __future__ import annotations

from gitward.channels import CERTIFICATE
from gitward.errors import Excused, GitwardError
from gitward.integrity import is_statement
from gitward.model import Change, Decision, PolicyInfo, RefUpdate, Result
from gitward.patterns import matches_ref
from gitward.perspective import seen_by, unproven
from gitward.record import replace
from gitward.tally import Tally
from gitward.unread import Unread, unread_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from gitward.model import Entry, Failure, Outcome, Policy, WaiverUsed
    from gitward.waivers.counting import Waivers

GATE = "malformed-object"
# why a subject does not reach the check, and what that makes of it
OUT: dict[str, Outcome] = {"since": "exempt", "commit": "exempt", "principal": "exempt"}


def entries_of(policies: tuple[Policy, ...]) -> tuple[tuple[int, Entry], ...]:
    """Every entry with the index of its policy, in the order in which scopes and tallies count them."""
    return tuple((index, entry) for index, policy in enumerate(policies) for entry in policy.entries)


def named_refs(policies: tuple[Policy, ...]) -> set[str]:
    """The refs that some entry names one by one."""
    refs = (ref for _, entry in entries_of(policies) for ref in entry.refs)
    return {ref for ref in refs if "*" not in ref and not ref.startswith("!")}


def new_tallies(policies: tuple[Policy, ...]) -> list[Tally]:
    return [Tally() for _ in entries_of(policies)]


def missing_fact(entry: Entry, known: frozenset[str]) -> str:
    """The first fact that the entry's rule needs and this stage cannot know, '' where there is none."""
    return next((need for need in entry.rule.needs if need not in known), "")


def unfinished(problem: Exception) -> tuple[Outcome, str]:
    """What becomes of a subject whose check did not come to its end, and why: never passed, never lost (invariant 5)."""
    if isinstance(problem, Excused):
        return "exempt", problem.message
    return "undecided", problem.message if isinstance(problem, GitwardError) else f"the rule crashed: {type(problem).__name__}"


def judge_change(policies: tuple[Policy, ...], change: Change, waivers: Waivers | None = None) -> list[Tally]:
    """Judge the ref updates and the push itself; one tally per entry, in the order of `entries_of`."""
    tallies = new_tallies(policies)
    for tally, (policy, entry) in zip(tallies, entries_of(policies), strict=True):
        fact = missing_fact(entry, change.known)
        lets_go = bool(change.pushers) and change.pushers[policy] in entry.exempt_principals
        for judging, kind, subjects in _judged_by(entry, change):
            if not hasattr(judging.rule, kind):
                continue
            if fact:
                tally.count("not-applicable", f"{fact} not known here")
                continue
            for subject in subjects:
                if not _is_in_scope(judging, subject, tally):
                    continue
                if lets_go:
                    tally.count("exempt", "principal")
                else:
                    letting_go = _letting_go(waivers, policy, entry, subject)
                    judge_update(judging, seen_by(policy, subject, change), tally, letting_go)
    return tallies


def _judged_by(entry: Entry, change: Change) -> Iterator[tuple[Entry, str, tuple[Any, ...]]]:
    """What of a change an entry judges, beside its commits: by which of its checks, and by whose."""
    yield entry, "check_update", change.updates
    yield entry, "check_push", (change,)
    if unread := unread_by(entry.rule, change.updates):
        yield replace(entry, rule=Unread()), "check_update", unread


def _letting_go(
    waivers: Waivers | None, policy: int, entry: Entry, subject: RefUpdate | Change
) -> Callable[[], tuple[WaiverUsed, ...]]:
    """Asks, once the entry is found violated, by whose waivers that is let go."""
    if waivers is None:
        return tuple
    if isinstance(subject, Change):
        return lambda: waivers.of_push(policy, entry, subject)
    return lambda: waivers.of_update(policy, entry, subject)


def is_over_its_limits(policies: tuple[Policy, ...], tallies: list[Tally]) -> bool:
    """Whether an entry that is judged first denies the push already: then its commits need not be read."""
    return any(
        entry.rule.first
        and entry.severity == "error"
        and policies[policy].mode == "enforce"
        and tally.violated
        for (policy, entry), tally in zip(entries_of(policies), tallies, strict=True)
    )


def _is_in_scope(entry: Entry, subject: RefUpdate | Change, tally: Tally) -> bool:
    updates = (subject,) if isinstance(subject, RefUpdate) else subject.updates
    if isinstance(subject, RefUpdate) and not _is_about(entry.rule.needs, subject):
        return False
    judged = [update for update in updates if not is_statement(update)]
    if updates and not judged:
        tally.count("not-applicable", "statement")
        return False
    if not any(matches_ref(entry.refs, name) for update in judged for name in (update.ref, update.alias) if name):
        tally.count("not-applicable", "refs")
        return False
    return True


def _is_about(needs: tuple[str, ...], update: RefUpdate) -> bool:
    """Whether a rule with these needs judges such an update: by its paths, where they were loaded; by its ref."""
    if "paths" in needs:
        return update.files is not None
    return update.is_real or set(needs) == {"ref"}


def judge_update(
    entry: Entry, subject: RefUpdate | Change, tally: Tally, waived_by: Callable[[], tuple[WaiverUsed, ...]] = tuple
) -> None:
    ref = subject.ref if isinstance(subject, RefUpdate) else None
    try:
        found = tuple((entry.rule.check_push if ref is None else entry.rule.check_update)(subject))
    except Exception as problem:  # noqa: BLE001  undecided
        tally.count(*unfinished(problem), where="the push" if ref is None else ref)
        return
    if found and (by := waived_by()):
        tally.waive(by, found, 0, entry=entry.id, ref=ref)
        return
    tally.count("violated" if found else "passed")
    if found and tally.takes(0, len(found)):
        tally.keep(found, 0, entry=entry.id, ref=ref)


def _result(policy: int, entry: Entry, tally: Tally) -> Result:
    counts = {outcome.replace("-", "_"): times for outcome, times in tally.counts.items()}
    first = {reason: where for reason, (_, where) in tally.first.items()}
    return Result(
        entry=entry.id,
        rule=entry.rule.name,
        severity=entry.severity,
        policy=policy,
        passed=tally.passed,
        violated=tally.violated,
        **counts,
        reasons=tuple(
            (key[0], f"{key[1]} ({first[key]})" if key in first else key[1], times)
            for key, times in sorted(tally.reasons.items())
        ),
        violations=tally.violations,
        violation_count=tally.total,
        message=entry.message,
        place=entry.place,
        let_go=tally.let_go,
    )


def conclude(
    policies: tuple[Policy, ...],
    change: Change,
    tallies: list[Tally],
    *,
    decision_id: str,
    version: str,
    commits: int = 0,
    notices: tuple[str, ...] = (),
    details: tuple[str, ...] = (),
    failure: Failure | None = None,
) -> Decision:
    """The decision: one result per entry, in the order of the policies."""
    return Decision(
        id=decision_id,
        stage=change.stage,
        time=change.time,
        version=version,
        policies=tuple(
            PolicyInfo(
                id=policy.id, digest=policy.digest, source=policy.source, mode=policy.mode, revision=policy.revision
            )
            for policy in policies
        ),
        updates=change.updates,
        results=tuple(
            _result(policy, entry, tally)
            for (policy, entry), tally in zip(entries_of(policies), tallies, strict=True)
        ),
        notices=(*notices, *_unknown_pusher(policies, change, tallies), *_unknown_exemptions(policies, change, tallies)),
        details=details,
        failure=failure,
        commits=commits,
        actor=change.actor,
        certificate=_evidence(change),
        statements=change.statements,
    )


def _unknown_pusher(policies: tuple[Policy, ...], change: Change, tallies: list[Tally]) -> tuple[str, ...]:
    """A line about an account that no policy knows, where a violated entry would know it: who pushes is to see which that is.

    It is a notice and no violation, because of it the log holds a commitment alone.
    """
    who = change.actor
    if who.principal or not who.claim or who.channel == CERTIFICATE:
        return ()
    asking = zip(tallies, entries_of(policies), strict=True)
    if not any(tally.violated and ("pusher" in each.rule.needs or each.exempt_principals) for tally, (_, each) in asking):
        return ()
    return (f"the channel {who.channel} says that {who.claim[:80]!r} pushes, and no policy knows who that is",)


def _unknown_exemptions(policies: tuple[Policy, ...], change: Change, tallies: list[Tally]) -> tuple[str, ...]:
    """A line per violated entry that would let somebody's changes go, where it cannot be known whose this is."""
    found = []
    for tally, (policy, entry) in zip(tallies, entries_of(policies), strict=True):
        if not (entry.exempt_principals and tally.violated):
            continue
        if hasattr(entry.rule, "check_commit"):
            if "signature" not in change.known:
                found.append(f"[{entry.id}] nobody is exempt here: who signs the commit is not known yet")
        elif why := unproven(policy, change):
            found.append(f"[{entry.id}] nobody is exempt here: {why}")
    return tuple(found)


def _evidence(change: Change) -> bytes:
    """The push certificate for the log to keep: one that somebody has signed whom a policy lists."""
    signed = change.certificate
    if signed is None or not any(signature and signature.finding.principal for signature in signed.signatures):
        return b""
    return signed.certificate.signed.payload + signed.certificate.signed.block
