from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import OTHER, Case, accepts, assert_well_formed, commit, judge, rejects

from gitward.days import day, first_second
from gitward.errors import Undecided
from gitward.gitobject import draft_commit
from gitward.message import parse
from gitward.model import Commit, Ident, Question
from gitward.policy.load import model
from gitward.rules.commit_dates import CommitDates

NOW, WEEK = 1_800_000_000, 604_800
GIT = 1_112_832_000  # 2005-04-07
FUTURE = "lies in the future"
PAST = "lies before 2005-04-07"
WRITTEN = "committed before it was written"
PARENT = "committed before a parent"


def dated(
    author: int = NOW, committer: int | None = None, *, later: bool | None = False, seen: int = NOW, **facts: Any
) -> Commit:
    """A commit of these times; `later` is the answer to whatever is asked about its parents."""
    times = (author, author if committer is None else committer)
    people = [Ident(name="Ann", email="ann@example.com", time=time, offset=0) for time in times]
    answers = {Question(kind="parent-later", value=str(people[1].time + skew)): later for skew in (0, 60, 600)}
    return commit("fix: x\n", author=people[0], committer=people[1], seen=seen, answers=answers, **facts)


REJECTED = [
    rejects(dated(NOW + 601), f"the author date, {day(NOW)}, {FUTURE}", (None, None)),
    rejects(dated(NOW, NOW + 601), f"the committer date, {day(NOW)}, {FUTURE}"),
    rejects(dated(4_102_444_800), f"the author date, 2100-01-01, {FUTURE}"),
    rejects(dated((1 << 63) - 1), FUTURE),
    rejects(dated(NOW + 1), FUTURE, skew=0),
    rejects(dated(NOW + 61), FUTURE, skew=60),
    rejects(dated(0), f"the author date, 1970-01-01, {PAST}"),
    rejects(dated(0, NOW), f"the author date, 1970-01-01, {PAST}"),
    rejects(dated(GIT - 1), f"the author date, 2005-04-06, {PAST}"),
    rejects(dated(NOW - 1, NOW), "lies before 2030-01-01", not_before="2030-01-01"),
    rejects(dated(NOW, NOW - 601), WRITTEN),
    rejects(dated(NOW, NOW - 1), WRITTEN, skew=0),
    rejects(dated(NOW, NOW - WEEK), WRITTEN, not_before="1970-01-01"),
    rejects(dated(later=True), PARENT, after_parents=True),
    rejects(dated(later=True), PARENT, after_parents=True, skew=0),
    rejects(dated(later=True, parents=(OTHER, OTHER)), PARENT, after_parents=True, skew=60),
]
ACCEPTED = [
    accepts(dated()),
    accepts(dated(NOW + 600)),
    accepts(dated(NOW - 600, NOW + 600)),
    accepts(dated(NOW, NOW - 600)),
    accepts(dated(NOW + 60), skew=60),
    accepts(dated(NOW), skew=0),
    accepts(dated(NOW + WEEK), skew=WEEK),
    accepts(dated(GIT, NOW)),
    accepts(dated(GIT)),
    accepts(dated(0), not_before="1970-01-01"),
    accepts(dated(NOW, NOW - WEEK), after_author=False),
    accepts(dated(NOW, NOW - WEEK), skew=WEEK),
    accepts(dated(NOW - 40 * WEEK, NOW)),
    accepts(dated(later=True)),
    accepts(dated(later=False), after_parents=True),
    accepts(dated(later=True, parents=()), after_parents=True),
    accepts(commit("fix: x", seen=NOW)),
]


@pytest.mark.parametrize("case", REJECTED, ids=lambda case: case.says)
def test_rejected(case: Case) -> None:
    case.check("commit-dates")


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(case: Case) -> None:
    case.check("commit-dates")


def test_an_unknown_time_is_undecided() -> None:
    with pytest.raises(Undecided) as caught:
        judge(CommitDates(), dated(seen=0))
    assert caught.value.reason == "unknown-time"


def test_a_parent_that_cannot_be_read_is_undecided() -> None:
    for subject in (dated(later=None), commit("x", author=None, committer=dated().committer, seen=NOW)):
        with pytest.raises(Undecided) as caught:
            judge(CommitDates(after_parents=True), subject)
        assert caught.value.reason == "unknown-parent"


def test_what_it_asks() -> None:
    asked = Question(kind="parent-later", value=str(NOW + 600))
    assert list(CommitDates(after_parents=True).asks(dated())) == [asked]
    assert list(CommitDates().asks(dated())) == []
    assert list(CommitDates(after_parents=True).asks(dated(parents=()))) == []
    assert list(CommitDates(after_parents=True).asks(draft_commit(parse(b"x\n")))) == []


@pytest.mark.parametrize("time", [0, 1, GIT, 1 << 31, 1 << 32, 1 << 53, (1 << 63) - 1])
def test_any_time_is_judged(time: int) -> None:
    subject = dated(time)
    for violation in judge(CommitDates(), subject):
        assert_well_formed(violation, subject)


@given(st.dates(min_value=datetime.date(1970, 1, 1)))
def test_days_are_those_of_the_calendar(date: datetime.date) -> None:
    start = first_second(date.isoformat())
    assert start == (date - datetime.date(1970, 1, 1)).days * 86_400
    assert day(start) == day(start + 86_399) == date.isoformat()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("90", 90), ("90s", 90), ("10m", 600), ("24h", 86_400), ("7d", WEEK),
        ("", None), ("m", None), ("-1s", None), ("1.5h", None), ("10 m", None), ("1w", None), ("010m", None), ("10M", None),
        ("1" * 20, None),
    ],
)  # fmt: skip
def test_lengths_of_time(text: str, seconds: int | None) -> None:
    try:
        assert model(CommitDates).validate_python({"skew": text}).skew == seconds
    except ValueError:
        assert seconds is None


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [("2005-04-07", True), ("1970-01-01", True), ("2024-02-29", True), ("2023-02-29", False), ("1969-12-31", False),
     ("2005", False), ("20050407", False), ("2005-W14-4", False), ("yesterday", False), ("2005-04-07T00:00", False),
     ("2005-13-01", False), ("2005-00-10", False), ("2005-04-00", False), ("2005-04-31", False), ("2000-02-29", True)],
)  # fmt: skip
def test_days_have_a_form(text: str, is_taken: bool) -> None:
    try:
        assert model(CommitDates).validate_python({"not_before": text}).not_before == text
    except ValueError:
        assert not is_taken
    else:
        assert is_taken
