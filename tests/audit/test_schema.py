"""The schema of events: every class and field is in the documents, what is not in it is refused, hostile events cost little."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gitward.audit import schema
from gitward.audit.happenings import happening
from gitward.audit.schema.classes import CLASSES, FAMILIES
from timing import cpu_within

DOCS = Path(__file__).parents[2] / "docs"
LINES = (DOCS / "events.examples.jsonl").read_bytes().splitlines()
RECEIVE: dict[str, Any] = json.loads(LINES[0])


def test_every_class_has_an_example_that_holds() -> None:
    validator = jsonschema.Draft202012Validator(json.loads((DOCS / "event.schema.json").read_text()))
    names = set()
    for line in LINES:
        event = json.loads(line)
        assert schema.problem_of_bytes(line, event) == ""
        assert list(validator.iter_errors(event)) == []
        name = event["event"]["class"]
        names.add(name if name in CLASSES else name.partition(".")[0])
    assert names == {*CLASSES, *FAMILIES}


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_must_have_its_parts(name: str) -> None:
    event = next(event for event in map(json.loads, LINES) if event["event"]["class"] == name)
    for part in CLASSES[name].needs:
        assert repr(part) in schema.problem({key: value for key, value in event.items() if key != part})


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    event = copy.deepcopy(RECEIVE)
    change(event)
    return schema.problem(event)


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "x": lambda event: event.update(x=1),
    "actor.name": lambda event: event["actor"].update(name="Ann"),
    "schema": lambda event: event.update(schema="gitward.event/2"),
    "id": lambda event: event.update(id="01KBQ7Z3N400000000000000ILOU"),
    "time": lambda event: event.update(time="2026-01-15T09:00:00Z"),
    "update_count": lambda event: event.update(update_count=True),
    "result_count": lambda event: event.update(result_count=1.0),
    "emitter.trust": lambda event: event["emitter"].update(trust="me"),
    "emitter.host": lambda event: event["emitter"].update(host="h" * 4097),
    "updates.0.old": lambda event: event["updates"][0].update(old="A" * 40),
    "updates.0.ref": lambda event: event["updates"][0].update(ref={"b64": "ü"}),
    "updates": lambda event: event.update(updates=event["updates"] * 51),
    "actor.claim": lambda event: event["actor"].update(claim="Ann"),
    "actor.claim.commitment": lambda event: event["actor"].update(claim={"commitment": "0"}),
    "change.authors.0": lambda event: event["change"].update(authors=["Ann"]),
    "decision.outcome": lambda event: event["decision"].update(outcome="permitted"),
    "results.0.passed": lambda event: event["results"][0].update(passed=-1),
    "session.push_option_count": lambda event: event["session"].update(push_option_count=1 << 53),
    "results.0.reasons.0.2": lambda event: event["results"][0].update(reasons=[["passed", "", "1"]]),
    "deploy": lambda event: event.update(deploy={"ratio": [0.5]}),
    "log": lambda event: event.update(log={"é": "1"}),
    "repository": lambda event: event.update(repository="\ud800"),
    "event.class": lambda event: event["event"].update({"class": "Decision.receive\n"}),
    "actor": lambda event: event.pop("actor"),
}


@pytest.mark.parametrize("place", WRONG)
def test_what_is_not_in_it_is_refused_by_place(place: str) -> None:
    assert changed(WRONG[place]).startswith(f"{place}:"), changed(WRONG[place])


def test_a_class_that_there_is_not() -> None:
    assert "no class 'decision.guess'" in changed(lambda event: event["event"].update({"class": "decision.guess"}))
    assert changed(lambda event: event["event"].update({"class": "waiver.given"})) != ""
    assert changed(lambda event: event.update({"event": {"class": "waiver.given", "outcome": "done"}, "waiver": {}})) == ""


@pytest.mark.parametrize("event", [None, 3, "x", [], {}, {"event": 1}, {"event": {"class": []}}])
def test_what_is_no_event_at_all(event: object) -> None:
    assert schema.problem(event) != ""


def test_hostile_events_are_refused_in_little_time() -> None:
    deep: Any = 1
    for _ in range(950):
        deep = [deep]
    wide = {f"k{number}": 0 for number in range(50_000)}
    with cpu_within(3):
        for part in (deep, wide, ["x"] * 60_000, "x" * 60_000):
            wrong = changed(lambda event, part=part: event.update(log={"a": part}))  # type: ignore[misc]
            assert wrong.startswith("log: ")
            assert len(wrong) <= 200
        assert len(changed(lambda event: event.update(wide))) <= 200


def test_the_bytes_must_be_the_canonical_ones() -> None:
    raw = LINES[0]
    assert schema.problem_of_bytes(raw, RECEIVE) == ""
    twice = raw.replace(b'"action":"push"', b'"action":"push","action":"push"')
    for other in (raw.replace(b":", b": ", 1), json.dumps(RECEIVE).encode(), twice, raw.replace(b"main", b"m\\u0061in", 1)):
        assert schema.problem_of_bytes(other, json.loads(other)) == "its bytes are not the canonical ones"
    assert "65235 are allowed" in schema.problem_of_bytes(b" " * 65_236, RECEIVE)


@pytest.mark.parametrize("name", ["log.heartbeat", "log.verified", "log.exported"])
def test_happenings_hold(name: str) -> None:
    raw = happening(name)
    assert schema.problem_of_bytes(raw, json.loads(raw)) == ""
