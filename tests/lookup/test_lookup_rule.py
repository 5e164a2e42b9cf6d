"""What `ticket-reference` makes of a tracker's answers, which here stand in the commit."""

from __future__ import annotations

from typing import Any

import pytest

from gitward import message
from gitward.errors import Excused, Undecided
from gitward.model import Commit, Question, Violation
from gitward.rules.ticket_reference import TicketReference

OPEN = {"lookup": "jira"}
EXISTS = {"lookup": "jira", "state": "exists"}
BOTH = {"lookup": "jira", "count": 2}


def commit(text: str, **facts: Any) -> Commit:
    given = {"oid": None, "tree": None, "parents": None, "merge": False, "author": None, "committer": None, **facts}
    return Commit(message=message.parse(text.encode()), **given)


def judge(rule: TicketReference, subject: Commit) -> list[Violation]:
    return list(rule.check_commit(subject))


def told(text: str, **states: bool | str | None) -> Commit:
    """A commit with what a tracker says: PROJ_1="open" is about PROJ-1."""
    answers = {
        Question(kind="ticket", value=name.replace("_", "-"), source="jira"): state for name, state in states.items()
    }
    return commit(text, answers=answers)


@pytest.mark.parametrize(
    ("options", "subject"),
    [
        ({}, told("PROJ-1: x")),
        (OPEN, told("PROJ-1: x", PROJ_1="open")),
        (OPEN, told("PROJ-1: x", PROJ_1=True)),
        (OPEN, told("PROJ-1, PROJ-2: x", PROJ_1="closed", PROJ_2="open")),
        (OPEN, told("PROJ-1, PROJ-2: x", PROJ_1="outage", PROJ_2="open")),
        (OPEN, told("PROJ-1, PROJ-2: x", PROJ_1="open", PROJ_2="unusable")),
        (EXISTS, told("PROJ-1: x", PROJ_1="closed")),
        (EXISTS, told("PROJ-1: x", PROJ_1="open")),
        (BOTH, told("PROJ-1, PROJ-2, PROJ-3: x", PROJ_1="open", PROJ_2="absent", PROJ_3="open")),
    ],
)
def test_accepted(options: dict[str, object], subject: Commit) -> None:
    assert judge(TicketReference(**options), subject) == []


@pytest.mark.parametrize(
    ("options", "subject", "says"),
    [
        (OPEN, told("x"), "no ticket in the subject or the trailers"),
        (OPEN, told("PROJ-1: x", PROJ_1="closed"), "PROJ-1 is closed"),
        (OPEN, told("PROJ-1: x", PROJ_1="absent"), "PROJ-1 does not exist"),
        (OPEN, told("PROJ-1: x", PROJ_1="moved"), "PROJ-1 has moved to another name"),
        (EXISTS, told("PROJ-1: x", PROJ_1="absent"), "PROJ-1 does not exist"),
        (EXISTS, told("PROJ-1: x", PROJ_1="moved"), "PROJ-1 has moved to another name"),
        (EXISTS, told("PROJ-1, PROJ-2: x", PROJ_1="absent", PROJ_2="moved"),
         "PROJ-1 does not exist, PROJ-2 has moved to another name"),
        (BOTH, told("PROJ-1: x", PROJ_1="open"), "1 of 2 tickets in the subject or the trailers"),
        (BOTH, told("PROJ-1, PROJ-2: x", PROJ_1="open", PROJ_2="closed"), "PROJ-2 is closed (2 needed)"),
        (BOTH, told("PROJ-1, PROJ-2, PROJ-3: x", PROJ_1="closed", PROJ_2="closed", PROJ_3="outage"),
         "PROJ-1 is closed, PROJ-2 is closed (2 needed)"),
    ],
)  # fmt: skip
def test_rejected(options: dict[str, object], subject: Commit, says: str) -> None:
    (violation,) = judge(TicketReference(**options), subject)
    assert violation.message == says


def test_the_fix_says_what_is_wanted() -> None:
    (violation,) = judge(TicketReference(**OPEN), told("PROJ-1: x", PROJ_1="closed"))
    assert violation.fix == "name a ticket that exists and is open"
    (violation,) = judge(TicketReference(**EXISTS), told("PROJ-1: x", PROJ_1="absent"))
    assert violation.fix == "name a ticket that exists"


def test_many_and_long_tickets_make_a_short_violation() -> None:
    names = [f"{'X' * 300}{number}-1" for number in range(9)]
    rule = TicketReference(**OPEN)
    subject = commit(" ".join(names))
    answers = dict.fromkeys(rule.asks(subject), "moved")
    assert {len(question.value) for question in answers} == {201}
    (violation,) = judge(rule, commit(" ".join(names), answers=answers))
    assert len(violation.message) <= 220


@pytest.mark.parametrize("on_outage", ["deny", "warn", "allow"])
@pytest.mark.parametrize(
    ("state", "reason"), [("unusable", "no-lookup"), (None, "no-lookup"), ("too-many", "too-large"), ("outage", "outage")]
)
def test_only_an_outage_is_what_the_policy_says(state: bool | str | None, reason: str, on_outage: str) -> None:
    rule = TicketReference(lookup="jira", on_outage=on_outage)
    kind = Excused if state == "outage" and on_outage != "deny" else Undecided
    with pytest.raises(kind) as raised:
        judge(rule, told("PROJ-1: x", PROJ_1=state))
    assert raised.value.reason == (reason if kind is Undecided else "excused")
    assert "PROJ" not in raised.value.message, "else there would be a reason for every ticket"


def test_an_outage_does_not_cover_what_a_pusher_can_bring_about() -> None:
    rule = TicketReference(lookup="jira", on_outage="allow")
    with pytest.raises(Undecided):
        judge(rule, told("PROJ-1, PROJ-2: x", PROJ_1="outage", PROJ_2="too-many"))
    with pytest.raises(Undecided, match="not set up"):
        judge(rule, commit("PROJ-1: x"))  # nobody asked


def test_what_is_asked() -> None:
    rule = TicketReference(lookup="jira")
    question = Question(kind="ticket", value="PROJ-1", source="jira")
    assert rule.asks(commit("PROJ-1: PROJ-1")) == (question,)
    assert rule.asks(commit("fix: x")) == ()
    assert rule.asks(commit("Merge PROJ-1", merge=True)) == ()
    assert rule.asks(commit("PROJ-1: x\n\nbody PROJ-2")) == (question,)
    assert TicketReference().asks(commit("PROJ-1: x")) == ()
    assert TicketReference(lookup="jira", merges="judge").asks(commit("Merge PROJ-1", merge=True)) == (question,)
    assert TicketReference(lookup="jira", count=2).asks(commit("PROJ-1: x")) == ()
    many = commit(" ".join(f"PROJ-{number}" for number in range(1, 60)))
    assert len(rule.asks(many)) == 10
    assert len(TicketReference(lookup="jira", count=30).asks(many)) == 30


def test_options_that_cannot_stand_together() -> None:
    assert TicketReference(lookup="jira", state="exists", on_outage="warn").conflict() == ""
    assert "none is named" in TicketReference(on_outage="warn").conflict()
    assert "none is named" in TicketReference(state="exists").conflict()
