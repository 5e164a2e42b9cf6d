"""Policies and changes for properties: entries of every rule, with options drawn by their types, over any change.

A rule that is added takes part by standing in examples/policy.yaml, where each has an entry with tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from gitward import batches, engine, facts
from gitward.model import Change, Commit, Decision, Entry, Policy, Question, RefUpdate, Totals
from gitward.patterns import matches_ref
from gitward.policy import testing
from gitward.policy.cases import commit_of, update_of
from gitward.policy.grammar import Case
from gitward.policy.hints import arms, field_name, hints
from gitward.policy.load import load_with_tests
from gitward.record import replace, values
from gitward.rules import NAMES

EXAMPLE = Path(__file__).parent.parent / "examples" / "policy.yaml"
REFS = ("refs/heads/main", "refs/heads/topic", "refs/heads/release/1", "refs/tags/v1.0", "refs/notes/commits")
PATTERNS = (("refs/**",), ("refs/heads/**",), ("refs/heads/main",), ("refs/**", "!refs/heads/topic"), ("refs/tags/**",))
TEXTS = ("", "x", "fix: handle it", "Handle it.", "fixup! WIP", "feat(a)!: b\n\nBREAKING CHANGE: c", "a\nb", "fix: \u202e")
KNOWN = tuple(facts.KNOWN.values())

policy, tests = load_with_tests({"p": EXAMPLE.read_bytes()}.get, "p", "p")
ENTRIES: dict[str, Entry] = {entry.rule.name: entry for entry in policy.entries}
CASES: dict[str, tuple[Case, ...]] = {  # what each rule's entry refuses
    entry.rule.name: tuple(
        replace(case, ref=case.ref or testing._a_ref(entry))
        for test, _ in tests[entry.id]
        if test.reject is not None and (case := testing._case(test)[0])
    )
    for entry in policy.entries
}


@dataclass(frozen=True)
class Subjects:
    """What is judged: commits on a ref each, ref updates, what the push brings in all, and who is proven to push."""

    commits: tuple[tuple[str, Commit], ...]
    change: Change
    pusher: str


# --- policies ---------------------------------------------------------------------------------------------------------


def _values(hint: Any) -> st.SearchStrategy[Any] | None:
    """Values of an option's type; None for a type whose values cannot be made up."""
    origin, given = get_origin(hint), get_args(hint)
    if hint is bool:
        return st.booleans()
    if origin is Literal:
        return st.sampled_from(given)
    if origin is tuple and get_origin(given[0]) is Literal:
        return st.lists(_values(given[0]), min_size=1, unique=True).map(tuple)
    if arms(hint) != (hint,):
        inner = _values(arms(hint)[0])
        return None if inner is None else st.none() | inner
    marks = getattr(hint, "__metadata__", ())
    low = [mark.ge for mark in marks if hasattr(mark, "ge")]
    if low and given[0] is int:
        return st.integers(low[0], min([low[0] + 80, *(mark.le for mark in marks if hasattr(mark, "le"))]))
    return _values(given[0]) if hasattr(hint, "__metadata__") else None


@cache
def rules(entry: Entry) -> st.SearchStrategy[Any]:
    """The rule of an entry, some of its options drawn anew."""
    options = {field_name(name): _values(hint) for name, hint in hints(type(entry.rule)).items()}
    drawn = {name: found for name, found in options.items() if found is not None}
    if entry.rule.name == "access":  # which of the example's lines grant something
        drawn["grants"] = st.lists(st.sampled_from(entry.rule.grants), min_size=1, unique=True).map(tuple)
    changes = st.fixed_dictionaries({}, optional=drawn)
    made = changes.map(lambda given: type(entry.rule)(**{**values(entry.rule), **given}))
    return made.filter(lambda rule: not getattr(rule, "conflict", str)())


@cache
def entries(*names: str) -> st.SearchStrategy[Entry]:
    """An entry of one of these rules. The gate is always on, for every ref and as an error: it stays as it is."""
    return st.one_of([_entry(name) for name in names])


@cache
def _entry(name: str) -> st.SearchStrategy[Entry]:
    base, is_gate = ENTRIES[name], name == engine.GATE
    refs = st.sampled_from((base.refs,) if is_gate else (base.refs, *PATTERNS))
    severities = st.sampled_from(["error"] if is_gate else ["error", "error", "warning"])
    since = st.sampled_from([(), (), ("a" * 40,)])
    return st.builds(replace, st.just(base), rule=rules(base), refs=refs, severity=severities, since=since)


