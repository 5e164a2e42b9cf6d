"""The policy that is written: it loads, its tests hold, and no text of a source leaves its comment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward.errors import UsageError
from gitward.imports import read
from gitward.imports.found import Found, Note, Proposal
from gitward.imports.write import comment, quoted, write
from gitward.policy.load import load_policy, load_with_tests
from gitward.policy.testing import run_tests


def loaded(text: str):
    return load_policy({"p": text.encode()}.get, "p", "p")


def proposals(*given_proposals: Proposal, notes: tuple[Note, ...] = ()):
    return write(Found(kind="gitlint", proposals=given_proposals, notes=notes), "x")


@given(st.text())
def test_any_text_survives_quoting(text):
    head = "version: 1\npolicy: {id: x}\nrules: [{rule: no-fixup, message: "
    if text and not any("\ud800" <= each <= "\udfff" for each in text):
        assert loaded(f"{head}{quoted(text)}}}]\n").entries[1].message == text


@given(st.text())
def test_any_text_stays_in_its_comment(text):
    lines = list(comment(text, "  "))
    assert all(line.startswith("  # ") and line.isprintable() for line in lines)
    if not any("\ud800" <= each <= "\udfff" for each in text):
        loaded("version: 1\npolicy: {id: x}\nrules:\n" + "\n".join(lines) + "\n  - {rule: no-fixup}\n")


def test_ids_are_unique():
    each = Proposal(rule="no-fixup", settings=("x",))
    other = Proposal(rule="no-fixup", settings=("x",), id="No Fixup 2!")
    assert [entry.id for entry in loaded(proposals(each, other, each, each).text).entries[1:]] == [
        "no-fixup", "no-fixup-2", "no-fixup-3", "no-fixup-4",
    ]  # fmt: skip


def test_rules_of_later_versions_and_refused_options_are_named():
    written = proposals(
        Proposal(rule="clairvoyance", settings=("a.b",)),
        Proposal(rule="subject-length", settings=("c",), options={"max": 0}),
        Proposal(rule="no-fixup", settings=("d",)),
    )
    assert [note.line for note in written.notes[:2]] == [
        "a.b: later: comes with rule clairvoyance",
        "c: not importable: 0 is too small, at least 1",
    ]
    assert "# - a.b: later: comes with rule clairvoyance\n" in written.text
    assert written.entries == 1


def test_nothing_to_write_and_too_much():
    assert proposals(notes=(Note(setting="a", kind="off", words="b"),)).text == ""
    with pytest.raises(UsageError, match="would become 101 entries"):
        proposals(*[Proposal(rule="no-fixup", settings=("x",))] * 101)


@pytest.mark.parametrize(
    "name", ["[general]\nregex-style-search=true\n", "[general]\nignore=T3\n[T7]\nregex=^[A-Z]+-[0-9]+ [a-z]\n"]
)
def test_policy_test_is_green_on_what_is_written(name):
    text = write(read(name.encode(), ".gitlint"), ".gitlint").text
    policy, tests = load_with_tests({"p": text.encode()}.get, "p", "p")
    report = run_tests(policy, tests)
    assert report.faults == ()
    assert all(len(tests[entry.id]) >= 2 for entry in policy.entries[1:])


def test_an_entry_that_no_message_of_ours_fits_has_no_tests_and_says_so():
    text = proposals(Proposal(rule="subject-pattern", settings=("x",), options={"pattern": "."})).text
    assert "# `gitward policy test` wants a change that this entry alone rejects" in text
