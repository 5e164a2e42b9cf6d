"""The exports of forges: who has approved which commit, and what is no export."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitward.approvals.forges import MAXIMUM, Review, reviews
from gitward.errors import UsageError

ONE, OTHER = "1" * 40, "2" * 40


def github(*given: tuple[str, str, str]) -> Any:
    return [{"user": {"login": who}, "state": state, "commit_id": commit} for who, state, commit in given]


def gerrit(*votes: dict[str, Any]) -> Any:
    verified = {"all": [{"username": "x", "value": 2}]}
    return {"current_revision": ONE, "labels": {"Code-Review": {"all": list(votes)}, "Verified": verified}}


def bitbucket(*given: tuple[str, str, str]) -> Any:
    return {"values": [{"user": {"name": who}, "status": status, "lastReviewedCommit": commit} for who, status, commit in given]}


@pytest.mark.parametrize(
    ("forge", "data", "found"),
    [
        ("github", github(("bob", "APPROVED", ONE), ("ann", "COMMENTED", ONE)), {"bob": ONE}),
        ("github", github(("bob", "CHANGES_REQUESTED", OTHER), ("bob", "APPROVED", ONE), ("bob", "COMMENTED", "")), {"bob": ONE}),
        ("github", github(("bob", "APPROVED", ONE), ("bob", "CHANGES_REQUESTED", ONE)), {}),
        ("github", github(("bob", "APPROVED", ONE), ("bob", "DISMISSED", ONE)), {}),
        ("github", github(("bob", "APPROVED", OTHER), ("bob", "APPROVED", ONE), ("bob", "PENDING", ONE)), {"bob": ONE}),
        ("github", [{"user": None, "state": "APPROVED", "commit_id": ONE}], {}),
        ("github", [], {}),
        ("gitlab", {"approved_by": [{"user": {"username": "bob"}}, {"user": {"username": "ann"}}]}, {"bob": "", "ann": ""}),
        ("gerrit", gerrit({"username": "bob", "value": 2}, {"username": "ann", "value": 1}, {"username": "dan"}), {"bob": ONE}),
        ("gerrit", gerrit({"username": "bob", "value": -2}), {}),
        ("bitbucket", bitbucket(("bob", "APPROVED", ONE), ("ann", "NEEDS_WORK", ONE), ("dan", "UNAPPROVED", ONE)), {"bob": ONE}),
        ("bitbucket", bitbucket(("bob", "APPROVED", ONE))["values"], {"bob": ONE}),
    ],
)
def test_who_has_approved(forge: str, data: Any, found: dict[str, str]) -> None:
    text = json.dumps(data).encode()
    wanted = tuple(Review(reviewer=name, commit=commit) for name, commit in found.items())
    assert reviews(text, forge) == wanted
    assert forge != "gerrit" or reviews(b")]}'\n" + text, forge) == wanted


@pytest.mark.parametrize("forge", ["github", "gitlab", "gerrit", "bitbucket"])
@pytest.mark.parametrize(
    "data",
    [
        b"", b"7", b"null", b"[7]", b"[" * 100_000, b'{"message": "Not Found"}', b"\xff",
        b'[{"state": "APPROVED", "status": "APPROVED"}]',
    ],
)  # fmt: skip
def test_what_is_no_export(forge: str, data: bytes) -> None:
    with pytest.raises(UsageError, match="this is no export of"):
        reviews(data, forge)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (github(*((f"u{number}", "APPROVED", ONE) for number in range(101))), "more than 100 reviewers"),
        (github(("x" * 129, "APPROVED", ONE)), "without a fair name"),
        (github(("", "APPROVED", ONE)), "without a fair name"),
    ],
)
def test_what_is_too_much(data: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        reviews(json.dumps(data).encode(), "github")
    with pytest.raises(UsageError, match="at most"):
        reviews(b" " * (MAXIMUM + 1), "github")