@cache
def policies(rule: str, ident: str) -> st.SearchStrategy[Policy]:
    """A policy with the gate, an entry of `rule`, and a few others."""
    gate, others = entries(engine.GATE), [name for name in NAMES if name != engine.GATE]

    def made(mode: Any, drawn: list[Entry], *always: Entry) -> Policy:
        named = tuple(replace(entry, id=f"{ident}-{at}") for at, entry in enumerate((*always, *drawn)))
        return Policy(id=ident, mode=mode, entries=named, source="s", digest="d")

    always = [gate] if rule == engine.GATE else [gate, entries(rule)]
    return st.builds(made, st.sampled_from(["enforce", "enforce", "evaluate"]), st.lists(entries(*others), max_size=3), *always)


# --- changes ----------------------------------------------------------------------------------------------------------


@cache
def _messages() -> st.SearchStrategy[str]:
    known = [case.message for cases in CASES.values() for case in cases if case.message is not None]
    return st.sampled_from([*known, *TEXTS]) | st.text(st.sampled_from("aB1 \n:()!#-.\u200b\0é"), max_size=30)


def _cases(rule: str) -> st.SearchStrategy[Case]:
    drawn = st.builds(
        Case, message=_messages(), ref=st.sampled_from(REFS), parents=st.integers(0, 2),
        update=st.sampled_from([None, "create", "ff", "non-ff", "delete"]), pusher=st.sampled_from([None, "ann", "importer"]),
        paths=st.sampled_from([None, ("src/a",), ("vendor/b",), ("src/a", "vendor/b")]),
    )  # fmt: skip
    return st.sampled_from(CASES[rule]) | drawn


def answer(_commit: Commit, question: Question) -> bool | None:
    """To any question an answer that depends on it alone."""
    return (True, False, None)[sum(question.value.encode()) % 3]


def subjects(cases: tuple[Case, ...], known: frozenset[str]) -> Subjects:
    entry = ENTRIES["no-fixup"]  # asks nothing: the answers come later, for all entries together
    made = tuple((case.ref or REFS[0], replace(commit_of(entry, case), oid=f"{at:040x}")) for at, case in enumerate(cases))
    moves = [case for case in cases if case.update or case.push]
    updates: tuple[RefUpdate, ...] = tuple(update_of(entry, case, case.ref or REFS[0]) for case in moves)
    totals = [Totals(**values(case.push)) for case in cases if case.push] or [Totals(commits=len(cases), updates=len(updates))]
    pusher = next((case.pusher for case in cases if case.pusher), "")
    return Subjects(made, Change(stage="receive", time="t", updates=updates, known=known, totals=totals[0]), pusher)


@cache
def changes(rule: str) -> st.SearchStrategy[Subjects]:
    """Up to five commits and ref updates, some of which an entry of `rule` refuses."""
    return st.builds(subjects, st.lists(_cases(rule), min_size=1, max_size=5).map(tuple), st.sampled_from([*KNOWN, KNOWN[-2]]))


# --- judging ----------------------------------------------------------------------------------------------------------


def _scope(entry: Entry, ref: str, number: int) -> str:
    return "refs" if not matches_ref(entry.refs, ref) else "since" if entry.since and number == 0 else ""


def decide(given: tuple[Policy, ...], judged: Subjects, answers: Any = answer) -> Decision:
    flat = engine.entries_of(given)
    commits = [(ref, replace(commit, signatures=commit.signatures * len(given))) for ref, commit in judged.commits]
    found = [
        batches.Batch(
            ref=ref, scope=tuple(_scope(entry, ref, at) for _, entry in flat), commits=facts.ask(given, (commit,), answers), at=at
        )
        for at, (ref, commit) in enumerate(commits)
    ]
    change = replace(
        judged.change, pushers=(judged.pusher,) * len(given),
        updates=tuple(
            replace(update, touched_by=(update.touched,) * len(given), proposals=update.proposals * len(given))
            for update in judged.change.updates
        ),
    )  # fmt: skip
    tallies = batches.judge_commits(given, found, change.known)
    for tally, other in zip(tallies, engine.judge_change(given, change), strict=True):
        tally.merge(other)
    return engine.conclude(given, change, tallies, decision_id="i", version="v", commits=len(judged.commits))
