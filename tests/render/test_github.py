from __future__ import annotations

import re

import pytest
from decisions import decision, oid, result, ticket
from hypothesis import given
from hypothesis import strategies as st

from gitward.model import Decision, Violation
from gitward.render import text
from gitward.render.github import render, summary


def read(line: str) -> tuple[str, dict[str, str], str] | None:
    """A workflow command as the runner takes it apart (actions/runner, ActionCommand.TryParseV2), or None."""
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    head, _, data = line[2:].partition("::")
    command, _, properties = head.partition(" ")
    pairs = dict(pair.split("=", 1) for pair in properties.strip().split(",") if "=" in pair)
    return command, {key: undo(value, ":,") for key, value in pairs.items()}, undo(data, "")


def undo(value: str, more: str) -> str:
    for character in f"\r\n{more}%":
        value = value.replace(f"%{ord(character):02X}", character)
    return value


def commands(judged: Decision) -> list[tuple[str, dict[str, str], str]]:
    return [command for line in render(judged).split("\n") if (command := read(line))]


def test_whole_reports(name: str, decisions: dict[str, Decision], snapshot) -> None:
    snapshot(f"{name}.github", render(decisions[name]))


def test_an_annotation_says_what_the_text_report_says(name: str, decisions: dict[str, Decision]) -> None:
    judged = decisions[name]
    *lines, last = text.render(judged).rstrip("\n").split("\n")
    said = [line for _, _, message in commands(judged) for line in message.split("\n")]
    blocks = [re.sub(r"^(note|warning): ", "", line) for line in lines if not line.startswith("evaluate:")]
    assert sorted(said) == sorted(blocks)
    assert render(judged).endswith(f"\n{last}\n") or render(judged) == f"{last}\n"


@pytest.mark.parametrize(
    ("of", "names"),
    [
        ("allowed", []),
        ("denied", ["error"]),
        ("mixed", ["warning", "notice"]),
        ("evaluate", ["notice"]),
        ("undecided", ["error"] * 4),
        ("policy-invalid", ["error"]),
        ("push", ["error", "error", "error", "error", "notice"]),
    ],
)
def test_commands(of: str, names: list[str], decisions: dict[str, Decision]) -> None:
    assert [name for name, _, _ in commands(decisions[of])] == names


def test_a_title_names_the_entry(decisions: dict[str, Decision]) -> None:
    assert [properties for _, properties, _ in commands(decisions["denied"])] == [
        {"title": "gitward: ticket-reference"}
    ]


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("\r\n:%,#")))
def test_no_text_makes_a_command_or_a_property_of_its_own(outside: str) -> None:
    found = Violation(message=outside, fix=outside, commit=oid(1), subject=outside)
    judged = decision(result("x,line=1::y" + outside, found), notices=(outside,))
    lines = render(judged).rstrip("\n").split("\n")
    assert len(lines) == 3
    assert [name for name, _, _ in commands(judged)] == ["error", "notice"]
    for name, properties, _ in commands(judged):
        assert set(properties) == {"title"}, name
    assert read(lines[-1]) is None
    assert "##" not in render(judged)


def test_percent_signs_come_back_as_they_were() -> None:
    ((_, _, message),) = commands(decision(result("x", ticket(oid(1), subject="100%0A %25"))))
    assert '"100%0A %25"' in message


def test_the_summary_is_the_text_report_in_a_fence(decisions: dict[str, Decision], snapshot) -> None:
    page = summary(decisions["denied"])
    snapshot("denied.summary.md", page)
    assert text.render(decisions["denied"]) in page


@pytest.mark.parametrize("ticks", ["```", "`````", "~~~"])
def test_nothing_ends_the_fence(ticks: str) -> None:
    page = summary(decision(result("x", ticket(oid(1), subject=f"{ticks}\n{ticks} <img src=x> @someone"))))
    lines = page.rstrip("\n").split("\n")
    fence = lines[2].removesuffix("text")
    assert set(fence) == {"`"}
    assert lines[-1] == fence
    assert not [line for line in lines[3:-1] if fence in line]
