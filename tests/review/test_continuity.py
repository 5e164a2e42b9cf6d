"""Ref continuity on literals: what follows, what does not, and what nobody knows yet."""

from __future__ import annotations

import itertools

import pytest

from gitward.review.continuity import Repository
from gitward.review.happened import Happened, Move

A, B, C, D = (letter * 40 for letter in "abcd")
MAIN = "refs/heads/main"
NOW = "2026-01-01T10:00:00.000000Z"


def at(minute: int, second: int = 0) -> str:
    return f"2026-01-01T08:{minute:02}:{second:02}.000000Z"


def moves(*triples: tuple[str, str, str]) -> tuple[Move, ...]:
    return tuple(Move(ref=ref, old=old, new=new) for ref, old, new in triples)


class Story:
    """Entries in the order of the log, one a minute."""

    def __init__(self) -> None:
        self.repository = Repository("/srv/app.git")
        self.seq = itertools.count(1)

    def add(self, name: str, *triples: tuple[str, str, str], session: str = "s", time: str = "", outcome: str = "allowed",
            action: str = "") -> Story:  # fmt: skip
        seq = next(self.seq)
        self.repository.see(Happened(
            seq=seq, time=time or at(seq), name=name, outcome=outcome, repository="/srv/app.git", session=session, actor="ann",
            id=str(seq), moves=moves(*triples), action=action,
        ))  # fmt: skip
        return self

    def start(self, *refs: tuple[str, str]) -> Story:
        return self.add("ref.read", *((ref, "", oid) for ref, oid in refs), action="snapshot")

    def push(self, *triples: tuple[str, str, str], session: str = "s") -> Story:
        return self.add("decision.receive", *triples, session=session).add("ref.updated", *triples, session=session)

    def end(self, **refs: str) -> list[tuple[str, str]]:
        actual = {f"refs/heads/{name}": oid for name, oid in refs.items()}
        return [(gap.weight, gap.kind) for gap in self.repository.end(NOW, actual)]


UNAUDITED = ("contradiction", "unaudited-update")


def test_every_update_follows() -> None:
    story = Story().start((MAIN, A)).push((MAIN, A, B)).push((MAIN, B, C)).push((MAIN, C, ""))
    assert story.end() == []


def test_a_tip_that_nobody_recorded() -> None:
    assert Story().start((MAIN, A)).push((MAIN, A, B)).end(main=C) == [UNAUDITED]


def test_a_ref_that_came_from_nowhere() -> None:
    assert Story().start((MAIN, A)).end(main=A, side=B) == [UNAUDITED]


def test_a_ref_that_went_away() -> None:
    assert Story().start((MAIN, A)).end() == [UNAUDITED]


def test_a_hole_between_two_updates() -> None:
    assert Story().start((MAIN, A)).push((MAIN, A, B)).push((MAIN, C, D)).end(main=D) == [UNAUDITED]


def test_a_hole_is_named_once_and_the_rest_follows() -> None:
    story = Story().start((MAIN, A)).push((MAIN, B, C))
    for old, new in ((C, D), (D, A), (A, B)):
        story.push((MAIN, old, new))
    assert story.end(main=B) == [UNAUDITED]


def test_an_update_that_no_decision_let_in() -> None:
    assert Story().start((MAIN, A)).add("ref.updated", (MAIN, A, B)).end(main=B) == [UNAUDITED]


def test_a_decision_of_another_push_does_not_vouch() -> None:
    story = Story().start((MAIN, A)).add("decision.receive", (MAIN, A, B), session="one")
    assert UNAUDITED in story.add("ref.updated", (MAIN, A, B), session="two").end(main=B)


def test_a_denied_update_does_not_vouch() -> None:
    story = Story().start((MAIN, A)).add("decision.receive", (MAIN, A, B), outcome="denied").add("ref.updated", (MAIN, A, B))
    assert story.end(main=B) == [UNAUDITED]


def test_two_pushes_recorded_in_the_other_order() -> None:
    story = Story().start((MAIN, A))
    story.add("decision.receive", (MAIN, A, B), session="1").add("decision.receive", (MAIN, B, C), session="2")
    story.add("ref.updated", (MAIN, B, C), session="2", time=at(30)).add("ref.updated", (MAIN, A, B), session="1", time=at(30, 1))
    assert story.end(main=C) == []


