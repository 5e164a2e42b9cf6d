from __future__ import annotations

import pytest
from judging import Case, accepts, rejects, update

GONE = "the ref would be deleted"

REJECTED = [
    rejects(update("delete", ref, **facts), GONE)
    for ref, facts in [
        ("refs/heads/main", {}),
        ("refs/heads/topic", {}),
        ("refs/heads/a/b/c", {}),
        ("refs/heads/main", {"alias": "refs/heads/alias"}),
        ("refs/heads/main", {"old": "0" * 40}),
        ("refs/heads/main", {"old": "1" * 64, "new": "0" * 64}),
        ("refs/heads/日本語", {}),
        ("refs/heads/\udcff\udcfe", {}),
        ("refs/heads/" + "x" * 5000, {}),
        ("refs/tags/v1", {}),
        ("refs/tags/release/v1", {"kind": "tag"}),
        ("refs/notes/commits", {}),
        ("refs/replace/" + "1" * 40, {}),
    ]
]
ACCEPTED = [
    accepts(update("create", "refs/heads/main")),
    accepts(update("create", "refs/tags/v1")),
    accepts(update("create", "refs/tags/v1", tag="v1")),
    accepts(update("ff", "refs/heads/main")),
    accepts(update("ff", "refs/tags/v1")),
    accepts(update("non-ff", "refs/heads/main")),
    accepts(update("non-ff", "refs/tags/v1")),
    accepts(update("ff", "refs/heads/delete")),
    accepts(update("ff", "refs/heads/main", commits=0)),
    accepts(update("range", "refs/heads/main")),
    accepts(update("draft", "refs/heads/main")),
    accepts(update("ff", "refs/heads/日本語")),
    accepts(update("create", "refs/heads/\udcff")),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("no-ref-deletion")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("no-ref-deletion")
