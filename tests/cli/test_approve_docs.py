"""docs/approvals.md: its policies load, its commands have the options that it names, and a denial reads as it says."""

from __future__ import annotations

import re
from pathlib import Path

from gitward.approvals.forges import FORGES
from gitward.cli.approve import approve
from gitward.policy import load

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "approvals.md").read_text(encoding="utf-8")
HEAD = "version: 1\npolicy: {id: payments}\n"
WORDS = "".join(path.read_text() for path in (ROOT / "src" / "gitward").rglob("*.py"))


def test_its_policies_load() -> None:
    first, second = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    people = re.sub(r", keys: \[.*?\]\}", "}", first.replace("AAAA...", "AAAA"))
    whole = HEAD + people + second.replace("security", "reviewer")
    policy, _ = load.load_with_tests({"p.yaml": whole.encode()}.get, "p.yaml", "p.yaml")
    assert [entry.id for entry in policy.entries if entry.rule.name == "approval"] == ["approval", "policy-approval"]


def test_it_names_the_options_that_there_are() -> None:
    options = {name for parameter in approve.params for name in parameter.opts if name.startswith("--")}
    named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", PAGE))
    assert named - {"--actor", "--url", "--paginate", "--no-ff", "--unshallow", "--refetch", "--no-filter"} <= options
    assert {"--ref", "--push", "--show", "--revoke", "--reason", "--from-forge", "--forge"} <= named
    forges = PAGE.split("| `--forge` |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `([a-z]+)` \|", forges, re.MULTILINE)) == set(FORGES)


def test_what_it_says_is_denied_is_what_is_said() -> None:
    table = PAGE.split("| the report says of an approval |")[1].split("\n\n")[0]
    said = [each for row in table.splitlines()[2:] for each in re.split(r"; |\.\.\.", row.split("|")[1])]
    wordings = [re.sub(r"^[:,] ", "", each.strip()) for each in said if len(each.split()) > 3]
    assert len(wordings) >= 10
    constant = [re.sub(r" (reviewer|bob|refs/heads/main.*)$", "", each.removeprefix("signed")) for each in wordings]
    assert [each for each in constant if each not in WORDS] == []
