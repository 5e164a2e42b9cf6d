"""Judging: entries and facts in, exactly one result per entry out. Pure, and the same at every stage.

Order for each entry and subject: the canonical gate; refs, since, exempt (the first that takes the subject out gives the
outcome); the check; severity and mode only when the decision is read. A rule that crashes leaves its subject undecided.
"""

from __future__ import annotations

from gitward.errors import GitwardError
from gitward.model import Change, Commit, Decision, PolicyInfo, RefUpdate, Result
from gitward.patterns import matches_ref
from gitward.record import record, replace
from gitward.tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from gitward.model import Entry, Failure, Outcome, Policy, Violation

    Verdict = tuple[Outcome, str, tuple[Violation, ...]]
    Active = tuple[Tally, int, Entry, Callable[[Any], Iterator[Violation]], bool]

GATE = "malformed-object"
_PASSED: Verdict = ("passed", "", ())
# why a subject does not reach the check, and what that makes of it
OUT: dict[str, Outcome] = {"since": "exempt", "commit": "exempt"}


@record
class Batch:
    """Commits that the same entries judge, gone through once. `scope` has a word per entry: '' to judge, else why not.

    So a batch may be a stream: one commit is in memory at a time, whatever its size.
    """

    ref: str
    scope: tuple[str, ...]
    commits: Iterable[Commit]


def entries_of(policies: tuple[Policy, ...]) -> tuple[tuple[int, Entry], ...]:
    """Every entry with the index of its policy, in the order in which scopes and tallies count them."""
    return tuple((index, entry) for index, policy in enumerate(policies) for entry in policy.entries)


def new_tallies(policies: tuple[Policy, ...]) -> list[Tally]:
    return [Tally() for _ in entries_of(policies)]


def missing_fact(entry: Entry, known: frozenset[str]) -> str:
    """The first fact that the entry's rule needs and this stage cannot know, '' where there is none."""
    return next((need for need in entry.rule.needs if need not in known), "")


def _run(check: Callable[[Any], Iterator[Violation]], subject: Commit | RefUpdate | Change) -> Verdict:
    """Run a rule's check to its end. Whatever it raises leaves the subject undecided: never passed, never lost."""
    try:
        violations = tuple(check(subject))
    except GitwardError as problem:
        return "undecided", problem.message, ()
    except Exception as problem:  # noqa: BLE001  invariant 5: a rule that crashes decides nothing
        return "undecided", f"the rule crashed: {type(problem).__name__}", ()
    return ("violated", "", violations) if violations else _PASSED


def _run_commit(entry: Entry, check: Callable[[Any], Iterator[Violation]], commit: Commit) -> Verdict:
    """A commit that the scope has let through: exempt, a merge that the rule leaves alone, or checked."""
    if entry.exempt and commit.oid in entry.exempt:
        return "exempt", "commit", ()
    if commit.merge and getattr(entry.rule, "merges", "judge") == "skip":
        return "not-applicable", "merge", ()
    return _run(check, commit)


def _place(commit: Commit) -> dict[str, Any]:
    parents = None if commit.parents is None else len(commit.parents)
    return {"commit": commit.oid, "subject": commit.message.subject, "parents": parents}


def judge_one(entry: Entry, subject: Commit | RefUpdate | Change) -> Verdict:
    """One entry on one subject that its scope has let through: (outcome, reason, violations)."""
    where: dict[str, Any] = {"entry": entry.id}
    if isinstance(subject, Commit):
        outcome, reason, violations = _run_commit(entry, entry.rule.check_commit, subject)
        where.update(_place(subject))
    elif isinstance(subject, RefUpdate):
        outcome, reason, violations = _run(entry.rule.check_update, subject)
        where.update(ref=subject.ref)
    else:
        outcome, reason, violations = _run(entry.rule.check_push, subject)
    return outcome, reason, tuple(replace(violation, **where) for violation in violations)


