from __future__ import annotations

import pytest
from judging import Case, accepts, commit, raw_commit, rejects

MERGE = "a merge commit"

REJECTED = [
    rejects(raw_commit(parents=2), MERGE),
    rejects(raw_commit(parents=3), MERGE),  # an octopus
    rejects(raw_commit(parents=16), MERGE),
    rejects(raw_commit(parents=2, body="fix: no merge, says the subject\n"), MERGE),
    rejects(raw_commit(parents=2, body="Merge branch 'topic'\n"), MERGE),
    rejects(raw_commit(parents=2, body=""), MERGE),
    rejects(raw_commit(parents=2, body="\udcff\udcfe"), MERGE),
    rejects(raw_commit(parents=2, body="Squashed commit of the following:\n"), MERGE),
    rejects(raw_commit(parents=2, body="x\n\n[skip ci]\n\nCo-authored-by: dependabot[bot] <x@example.com>\n"), MERGE),
    rejects(commit("x", merge=True, oid=None, parents=None), MERGE),  # MERGE_HEAD, in commit-msg
    rejects(commit("", merge=True), MERGE),
    rejects(commit("x" * (1 << 20), merge=True), MERGE),
]
ACCEPTED = [
    accepts(raw_commit(parents=0)),
    accepts(raw_commit(parents=1)),
    accepts(raw_commit(parents=1, body="Merge branch 'topic'\n")),
    accepts(raw_commit(parents=1, body="Merge pull request #1 from a/b\n")),
    accepts(raw_commit(parents=1, body="Merge commit '1111111' into main\n\n# Conflicts:\n#\tx\n")),
    accepts(raw_commit(parents=1, body="MergeSort implemented\n")),
    accepts(raw_commit(parents=1, body="fix: x\n\nMerge of two ideas\n")),
    accepts(raw_commit(parents=0, body="Merge branch 'orphan'\n")),
    accepts(raw_commit(parents=1, body="")),
    accepts(raw_commit(parents=1, body="\udcff")),
    accepts(commit("Merge branch 'x'", oid=None, parents=None)),
    accepts(commit("x", parents=())),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("linear-history")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("linear-history")
