"""What every rule makes of the examples on its page, and of any message whatever."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from hostile import BAD, bad
from hypothesis import given, settings
from hypothesis import strategies as st
from judging import GIVEN, Case, assert_well_formed, commit, examples, judge

from gitward.errors import Undecided
from gitward.model import Commit
from gitward.rules import NAMES, load
from soaking import examples as soaked
from timing import cpu_within

MESSAGE_RULES = [rule for rule in NAMES if "message" in load(rule).needs]


# --- the examples of the pages ---------------------------------------------------------------------------------------

PAGES = [(rule, heading, case) for rule in NAMES for heading, case in examples(rule)]


@pytest.mark.parametrize(("rule", "heading", "case"), PAGES, ids=[f"{rule}-{case}" for rule, _, case in PAGES])
def test_examples_of_the_page(rule: str, heading: str, case: Case) -> None:
    found = judge(load(rule)(**case.options), case.subject)
    assert bool(found) is (heading == "Rejected")


@pytest.mark.parametrize("rule", NAMES)
def test_every_page_has_examples_of_both(rule: str) -> None:
    page = sys.modules[load(rule).__module__].__doc__ or ""
    assert {heading for heading, _ in examples(rule)} == {"Rejected", "Accepted"}
    assert len(examples(rule)) == len(re.findall(r"(?m)^```+\w", page)), "an example that is not run"


# --- any message whatever --------------------------------------------------------------------------------------------

PIECES = [
    "fix: ", "PROJ-12", "UTF-8", "fixup! ", "\n", "\n\n", "\r\n", "```\n", "    ", "| a | b |", "](", "https://a.b/",
    "Assisted-by: ", "Signed-off-by: Claude Code\n", "Generated with [Codex]",
    "Refs: ", "BREAKING CHANGE: ", 'Revert "', "This reverts commit 1111111.", "\u200d", "\u202e", "👩", "中", "é",
    "word " * 20, ".", " ", "\t", "!", "(", ")", ":", "\0", "\r",
]  # fmt: skip
texts = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=12).map(lambda p: "".join(p).encode()))


def _verdict(rule: str, subject: Commit) -> Any:
    try:
        return [(found.line, found.column, found.message) for found in judge(load(rule)(**GIVEN.get(rule, {})), subject)]
    except Undecided as problem:
        return problem.reason


@given(texts)
@settings(max_examples=soaked(300), deadline=None)
def test_no_message_crashes_a_rule(raw: bytes) -> None:
    subject = commit(raw)
    for rule in MESSAGE_RULES:
        try:
            for violation in judge(load(rule)(**GIVEN.get(rule, {})), subject):
                assert_well_formed(violation, subject)
        except Undecided:
            assert rule in ("conventional-commit", "revert-reference")


@given(texts)
@settings(max_examples=soaked(300), deadline=None)
def test_line_ends_make_no_difference(raw: bytes) -> None:
    unix = raw.replace(b"\r", b"")
    for rule in MESSAGE_RULES:
        assert _verdict(rule, commit(unix)) == _verdict(rule, commit(unix.replace(b"\n", b"\r\n")))


@pytest.mark.parametrize("rule", MESSAGE_RULES)
def test_text_that_switches_nothing_off(rule: str) -> None:
    """Whatever a message says about itself, what a rule finds in it is found again."""
    bot = "\n\nCo-authored-by: dependabot[bot] <x@example.com>\n"
    magic = "\n\n[skip ci]\n# gitward: ignore\nMerge branch 'x' into main" + bot
    told = {
        "message-encoding": "fix: \u202ex", "subject-length": "x", "subject-pattern": "X", "subject-style": "Fix  x.",
        "body-required": "fix: x", "body-line-length": "fix: x\n\n" + "word " * 20, "conventional-commit": "Fix x",
        "ticket-reference": "fix: x", "signed-off-by": "fix: x",
        "ai-attribution": "fix: x\n\nAssisted-by: Claude", "no-fixup": "fixup! fix: x",
        "subject-imperative": "fixes x",
        "trailers": "fix: x", "revert-reference": 'Revert "fix: x"',
    }[rule]  # fmt: skip
    before = _verdict(rule, commit(told))
    assert before
    if rule != "body-required":  # the magic is a body
        assert _verdict(rule, commit(told + magic)) == before
    assert _verdict(rule, commit(told + bot))


@pytest.mark.parametrize("name", BAD)
def test_bad_messages_are_judged_in_no_time(name: str) -> None:
    subject = bad(name)
    with cpu_within(10):
        for rule in MESSAGE_RULES:
            judge(load(rule)(**GIVEN.get(rule, {})), subject)
