"""A policy that judges is one that the log has announced, on literals."""

from __future__ import annotations

from typing import Any

import pytest

from gitward.review.happened import Happened
from gitward.review.policies import Policies

FILE, IN_MAIN = "/etc/gitward/org.yaml", "refs/heads/main:.gitward.yaml"


def decided(source: str, digest: str) -> tuple[str, dict[str, Any]]:
    return "decision.receive", {"policies": [
        {"id": "gitward", "source": "built-in", "digest": "a new version"}, {"id": "org", "source": source, "digest": digest},
    ]}  # fmt: skip


def installed(source: str, digest: str) -> tuple[str, dict[str, Any]]:
    return "config.changed", {"config_change": {"after": {}, "policies": [{"source": source, "digest": digest}]}}


def changed(source: str, before: str | None, after: str | None) -> tuple[str, dict[str, Any]]:
    sides = {"before": before and {"digest": before}, "after": after and {"digest": after}}
    return "policy.changed", {"config_change": {"source": source, **sides}}


def gaps(*story: tuple[str, tuple[str, dict[str, Any]]]) -> list[int]:
    """The seqs of the entries that a review names; a story is of (repository, (class, event))."""
    policies = Policies()
    for seq, (repository, (name, event)) in enumerate(story):
        policies.see(Happened(seq=seq, time="", name=name, outcome="", repository=repository, session="", actor="", id="",
                              moves=()), event)  # fmt: skip
    assert {gap.kind for gap in policies.end()} <= {"policy-change-not-recorded"}
    return [gap.seqs[0] for gap in policies.end()]


@pytest.mark.parametrize(
    ("story", "named"),
    [
        ([("a", decided(FILE, "1")), ("a", decided(FILE, "2"))], []),  # a log from before there was such an event
        ([("a", installed(FILE, "1")), ("a", decided(FILE, "1"))], []),
        ([("a", installed(FILE, "1")), ("a", decided(FILE, "2")), ("a", decided(FILE, "2"))], [1]),
        ([("a", installed(FILE, "1")), ("a", changed(FILE, "1", "2")), ("a", decided(FILE, "1")), ("a", decided(FILE, "2"))], []),
        ([("a", installed(FILE, "1")), ("b", decided(FILE, "2"))], [1]),  # a file is the same for all repositories
        ([("a", installed(IN_MAIN, "1")), ("b", decided(IN_MAIN, "2"))], []),
        ([("a", installed(IN_MAIN, "1")), ("a", changed(IN_MAIN, "1", None)), ("a", decided(IN_MAIN, "3"))], [2]),
        ([("a", ("config.changed", {"config_change": {"policies": "x"}})), ("a", ("decision.receive", {"policies": [7]}))], []),
    ],
)  # fmt: skip
def test_which_changes_are_not_recorded(story: list[tuple[str, tuple[str, dict[str, Any]]]], named: list[int]) -> None:
    assert gaps(*story) == named