def judge_commits(policies: tuple[Policy, ...], batches: Iterable[Batch], known: frozenset[str]) -> list[Tally]:
    """Judge commits by every entry that judges commits; one tally per entry, in the order of `entries_of`."""
    entries = entries_of(policies)
    tallies = new_tallies(policies)
    blind = [missing_fact(entry, known) for _, entry in entries]
    order = sorted(
        (index for index, (_, entry) in enumerate(entries) if hasattr(entry.rule, "check_commit")),
        key=lambda index: entries[index][1].rule.name != GATE,
    )
    for batch in batches:
        active: list[Active] = []
        left_out: list[tuple[Tally, Outcome, str]] = []
        for index in order:
            policy, entry = entries[index]
            if blind[index]:
                left_out.append((tallies[index], "not-applicable", f"{blind[index]} not known here"))
            elif reason := batch.scope[index]:
                left_out.append((tallies[index], OUT.get(reason, "not-applicable"), reason))
            else:
                active.append((tallies[index], policy, entry, entry.rule.check_commit, entry.rule.name == GATE))
        size = 0
        for commit in batch.commits:
            _judge_commit(commit, batch.ref or None, active)
            size += 1
        for tally, outcome, reason in left_out:
            tally.count(outcome, reason, size)
    return tallies


def _judge_commit(commit: Commit, ref: str | None, active: list[Active]) -> None:
    """One commit through the entries that want it, the gate's own entries first. The hottest loop there is."""
    refused: set[int] = set()  # policies whose gate has refused this commit
    for tally, policy, entry, check, is_gate in active:
        if not is_gate and (commit.malformed or policy in refused):
            tally.count("not-applicable", "malformed")
            continue
        outcome, reason, violations = _run_commit(entry, check, commit)
        if outcome == "passed":
            tally.passed += 1
            continue
        tally.count(outcome, reason, where=(commit.oid or "the message")[:12] if reason else "")
        if violations:
            if is_gate:
                refused.add(policy)
            tally.keep(violations, entry=entry.id, ref=ref, **_place(commit))


def judge_change(policies: tuple[Policy, ...], change: Change) -> list[Tally]:
    """Judge the ref updates and the push itself; one tally per entry, in the order of `entries_of`."""
    tallies = new_tallies(policies)
    for tally, (_, entry) in zip(tallies, entries_of(policies), strict=True):
        fact = missing_fact(entry, change.known)
        for kind, subjects in (("check_update", change.updates), ("check_push", (change,))):
            if not hasattr(entry.rule, kind):
                continue
            if fact:
                tally.count("not-applicable", f"{fact} not known here")
                continue
            for subject in subjects:
                _judge_update(entry, subject, tally)
    return tallies


def is_over_its_limits(policies: tuple[Policy, ...], tallies: list[Tally]) -> bool:
    """Whether an entry that is judged first denies the push already: then its commits need not be read."""
    return any(
        entry.rule.first
        and entry.severity == "error"
        and policies[policy].mode == "enforce"
        and tally.counts.get("violated", 0)
        for (policy, entry), tally in zip(entries_of(policies), tallies, strict=True)
    )


def _judge_update(entry: Entry, subject: RefUpdate | Change, tally: Tally) -> None:
    updates = (subject,) if isinstance(subject, RefUpdate) else subject.updates
    if isinstance(subject, RefUpdate) and not subject.is_real and set(entry.rule.needs) != {"ref"}:
        return
    if not any(matches_ref(entry.refs, name) for update in updates for name in (update.ref, update.alias) if name):
        tally.count("not-applicable", "refs")
        return
    outcome, reason, violations = judge_one(entry, subject)
    tally.count(outcome, reason, where=subject.ref if isinstance(subject, RefUpdate) else "the push")
    tally.keep(violations)


def _result(policy: int, entry: Entry, tally: Tally) -> Result:
    counts = {outcome.replace("-", "_"): times for outcome, times in tally.counts.items()}
    return Result(
        entry=entry.id,
        rule=entry.rule.name,
        severity=entry.severity,
        policy=policy,
        passed=tally.passed,
        **counts,
        reasons=tuple(
            (key[0], f"{key[1]} ({tally.first[key]})" if key in tally.first else key[1], times)
            for key, times in sorted(tally.reasons.items())
        ),
        violations=tuple(tally.kept),
        violation_count=tally.total,
        message=entry.message,
        place=entry.place,
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
        notices=notices,
        failure=failure,
        commits=commits,
    )
