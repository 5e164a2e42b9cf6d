from __future__ import annotations

from xml.etree import ElementTree

import junitparser
import pytest
from decisions import ACME, decision, oid, result, ticket
from hypothesis import given
from hypothesis import strategies as st

from gitward.model import Decision, Violation
from gitward.render.junit import render

# The XSD of Jenkins' xUnit plug-in, version 10, as far as we use it: attributes needed, attributes known, children
SHAPE = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"},
        {"properties", "testcase", "testsuite", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}  # fmt: skip


def case(decision: Decision, index: int = 0) -> ElementTree.Element:
    return ElementTree.fromstring(render(decision)).findall("testsuite/testcase")[index]


def test_reports_have_the_shape_of_the_xsd(name: str, decisions: dict[str, Decision]) -> None:
    for element in ElementTree.fromstring(render(decisions[name])).iter():
        needed, known, children = SHAPE[element.tag]
        assert needed <= set(element.attrib) <= needed | known
        assert {child.tag for child in element} <= children


def test_a_junit_parser_loads_them(name: str, decisions: dict[str, Decision]) -> None:
    judged = decisions[name]
    loaded = junitparser.JUnitXml.fromstring(render(judged).encode())
    cases = [case for suite in loaded for case in suite]
    wrong = [
        case for case in cases if any(isinstance(part, junitparser.Failure | junitparser.Error) for part in case.result)
    ]
    assert len(cases) == len(judged.results) + (judged.failure is not None)
    assert bool(wrong) == (judged.exit_code != 0)
    assert (loaded.failures + loaded.errors, loaded.tests) == (len(wrong), len(cases))


def test_names_are_unique(name: str, decisions: dict[str, Decision]) -> None:
    """GitLab reads the first of two tests of one name and drops the other, failed or not."""
    cases = ElementTree.fromstring(render(decisions[name])).iter("testcase")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(names)) == len(names)


def test_two_policies_of_one_name() -> None:
    judged = decision(result("x", passed=1), result("x", ticket(oid(1)), policy=1), policies=(ACME, ACME))
    cases = ElementTree.fromstring(render(judged)).iter("testcase")
    assert [case.get("classname") for case in cases] == ["gitward.acme-default (1)", "gitward.acme-default (2)"]


def test_whole_reports(decisions: dict[str, Decision], snapshot) -> None:
    for name in ("denied", "mixed", "undecided", "hostile", "policy-invalid", "waived"):
        snapshot(f"{name}.xml", render(decisions[name]))


@pytest.mark.parametrize(
    ("of", "index", "tag"),
    [
        ("denied", 0, "failure"),
        ("undecided", 0, "error"),
        ("undecided", 1, "error"),
        ("mixed", 1, "system-out"),
        ("mixed", 2, "system-out"),
        ("draft", 2, "skipped"),
        ("hostile", 3, "skipped"),
        ("policy-invalid", 0, "error"),
    ],
)
def test_what_an_entry_becomes(of: str, index: int, tag: str, decisions: dict[str, Decision]) -> None:
    assert [child.tag for child in case(decisions[of], index)] == [tag]


def test_an_entry_that_passed_says_nothing(decisions: dict[str, Decision]) -> None:
    assert list(case(decisions["allowed"])) == []


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_makes_a_document_that_parses(text: str) -> None:
    judged = decision(result("x", Violation(message=text, commit=oid(1), subject=text), message=text), id="1")
    failure = case(judged).find("failure")
    assert failure is not None
    assert failure.text is not None
    assert failure.text.startswith('error[x] 0000001 "')
