"""The page for administrators holds what the program does, and start-up pays nothing for it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import gitward
from gitward.lookup.settings import Settings
from gitward.policy.load import load_policy, load_record, load_with_tests
from gitward.policy.testing import run_tests
from gitward.record import fields

PAGE = (Path(__file__).parent.parent.parent / "docs/lookup.md").read_text()
EXAMPLES = re.findall(r"(?ms)^```yaml\n(.*?)^```", PAGE)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_loads(text: str) -> None:
    if text.startswith("kind"):
        assert load_record(Settings, text.encode(), "x.yaml").kind in text
    else:
        policy = load_policy({"x": f"version: 1\npolicy: {{id: x}}\n{text}".encode()}.get, "x", "x")
        assert policy.entries[1].rule.lookup == "jira"


def test_every_setting_is_explained() -> None:
    assert len(EXAMPLES) == 6
    explained = set(re.findall(r"`(\w+)`", PAGE.split("| key | |")[1].split("\n\n")[0]))
    assert set(fields(Settings)) <= explained


def test_the_tests_in_a_policy_take_every_ticket_for_open() -> None:
    entry = "{rule: ticket-reference, lookup: jira, tests: [{accept: 'PROJ-1: x'}, {reject: 'x'}]}"
    text = f"version: 1\npolicy: {{id: x}}\nrules: [{entry}]\n"
    assert run_tests(*load_with_tests({"x": text.encode()}.get, "x", "x")).is_green


def test_who_names_no_look_up_loads_none() -> None:
    source = str(Path(gitward.__file__).parent.parent)
    code = (
        f"import sys; sys.path.insert(0, {source!r})\n"
        "import gitward.judge, gitward.cli.hook_server, gitward.cli.main, gitward.cli.check, gitward.cli.ci\n"
        "from gitward.facts import asking, lookups_of\nfrom gitward.model import Host, Policy, Entry\n"
        "from gitward.rules.ticket_reference import TicketReference\n"
        "entry = Entry(id='x', rule=TicketReference(), refs=('refs/heads/**',))\n"
        "policy = Policy(id='x', mode='enforce', entries=(entry,), source='x', digest='x')\n"
        "assert lookups_of((policy,), Host()) is None and asking((policy,)) == ()\nprint(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
    loaded = set(run.stdout.split())
    assert not {name for name in loaded if name.startswith("gitward.lookup")}
    assert not loaded & {"ssl", "http.client", "json.tool"}
