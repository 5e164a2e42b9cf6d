from __future__ import annotations

from typing import Any

import pytest
from hostile import BAD, bad
from judging import OID, OTHER, Case, accepts, commit, judge, rejects, remade

from gitward.errors import Undecided
from gitward.model import Commit
from gitward.record import replace
from gitward.rules.clean_merge import CleanMerge

NO = "does not hold what git makes of its parents"


def merge(text: str, answer: Any, *, parents: int = 2, **facts: Any) -> Commit:
    answers = {} if answer == "none" else dict.fromkeys(remade(), answer)
    return commit(text, merge=parents > 1, parents=(OID, OTHER, OID)[:parents], answers=answers, **facts)


TEXTS = [
    "", "Merge", "Merge branch 'x'", "fix: x", "Merge\n\nConflicts:\n\ta\n", "Merge\r\n", "\u202e", "é", "[skip ci]",
    "Merge\n\nCo-authored-by: dependabot[bot] <x@example.com>", "fixup! Merge", "Merge pull request #1",
]  # fmt: skip
REJECTED = [
    *[rejects(merge(text, answer=False), NO) for text in TEXTS],
    rejects(merge("Merge", answer=False), f"{NO} outside the conflicts", conflicts="allow"),
]
ACCEPTED = [
    *[accepts(merge(text, answer=True)) for text in TEXTS],
    accepts(merge("Merge", answer=True), conflicts="allow"),
    accepts(merge("Merge branch 'x'", answer=False, parents=1)),
    accepts("Merge branch 'x'"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("clean-merge")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("clean-merge")


def test_each_setting_has_a_question_of_its_own() -> None:
    clean, resolved = remade()
    subject = merge("Merge", "none")
    assert list(CleanMerge().asks(subject)) == [clean]
    assert list(CleanMerge(conflicts="allow").asks(subject)) == [resolved]
    subject = replace(subject, answers={clean: False, resolved: True})
    assert judge(CleanMerge(), subject)
    assert not judge(CleanMerge(conflicts="allow"), subject)
    assert list(CleanMerge().asks(commit("Merge"))) == []


@pytest.mark.parametrize(("parents", "says"), [(3, "of 3 parents some have several best common"), (2, "older than 2.38")])
@pytest.mark.parametrize("answer", [None, "none"])
def test_what_cannot_be_made_again_is_undecided(parents: int, says: str, answer: Any) -> None:
    with pytest.raises(Undecided, match=says):
        judge(CleanMerge(), merge("Merge", answer, parents=parents))


@pytest.mark.parametrize("name", BAD)
def test_the_message_makes_no_difference(name: str) -> None:
    subject = replace(bad(name), merge=True, answers=dict.fromkeys(remade(), False))
    assert len(judge(CleanMerge(), subject)) == 1
