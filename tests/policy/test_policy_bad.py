"""What a policy may not be: `bad.yaml` holds each refused policy with every word that is said about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from policies import policy

from gitward import __version__, rules
from gitward.errors import PolicyError

CASES = yaml.safe_load((Path(__file__).parent / "bad.yaml").read_text(encoding="utf-8"))


def said(problem: PolicyError) -> list[str]:
    lines = []
    for each in (problem, *problem.others):
        lines.append(str(each))
        if each.fix:
            lines.append(f"  fix: {each.fix}")
    return [line.replace(__version__, "VERSION").replace(", ".join(rules.NAMES), "RULES") for line in lines]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].replace(" ", "-"))
def test_it_is_refused_in_these_words(case):
    files = {name.removesuffix(".yaml"): text for name, text in case.items() if name.endswith(".yaml")}
    with pytest.raises(PolicyError) as refused:
        policy(files.pop("p"), **files)
    assert said(refused.value) == case["says"]
    assert refused.value.exit_code == 2


def test_there_are_enough_of_them_and_each_has_a_place():
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)
    for case in CASES:
        for line in case["says"]:
            assert re.match(r"  fix: \S|(builtin:)?[a-z.]+:[1-9]\d*:[1-9]\d*: \S", line)
