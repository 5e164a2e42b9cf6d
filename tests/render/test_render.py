from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata

import pytest
from decisions import decision, oid, result

from gitward.model import Decision, RefUpdate, Violation
from gitward.render import DOCS, FORMATS, docs_url, render


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_a_function_of_the_decision(form: str, name: str, decisions: dict[str, Decision]) -> None:
    first, second = render(form, decisions[name]), render(form, decisions[name])
    assert first == second
    assert first.endswith("\n")
    assert not first.endswith("\n\n")


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_lets_a_hostile_character_through(form: str, decisions: dict[str, Decision]) -> None:
    text = render(form, decisions["hostile"])
    text.encode()
    assert {character for character in text if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")} == {"\n"}
    if form not in ("json", "sarif"):  # the report keeps its strings as they are, the other's only one is a URI
        assert "##" not in text


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"github"}))
def test_no_line_is_a_command_of_a_ci_system(form: str, decisions: dict[str, Decision]) -> None:
    assert not re.search(r"^\s*::", render(form, decisions["hostile"]), re.MULTILINE)


def _levels(log: str) -> list[str]:
    (run,) = json.loads(log)["runs"]
    return [item["level"] for item in (*run["results"], *run["invocations"][0]["toolExecutionNotifications"])]


ALARMS = {
    "text": lambda text: text.splitlines()[-1].startswith(("denied", "undecided")),
    "json": lambda text: json.loads(text)["exit_code"] != 0,
    "sarif": lambda text: "error" in _levels(text),
    "junit": lambda text: "<failure" in text or "<error" in text,
    "github": lambda text: any(line.startswith("::error ") for line in text.splitlines()),
    "gitlab": lambda text: '"major"' in text or '"blocker"' in text,
}


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_alone_shows_what_is_not_allowed(form: str, name: str, decisions: dict[str, Decision]) -> None:
    assert ALARMS[form](render(form, decisions[name])) == (decisions[name].exit_code != 0)


def test_an_unknown_format_is_refused(decisions: dict[str, Decision]) -> None:
    with pytest.raises(KeyError, match="yaml"):
        render("yaml", decisions["allowed"])


def test_options_reach_the_text(decisions: dict[str, Decision]) -> None:
    assert "\x1b[1;31mdenied\x1b[0m" in render("text", decisions["denied"], colour=True)


def test_only_the_format_that_is_asked_for_is_imported() -> None:
    code = (
        "import sys; from gitward.render import render; import gitward.render.text;"
        "print(*[name for name in sys.modules if name.startswith('gitward.render.')])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = set(printed.split())
    assert not loaded & {f"gitward.render.{module}" for form, module in FORMATS.items() if form != "text"}


def test_docs_url() -> None:
    assert docs_url("ticket-reference") == f"{DOCS}#ticket-reference" == "docs/rules.md#ticket-reference"


@pytest.mark.parametrize("form", ["text", "json", "junit", "gitlab", "sarif"])
def test_bytes_that_are_no_utf8_are_shown_as_such(form: str) -> None:
    latin = b"caf\xe9".decode("utf-8", "surrogateescape")
    update = RefUpdate(ref=f"refs/heads/{latin}", old=oid(1), new=oid(2), ancestry="ff")
    judged = decision(result("x", Violation(message=f'"{latin}"', commit=oid(1), subject=latin)), updates=(update,))
    text = render(form, judged)
    assert (json.dumps("caf\\xe9")[1:-1] if form in ("json", "gitlab", "sarif") else "caf\\xe9") in text