@pytest.mark.parametrize("tip", [A, B])
def test_an_allowed_update_without_outcome_is_no_tampering(tip: str) -> None:
    story = Story().start((MAIN, A)).add("decision.receive", (MAIN, A, B))
    assert story.end(main=tip) == [("pending", "outcome-not-recorded")]


def test_within_the_hour_it_is_pending() -> None:
    story = Story().start((MAIN, A)).add("decision.receive", (MAIN, A, B), time="2026-01-01T09:30:00.000000Z")
    assert story.end(main=B) == [("pending", "outcome-pending")]


def test_two_open_decisions_lead_to_the_tip() -> None:
    story = Story().start((MAIN, A)).add("decision.receive", (MAIN, A, B)).add("decision.receive", (MAIN, B, C))
    assert story.end(main=C) == [("pending", "outcome-not-recorded")] * 2


def test_an_open_decision_to_elsewhere_explains_nothing() -> None:
    story = Story().start((MAIN, A)).add("decision.receive", (MAIN, A, B))
    assert sorted(story.end(main=D)) == [UNAUDITED, ("pending", "outcome-not-recorded")]


def test_a_repository_that_the_log_does_not_know() -> None:
    assert Story().end(main=A) == [("contradiction", "unknown-repository")]
    assert Story().end() == []


def test_an_empty_repository_was_written_down() -> None:
    assert Story().start().end(main=A) == [UNAUDITED]


def test_without_a_start_a_ref_may_have_been_there() -> None:
    assert Story().push((MAIN, A, B)).end(main=B, old=A) == [("missing", "start-not-known")]


def test_a_later_snapshot_is_compared() -> None:
    story = Story().start((MAIN, A)).start((MAIN, B))
    assert story.end(main=B) == [UNAUDITED]


def test_a_ref_that_a_later_snapshot_does_not_list_is_gone() -> None:
    assert Story().start((MAIN, A), ("refs/heads/x", A)).start((MAIN, A)).end(main=A) == [UNAUDITED]


def test_receipts_are_the_logs_own() -> None:
    story = Story().start().add("ref.updated", ("refs/gitward/receipts/1", "", A))
    assert list(story.repository.end(NOW, {"refs/gitward/receipts/1": A})) == []


def test_statements_come_as_refs_and_go_into_the_archive() -> None:
    name = f"refs/gitward/statements/{A}/{'b' * 64}"
    story = Story().start().add("decision.receive", (name, "", B)).add("ref.updated", (name, "", B))
    assert list(story.repository.end(NOW, {"refs/gitward/archive": C})) == []


def test_every_hole_in_a_chain_is_seen() -> None:
    """Of twelve updates each one in turn is left out of the log, its decision too."""
    oids = [f"{number:040x}" for number in range(1, 14)]
    for lost in range(12):
        story = Story().start((MAIN, oids[0]))
        for number in range(12):
            if number != lost:
                story.push((MAIN, oids[number], oids[number + 1]))
        assert story.end(main=oids[-1]) == [UNAUDITED], lost


def test_a_statement_that_the_log_never_received() -> None:
    here, there, old = (f"refs/gitward/statements/{A}/{letter * 64}" for letter in "123")
    story = Story().start((MAIN, A), (old, D)).push((here, "", B)).push((there, "", C))
    story.repository.received.add(there)
    now = {MAIN: A, old: D, here: B, there: C}
    (gap,) = story.repository.end(NOW, now)
    assert (gap.weight, gap.kind, gap.where, gap.actor) == ("missing", "statement-not-recorded", f"/srv/app.git {here}", "ann")
    assert list(story.repository.end(at(2, 30), now)) == [], "its push may still be on its way"
    del now[here]
    assert list(story.repository.end(NOW, now)) == [], "it is in the archive"
    past = Story().start((MAIN, A))
    assert [(gap.weight, gap.kind) for gap in past.repository.end(NOW, {MAIN: A, here: B})] == [
        ("contradiction", "statement-not-recorded")
    ]
