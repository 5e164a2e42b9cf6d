"""What the log says of waivers: which statements, whose, for what; loudly where glass was broken."""

from __future__ import annotations

import json
from typing import Any

from waived import ONE, TWO, Frozen, Word, commit, decide, glass, policy, update, waiver

from gitward.audit.event import MAXIMUM, decision_item
from gitward.audit.schema.reading import read
from gitward.canonical import canonical
from gitward.record import replace

ID = "01KBQ7Z3N40000000000000001"


def event_of(*statements: Any, commits: int = 2) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    found = tuple(commit(oid=oid) for oid in (ONE, TWO)[:commits])
    decision = decide((policy(Word(), Frozen()),), statements, found, (update(),))
    item = decision_item(replace(decision, id=ID, time="2026-11-27T10:00:00.000000Z"))
    assert len(item.event) <= MAXIMUM
    event = read(item.event)
    assert event is not None
    return event, item.evidence


def test_what_was_waived_stands_in_the_event() -> None:
    event, _ = event_of(waiver("carol", commits=(ONE, TWO)), waiver("dan", at=1, commits=(ONE,)))
    first, second = event["waivers"]
    assert first == {
        "statement": "0" * 64, "kind": "waiver", "policy": "p", "entries": ["word"], "subjects": 2, "by": ["carol"],
        "reason": "the tracker is down", "ticket": "INC-1", "until": "2027-01-15T09:00:00Z",
    }  # fmt: skip
    assert (second["by"], second["subjects"]) == (["dan"], 1)
    assert [result["waived"] for result in event["results"]] == [2, 0]
    assert event["event"]["severity"] == "notice"  # the update is still violated
    assert "waived word" in event["decision"]["explanation"]


def test_broken_glass_is_critical_and_named_first() -> None:
    event, _ = event_of(waiver("carol", at=1), glass("dan", at=2))
    assert (event["event"]["severity"], event["event"]["outcome"]) == ("critical", "allowed")
    broken, other = event["waivers"]
    assert (broken["kind"], broken["entries"], broken["subjects"]) == ("break-glass", ["frozen", "word"], 2)
    assert (broken["pusher"], "pusher" in other) == ("bob", False)
    assert other["kind"] == "waiver"
    assert "break-glass" in event["decision"]["explanation"]


def test_without_waivers_the_event_is_as_it_was() -> None:
    event, evidence = event_of()
    assert (event["waivers"], event["event"]["severity"], evidence) == ([], "notice", ())


def test_more_than_fit_are_kept_as_evidence() -> None:
    many = tuple(waiver("carol", at=at, reason="x" * 400, ticket="mail ann@example.com") for at in range(20))
    decision = decide((policy(),), many, (commit(),))
    (waived,) = decision.results[0].let_go
    used = tuple(replace(waived.waivers[0], statement=f"{at:064x}") for at in range(300))
    let_go = (replace(waived, waivers=used),)
    decision = replace(decision, id=ID, time="2026-11-27T10:00:00.000000Z",
                       results=(replace(decision.results[0], let_go=let_go),))  # fmt: skip
    item = decision_item(decision)
    event = read(item.event)
    assert event is not None
    assert 0 < len(event["waivers"]) <= 100
    kept = next(json.loads(blob) for blob in item.evidence if blob.startswith(b'[{"by"'))
    assert len(kept) == 300
    assert canonical(kept) in item.evidence
    assert b"ann@example.com" not in item.event  # somebody's address stands in no event in clear
