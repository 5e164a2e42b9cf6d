from __future__ import annotations

import pytest
from judging import OID, Case, accepts, rejects, update

REWRITTEN, MOVED = "not a fast-forward", "the tag exists and would be moved"

REJECTED = [
    rejects(update("non-ff", "refs/heads/main"), REWRITTEN),
    rejects(update("non-ff", "refs/heads/topic/deep/name"), REWRITTEN),
    rejects(update("non-ff", "refs/heads/main", alias="refs/heads/alias"), REWRITTEN),
    rejects(update("non-ff", "refs/heads/日本語"), REWRITTEN),
    rejects(update("non-ff", "refs/heads/\udcff"), REWRITTEN),
    rejects(update("non-ff", "refs/heads/refs/tags/v1"), REWRITTEN),
    rejects(update("non-ff", "refs/notes/commits"), REWRITTEN),
    rejects(update("non-ff", "refs/heads/main", kind="tree"), REWRITTEN),
    rejects(update("non-ff", "refs/heads/main", old="1" * 64, new="2" * 64), REWRITTEN),
    rejects(update("ff", "refs/tags/v1"), MOVED),
    rejects(update("non-ff", "refs/tags/v1"), MOVED),
    rejects(update("ff", "refs/tags/release/v1", tag="release/v1"), MOVED),
    rejects(update("non-ff", "refs/tags/v1", kind="blob"), MOVED),
    rejects(update("non-ff", "refs/tags/refs/heads/main"), MOVED),
    rejects(update("create", "refs/heads/main", lost=OID), "the branch stood at"),
    rejects(update("create", "refs/tags/v1", lost=OID), "the tag stood at"),
]
ACCEPTED = [
    accepts(update("ff", "refs/heads/main")),
    accepts(update("ff", "refs/heads/topic")),
    accepts(update("ff", "refs/notes/commits")),
    accepts(update("create", "refs/heads/main")),
    accepts(update("create", "refs/tags/v1", tag="v1")),
    accepts(update("create", "refs/tags/v1", kind="tree")),
    accepts(update("delete", "refs/heads/main")),
    accepts(update("delete", "refs/tags/v1")),
    accepts(update("range", "refs/heads/main")),
    accepts(update("draft", "refs/heads/main")),
    accepts(update("range", "refs/tags/v1")),
    accepts(update("ff", "refs/tags/v1", old=OID, new=OID)),
    accepts(update("ff", "refs/heads/main", kind="blob")),
    accepts(update("ff", "refs/heads/tags/v1")),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("no-force-push")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("no-force-push")
