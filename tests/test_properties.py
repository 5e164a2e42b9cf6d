"""Invariant 10 and its like, over any policies and changes, with every rule that there is.

The gate, `malformed-object`, stands in each policy once and always (a policy that names it can only let headers through
that its own gate would refuse), so it is no entry that one could add.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated import CASES, ENTRIES, KNOWN, changes, decide, entries, policies, subjects
from gitward import engine
from gitward.model import Decision, Policy
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
        decision = decide((policy,), subjects((case,), KNOWN[-2]))
        assert by_entry(decision)[entry.id].violated, case
        assert decision.outcome == ("denied" if entry.severity == "error" else "allowed")
