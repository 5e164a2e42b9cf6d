from __future__ import annotations

import pytest
from judging import Case, accepts, judge, push, rejects

from gitward.errors import Undecided
from gitward.rules.push_limits import PushLimits

REJECTED = [
    rejects(push(commits=11), "the push brings 11 commits, 10 allowed", commits=10),
    rejects(push(commits=2), "2 commits, 1 allowed", commits=1),
    rejects(push(commits=10_001), "10001 commits, 10000 allowed", commits=10_000),
    rejects(push(commits=10**9), "1000000000 commits", commits=10),
    rejects(push(updates=501), "501 ref updates, 500 allowed", updates=500),
    rejects(push(updates=2), "2 ref updates, 1 allowed", updates=1),
    rejects(push(updates=1001, commits=0), "1001 ref updates", updates=1000),
    rejects(push(files=11), "11 files, 10 allowed", files=10),
    rejects(push(files=100_001), "100001 files", files=100_000),
    rejects(push(bytes=1025), "1025 bytes, 1024 allowed", bytes=1024),
    rejects(push(bytes=1 << 40), "1099511627776 bytes", bytes=100 << 20),
    rejects(push(commits=1, updates=2), "2 ref updates, 1", commits=1, updates=1),
    rejects(push(commits=11, updates=1, files=1, bytes=1), "11 commits", commits=10, updates=9, files=9, bytes=9),
]
ACCEPTED = [
    accepts(push(commits=10), commits=10),
    accepts(push(commits=0), commits=1),  # a push of no commits
    accepts(push(commits=10_000), commits=10_000),
    accepts(push(updates=500), updates=500),
    accepts(push(updates=1), updates=1),
    accepts(push(files=10), files=10),
    accepts(push(files=0), files=1),
    accepts(push(bytes=1024), bytes=1024),
    accepts(push(bytes=0), bytes=1),
    accepts(push(commits=10, updates=1, files=3, bytes=9), commits=10, updates=9, files=9, bytes=9),
    accepts(push(commits=10**9), updates=None),
    accepts(push(commits=10**9, updates=1), updates=1),
    accepts(push()),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("push-limits")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("push-limits")


def test_it_is_judged_before_all_others() -> None:
    assert PushLimits.first is True


def test_every_limit_that_is_passed_is_told() -> None:
    found = judge(PushLimits(commits=1, updates=1, files=1, bytes=1), push(commits=2, updates=2, files=2, bytes=2))
    assert [violation.message for violation in found] == [
        f"the push brings 2 {what}, 1 allowed" for what in ("commits", "ref updates", "files", "bytes")
    ]


@pytest.mark.parametrize("totals", [{}, {"commits": 5}])
def test_what_was_not_counted_is_undecided(totals: dict[str, int]) -> None:
    with pytest.raises(Undecided) as caught:
        judge(PushLimits(commits=1, files=1), push(**totals))
    assert caught.value.reason == "not-counted"


def test_a_limit_on_nothing_is_a_conflict() -> None:
    assert PushLimits().conflict() == "it limits nothing: give one of commits, updates, files, bytes"
    assert PushLimits(bytes=1).conflict() == ""
