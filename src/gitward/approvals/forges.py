"""The reviews in a forge's export, for one commit. Weaker than a signature: it is the word of whoever ran the export.

    github      GET /repos/OWNER/REPO/pulls/N/reviews                       docs.github.com, REST, pull request reviews
    gitlab      GET /projects/ID/merge_requests/N/approvals                 docs.gitlab.com, Merge request approvals API
    gerrit      GET /changes/ID/detail?o=CURRENT_REVISION&o=DETAILED_LABELS  gerrit-review, REST API, changes
    bitbucket   GET .../pull-requests/N/participants                        Bitbucket Data Center REST API
"""

from __future__ import annotations

import json

from gitward.errors import UsageError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

MAXIMUM = 8 << 20  # bytes
MOST = 100  # reviewers
_NAME = 128
_GITHUB_STATES = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
_LABEL = "Code-Review"
_FULL_VOTE = 2


@record
class Review:
    """Who has approved, by the name of their account, and of which commit, '' where the export does not say."""

    reviewer: str
    commit: str = ""


def reviews(data: bytes, forge: str) -> tuple[Review, ...]:
    """The approvals in an export that still stand, each reviewer once. Raises UsageError for what is no such export."""
    if len(data) > MAXIMUM:
        raise UsageError(f"the export has {len(data)} bytes, at most {MAXIMUM} are read")
    try:
        plain = json.loads(data.removeprefix(b")]}'\n"))
        found = {review.reviewer: review for review in FORGES[forge](plain)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        fix = "see docs/approvals.md for the request that gives it"
        raise UsageError(f"this is no export of {forge}'s reviews", fix) from None
    if len(found) > MOST or any(not name or len(name) > _NAME for name in found):
        raise UsageError(f"the export names more than {MOST} reviewers, or one without a fair name")
    return tuple(found.values())


def _github(plain: Any) -> Iterator[Review]:
    """A list, the oldest first. What somebody said last counts; a comment takes nothing back, nor does what is not sent yet."""
    last: dict[str, tuple[str, str]] = {}
    for each in plain:
        if each["state"] in _GITHUB_STATES and each["user"]:
            last[_text(each["user"]["login"])] = (each["state"], _text(each["commit_id"]))
    return (Review(reviewer=name, commit=commit) for name, (state, commit) in last.items() if state == "APPROVED")


def _gitlab(plain: Any) -> Iterator[Review]:
    return (Review(reviewer=_text(each["user"]["username"])) for each in plain["approved_by"])


def _gerrit(plain: Any) -> Iterator[Review]:
    commit = _text(plain["current_revision"])
    votes = plain["labels"].get(_LABEL, {}).get("all", [])
    return (
        Review(reviewer=_text(each["username"]), commit=commit) for each in votes if each.get("value", 0) >= _FULL_VOTE
    )


def _bitbucket(plain: Any) -> Iterator[Review]:
    people = plain["values"] if isinstance(plain, dict) else plain
    return (
        Review(reviewer=_text(each["user"]["name"]), commit=_text(each.get("lastReviewedCommit", "")))
        for each in people
        if each["status"] == "APPROVED"
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is wanted")
    return value


FORGES: dict[str, Callable[[Any], Iterator[Review]]] = {
    "github": _github, "gitlab": _gitlab, "gerrit": _gerrit, "bitbucket": _bitbucket,
}  # fmt: skip
