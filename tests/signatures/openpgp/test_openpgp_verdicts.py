"""What git says of a signed commit, and what gitward says: side by side, by the installed git and gpg."""

from __future__ import annotations

import pytest
from pgpcases import VERDICTS

from gitward.gitobject import parse_commit
from gitward.gitobject.signed import signed_commit

IN_2026 = 1_767_225_600


@pytest.fixture(scope="module")
def git(world):
    return world.git_says()


def status_at(finding, when):
    """What a finding amounts to at a moment, seconds since 1970."""
    if finding.status != "good":
        return finding.status
    if finding.not_before is not None and when < finding.not_before:
        return "not-yet-valid"
    if finding.not_after is not None and when > finding.not_after:
        return "expired"
    return "revoked-soft" if finding.revoked is not None and when >= finding.revoked else "good"


def gitward_says(verifier, raw):
    """The status with the clock at the signature's own time, that in 2026, and why."""
    commit = parse_commit(None, raw)
    if commit.malformed:
        return "gate", "gate", commit.malformed
    signed = signed_commit(raw)
    if signed is None:
        return "unsigned", "unsigned", ""
    (proof,) = verifier.prove([signed])
    finding = verifier.find(proof, signed)
    return status_at(finding, proof.signed_time or 0), status_at(finding, IN_2026), finding.detail


def test_every_commit_is_in_the_table(world):
    assert set(world.commits) == set(VERDICTS)


@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts_side_by_side(world, git, name):
    letter, then, now, why = VERDICTS[name]
    *found, detail = gitward_says(world.verifier, world.commits[name])
    assert (git[name], *found) == (letter, then, now)
    assert why in detail
