"""docs/waivers.md: its policy loads, and its commands have the options that it names."""

from __future__ import annotations

import re
from pathlib import Path

from gitward.cli.waive import waive
from gitward.model import WaiverRight
from gitward.policy import load
from gitward.waivers.rights import EVERYTHING, NAMED

PAGE = (Path(__file__).parents[2] / "docs" / "waivers.md").read_text(encoding="utf-8")


def test_the_policy_is_one() -> None:
    text = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert text
    lines = [line for line in text[1].splitlines(keepends=True) if "approval" not in line]
    policy, _ = load.load_with_tests({"p.yaml": "".join(lines).encode()}.get, "p.yaml", "p.yaml")
    assert [(right.rules, right.who, right.count, right.at_most) for right in policy.waivers] == [
        (("change-ticket", "no-force-push"), ("carol", "dan"), 1, 24 * 3600),
        (EVERYTHING, ("dan",), 1, 2 * 3600),
    ]
    assert (WaiverRight.__defaults__["count"], WaiverRight.__defaults__["at_most"]) == (1, 24 * 3600)


def test_it_names_the_options_that_there_are() -> None:
    options = {name for parameter in waive.params for name in parameter.opts if name.startswith("--")}
    named = set(re.findall(r"--[a-z]+(?:-[a-z]+)*", PAGE))
    elsewhere = {"--actor", "--no-verify"}
    assert named - elsewhere <= options
    assert options - {"--repo", "--remote"} <= named
    assert f"at most {NAMED:,}" in PAGE
