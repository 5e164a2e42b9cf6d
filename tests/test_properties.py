"""Invariant 10 and its like, over any policies and changes, with every rule that there is.

The gate, `malformed-object`, stands in each policy once and always (a policy that names it can only let headers through
that its own gate would refuse), so it is no entry that one could add.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated import CASES, ENTRIES, EXAMPLE, KNOWN, changes, decide, entries, policies, subjects
from gitward import engine
from gitward.judge import judge
from gitward.model import KEPT_VIOLATIONS, Decision, Host, Policy, RawUpdate, Request, Result, Violation
from gitward.record import replace
from gitward.rules import NAMES
from soaking import examples

FEW = settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow])
OTHERS = [name for name in NAMES if name != engine.GATE]


def by_entry(decision: Decision) -> dict[str, Any]:
    """Every result by its entry, whose id is its alone; where its policy stands is no part of it."""
    return {result.entry: replace(result, policy=0) for result in decision.results}


@pytest.mark.parametrize("rule", NAMES)
@FEW
@given(data=st.data())
def test_the_order_of_entries_and_of_policies_changes_nothing(rule: str, data: st.DataObject) -> None:
    first, second = data.draw(policies(rule, "p")), data.draw(policies(rule, "q"))
    judged = data.draw(changes(rule))
    decision = decide((first, second), judged)
    turned = [replace(policy, entries=tuple(data.draw(st.permutations(policy.entries)))) for policy in (second, first)]
    other = decide(tuple(turned), judged)
    assert (other.outcome, other.would_be, other.exit_code) == (decision.outcome, decision.would_be, decision.exit_code)
    assert by_entry(other) == by_entry(decision)


@pytest.mark.parametrize("rule", NAMES)
@FEW
@given(data=st.data())
def test_a_further_entry_or_policy_never_allows_more(rule: str, data: st.DataObject) -> None:
    policy: Policy = data.draw(policies(rule, "p"))
    judged = data.draw(changes(rule))
    alone = decide((policy,), judged)
    added = data.draw(entries(*([rule] if rule in OTHERS else OTHERS)))
    at = data.draw(st.integers(0, len(policy.entries)))
    wider = replace(policy, entries=(*policy.entries[:at], replace(added, id="added"), *policy.entries[at:]))
    beside = data.draw(policies(rule, "q"))
    for given_ in ((wider,), (policy, beside), (beside, policy)):
        decision = decide(given_, judged)
        # 0 allowed, 1 denied, 3 undecided: never less, whatever came on top
        assert decision.exit_code >= alone.exit_code
        assert by_entry(decision).items() >= by_entry(alone).items()


@pytest.mark.parametrize("rule", NAMES)
def test_each_rule_is_violated_by_some_change(rule: str) -> None:
    """Otherwise the properties above would say nothing about it."""
    gate, entry = ENTRIES[engine.GATE], ENTRIES[rule]
    policy = Policy(id="p", mode="enforce", entries=(gate, entry) if entry is not gate else (gate,), source="s", digest="d")
    for case in CASES[rule]:
        # as `policy test` has it
        decision = decide((policy,), subjects((case,), KNOWN[-2]), answers=lambda *_, said=case.answer: said)
        assert by_entry(decision)[entry.id].violated, case
        assert decision.outcome == ("denied" if entry.severity == "error" else "allowed")


# --- the same of whole pushes to a real repository: scopes and walks are planned for all entries together ---------------


@pytest.fixture
def push(bare: Path, git: Any) -> tuple[RawUpdate, ...]:
    """A push of commits that many entries refuse, to a branch that is there, two that are new, a tag and a note."""
    tree = git("mktree", cwd=bare).stdout.strip()

    def commit(text: str, *parents: str) -> str:
        options = [word for parent in parents for word in ("-p", parent)]
        return str(git("commit-tree", tree, *options, cwd=bare, stdin=text.replace("\0", "") or "x").stdout.strip())

    base = commit("fix: begin")
    git("update-ref", "refs/heads/main", base, cwd=bare)
    main = topic = base
    for rule in OTHERS:
        for case in CASES[rule][:1]:
            main = commit(case.message or "Handle it", main, *([topic] if case.parents == 2 else []))
            topic = commit(f"fixup! {case.message}", topic)
    zero = "0" * 40
    moves = {"heads/main": (base, main), "heads/release/1": (zero, topic), "heads/topic": (zero, topic),
             "tags/v1.0": (zero, main), "notes/commits": (zero, topic)}  # fmt: skip
    return tuple(RawUpdate(old=old, new=new, ref=f"refs/{name}") for name, (old, new) in moves.items())


def written(path: Path, number: int, order: random.Random, entries: list[dict[str, Any]]) -> str:
    """A policy file with these entries in any order."""
    example = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    shuffled = order.sample(entries, len(entries))
    rights = ["groups", "access"] if any(entry["rule"] == "access" for entry in entries) else []
    kept = {key: example[key] for key in ("refsets", "principals", *rights)}
    text = json.dumps({"version": "1", "policy": {"id": f"p{number}"}, **kept, "rules": shuffled}, default=str)
    file = path / f"p{number}-{order.random()}.yaml"
    file.write_text(text)
    return str(file)


# how many commits are not for an entry: others may bring more into the push, which it does not judge either
UNTOUCHED: dict[str, Any] = {"not_applicable": 0, "reasons": ()}


def _all(result: Result) -> tuple[Violation, ...]:
    """The violations, where all were kept: of more, further walks may put others first."""
    return result.violations if result.violation_count <= KEPT_VIOLATIONS else ()


def test_order_and_addition_on_whole_pushes(push: tuple[RawUpdate, ...], bare: Path, tmp_path: Path) -> None:
    rules = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["rules"]
    given = [{key: value for key, value in entry.items() if key != "tests"} for entry in rules]

    def found(decision: Decision) -> dict[str, Any]:
        assert decision.failure is None
        return {
            name: (replace(result, place="", violations=(), **UNTOUCHED), sorted(map(repr, _all(result))))
            for name, result in by_entry(decision).items()
            if name != engine.GATE  # built in where a policy does not name it, and then without an id of its own
        }

    for seed in range(examples(4)):
        order = random.Random(seed)
        drawn = [[{**entry, "id": f"p{number}-{entry['rule']}"} for entry in order.sample(given, 6)] for number in (1, 2)]
        decisions = []
        for numbers in ((1, 2), (2, 1), (1,)):
            sources = tuple(written(tmp_path, number, order, drawn[number - 1]) for number in numbers)
            decisions.append(judge(Request(stage="receive", updates=push), Host(policies=sources, repository=str(bare))))
        first, turned, alone = decisions
        assert (turned.exit_code, found(turned)) == (first.exit_code, found(first))
        assert first.exit_code >= alone.exit_code >= 1
        both, one = found(first), found(alone)
        assert {name: both[name] for name in one} == one
