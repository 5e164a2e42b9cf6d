"""Every case of every peer through our rules; and what the collection as a whole has to be."""

from __future__ import annotations

from collections import Counter

import pytest
from cases import Case, Group, groups, read

from gitward import message
from gitward.batches import judge_one
from gitward.model import Commit, Entry, Ident
from gitward.policy.hints import field_name
from gitward.record import replace
from gitward.rules import load

GROUPS = groups()
BECAUSE = read("because.yaml")
COVERED = {
    "conventional-commit", "subject-style", "subject-length", "subject-pattern", "body-required", "body-line-length",
    "signed-off-by", "ticket-reference", "no-fixup", "message-encoding",
}  # fmt: skip


def ident(person: str) -> Ident:
    name, _, email = person.removesuffix(">").partition(" <")
    return Ident(name=name, email=email, time=1_700_000_000, offset=0)


def outcome(group: Group, case: Case) -> str:
    """What our rule makes of a case. A commit that a revert names is taken to be there."""
    options = {field_name(key): tuple(value) if isinstance(value, list) else value for key, value in group.options.items()}
    entry = Entry(id=group.rule, rule=load(group.rule)(**options), refs=("refs/**",))
    people = {role: ident(case.people[role]) if role in case.people else None for role in ("author", "committer")}
    text = message.parse(case.raw, case.encoding)
    commit = Commit(oid="1" * 40, tree=None, parents=(), merge=group.merge, message=text, **people)
    asked = entry.rule.asks(commit) if hasattr(entry.rule, "asks") else ()
    return judge_one(entry, replace(commit, answers=dict.fromkeys(asked, True)))[0]


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_we_say_what_the_case_says_of_us(group: Group) -> None:
    accepted = ("not-applicable",) if group.merge and group.options.get("merges") != "judge" else ("passed",)
    wrong = [case for case in group.cases if outcome(group, case) not in (accepted if case.ours else ("violated",))]
    assert wrong == []


def test_there_are_enough_of_them() -> None:
    assert sum(len(group.cases) for group in GROUPS) >= 800
    by_rule = Counter(group.rule for group in GROUPS for _ in group.cases)
    assert set(by_rule) == COVERED
    assert min(by_rule.values()) >= 12, by_rule


def test_none_stands_there_twice() -> None:
    keys = Counter(
        (group.peer, group.check, group.rule, repr(group.options), case.raw, case.encoding, repr(case.people))
        for group in GROUPS
        for case in group.cases
    )
    assert [key for key, times in keys.items() if times > 1] == []


def test_each_disagreement_has_a_reason_with_its_source() -> None:
    differ = [case for group in GROUPS for case in group.cases if case.peer is not case.ours]
    assert {case.because for case in differ} == set(BECAUSE), "and each reason is needed"
    assert [case for group in GROUPS for case in group.cases if case.because and case.peer is case.ours] == []
    for name, reason in BECAUSE.items():
        assert set(reason) == {"source", "says"}, name
        assert all(reason.values()), name

