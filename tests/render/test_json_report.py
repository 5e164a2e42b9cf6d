from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from decisions import HOSTILE, decision, oid, result, ticket
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from gitward.model import Decision, RefUpdate, Violation
from gitward.render.escape import well_formed
from gitward.render.json_report import render

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "report.schema.json").read_text(encoding="utf-8"))


def load(text: str) -> Any:
    """As a strict parser reads it: no key twice, no NaN, every string valid Unicode (RFC 8259, RFC 7493)."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    value = json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in keys(item)}
    return {key for item in value for key in keys(item)} if isinstance(value, list) else set()


def documented(schema: dict[str, Any]) -> set[str]:
    """Every key under `properties`, anywhere in the schema."""
    found = set(schema.get("properties", {}))
    for value in schema.values():
        for item in value.values() if isinstance(value, dict) else ():
            if isinstance(item, dict):
                found |= documented(item)
    return found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_reports_hold_to_the_schema(name: str, decisions: dict[str, Decision]) -> None:
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(load(render(decisions[name])))


def test_the_schema_sees_what_is_missing(decisions: dict[str, Decision]) -> None:
    report = load(render(decisions["hostile"]))
    validator = Draft202012Validator(SCHEMA)
    for path in ((), ("summary",), ("policies", 0), ("updates", 0), ("results", 0), ("results", 0, "violations", 0)):
        whole = json.loads(json.dumps(report))
        part = whole
        for step in path:
            part = part[step]
        for key in list(part):
            value = part.pop(key)
            assert not validator.is_valid(whole), (path, key)
            part[key] = value
    assert validator.is_valid(whole)


def test_schema_documentation_and_renderer_name_the_same_keys(decisions: dict[str, Decision]) -> None:
    written = {key for judged in decisions.values() for key in keys(load(render(judged)))}
    assert written == documented(SCHEMA)
    page = (DOCS / "report.md").read_text(encoding="utf-8")
    assert {key for key in written if f"`{key}`" not in page} == set()


def test_the_documentation_names_no_key_that_is_not_written() -> None:
    page = (DOCS / "report.md").read_text(encoding="utf-8")
    section = page[page.index("## json") : page.index("### The judgement")]
    named = {
        key for row in re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE) for key in re.findall("`(.*?)`", row)
    }
    assert named <= documented(SCHEMA)
    assert len(named) > 30


def test_whole_reports(decisions: dict[str, Decision], snapshot) -> None:
    for name in ("denied", "mixed", "hostile", "policy-invalid", "waived"):
        snapshot(f"{name}.json", render(decisions[name]))


def test_the_keys_that_are_promised(decisions: dict[str, Decision]) -> None:
    report = load(render(decisions["mixed"]))
    assert report["schema"] == "gitward.report/1"
    assert (report["outcome"], report["would_be"], report["exit_code"]) == ("allowed", "denied", 0)
    assert [result["policy"] for result in report["results"]] == [0, 0, 1]
    assert report["results"][1]["violations"][0]["where"] == {"commit": "f" * 40, "ref": None, "path": None}
    assert report["results"][1]["violations"][0]["docs_url"] == "docs/rules.md#subject-length"
    assert report["summary"] | {"not_applicable": 0} == {
        "commits": 40, "errors": 1, "warnings": 1, "exempt": 0, "waived": 0, "undecided": 0, "not_applicable": 0,
    }  # fmt: skip


def test_violations_over_a_hundred_are_counted(decisions: dict[str, Decision]) -> None:
    report = load(render(decisions["many"]))
    assert len(report["results"][0]["violations"]) == 100
    assert report["results"][0]["violation_count"] == 250
    assert report["summary"]["errors"] == 380


def test_text_comes_back_as_it_was(decisions: dict[str, Decision]) -> None:
    report = load(render(decisions["hostile"]))
    assert report["results"][0]["message"] == HOSTILE.replace("\udcff", "\\xff")


def test_a_failure_keeps_its_detail(decisions: dict[str, Decision]) -> None:
    text = render(decisions["policy-invalid"])
    assert load(text)["failure"]["reason"] == "policy-invalid"
    assert "/etc" not in text


any_text = st.text(st.characters(exclude_categories=()))


@given(any_text, any_text)
def test_any_text_makes_a_report_that_strict_parsers_read(message: str, ref: str) -> None:
    update = RefUpdate(ref=ref, old=oid(1), new=oid(2), ancestry="ff")
    text = render(decision(result("x", Violation(message=message, ref=ref)), updates=(update,)))
    assert text.isascii()
    report = load(text)
    assert report["updates"][0]["ref"] == well_formed(ref)
    assert report["results"][0]["violations"][0]["message"] == well_formed(message)


@pytest.mark.parametrize("key", ["id", "time"])
def test_two_runs_differ_in_id_and_time_only(key: str) -> None:
    one, other = (
        load(render(decision(result("x", ticket(oid(1))), **{key: value})))
        for value in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z")
    )
    assert one != other
    assert {**one, key: ""} == {**other, key: ""}
