from __future__ import annotations

import pytest
from policies import HEAD, reader

from gitward.policy import load, packs
from gitward.policy.testing import run_tests


def as_file(pack: str):
    """A policy that extends the pack as a file of its own, so that its entries need tests."""
    top = HEAD + f"extends: [{pack}.yaml]\nrefsets: {{protected: [refs/heads/main, refs/heads/release/**]}}\n"
    files = {f"{pack}.yaml": packs.read(f"builtin:{pack}"), "p.yaml": top}
    return load.load_with_tests(reader(files), "p.yaml", "p.yaml")


def test_the_packs_that_there_are():
    assert packs.names() == ("conventional", "minimal", "open-source", "regulated")
    assert packs.read("builtin:none") is None
    assert packs.read("builtin:../packs/minimal") is None


@pytest.mark.parametrize("pack", packs.names())
def test_every_entry_is_held_by_its_tests(pack):
    policy, tests = as_file(pack)
    report = run_tests(policy, tests)
    assert report.faults == ()
    assert report.passed >= 2 * (len(policy.entries) - 1)


def test_regulated_judges_merges():
    policy, _ = as_file("regulated")
    judging = [entry.id for entry in policy.entries if hasattr(entry.rule, "merges")]
    assert judging
    assert all(entry.rule.merges == "judge" for entry in policy.entries if entry.id in judging)


def test_a_pack_judges_what_its_name_says():
    ids = {pack: [entry.id for entry in as_file(pack)[0].entries] for pack in packs.names()}
    assert ids["conventional"] == [*ids["minimal"], "conventional-commit"]
    assert ids["open-source"] == [*ids["minimal"], "signed-off-by"]
    assert "ticket-reference" in ids["regulated"]
