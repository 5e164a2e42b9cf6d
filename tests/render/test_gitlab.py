from __future__ import annotations

import json
import re

import pytest
from decisions import decision, oid, result, ticket
from jsonschema import Draft202012Validator

from gitward.model import Decision
from gitward.render.gitlab import render

# GitLab's documentation, "Code Quality report format": every field is needed, paths are relative and without `./`
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def test_reports_hold_to_the_schema(name: str, decisions: dict[str, Decision]) -> None:
    found = json.loads(render(decisions[name]))
    Draft202012Validator(SCHEMA).validate(found)
    assert len({item["fingerprint"] for item in found}) == len(found)


def test_whole_reports(decisions: dict[str, Decision], snapshot) -> None:
    for name in ("mixed", "push", "undecided", "hostile", "too-large", "waived", "glass"):
        snapshot(f"{name}.gitlab.json", render(decisions[name]))


def test_nothing_found_is_an_empty_array(decisions: dict[str, Decision]) -> None:
    assert render(decisions["allowed"]) == "[]\n"


@pytest.mark.parametrize(
    ("of", "severities"),
    [
        ("mixed", ["minor", "info"]),
        ("undecided", ["blocker", "blocker", "major", "blocker"]),
        ("policy-invalid", ["blocker"]),
    ],
)
def test_severities(of: str, severities: list[str], decisions: dict[str, Decision]) -> None:
    assert [item["severity"] for item in json.loads(render(decisions[of]))] == severities


def test_a_fingerprint_stays_when_others_come_and_go() -> None:
    alone, beside = (
        {item["location"]["path"]: item["fingerprint"] for item in json.loads(render(decision(result("x", *found))))}
        for found in ([ticket(oid(2))], [ticket(oid(1)), ticket(oid(2)), ticket(oid(3))])
    )
    assert alone[f"commits/{oid(2)}"] == beside[f"commits/{oid(2)}"]
    assert re.fullmatch("[0-9a-f]{32}", alone[f"commits/{oid(2)}"])


def test_what_was_not_kept_is_counted(decisions: dict[str, Decision]) -> None:
    found = [item["description"] for item in json.loads(render(decisions["many"])) if "more" in item["description"]]
    assert found == ["150 more violations found", "30 more violations found"]
