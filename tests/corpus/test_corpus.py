"""The corpus itself: enough for every rule, both ways, and half of all within reach of commit-msg."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus import CORPUS
from gitward.rules import NAMES

SERVERS = Path(__file__).parent.parent / "server"
# what a push certificate says, and who pushes, depends on its server: made there, push by push
ELSEWHERE = {"signed-push": "test_push_certificates.py", "access": "test_access_judged.py", "approval": "test_approvals.py"}


@pytest.mark.parametrize("rule", ELSEWHERE)
def test_what_is_not_here_stands_with_the_servers(rule: str) -> None:
    assert (SERVERS / ELSEWHERE[rule]).read_text().count("def test_") >= 10


@pytest.mark.parametrize("rule", sorted(set(NAMES) - set(ELSEWHERE)))
def test_ten_of_each_for_every_rule(rule: str) -> None:
    rejected = [item.id for item in CORPUS if item.rule == rule and item.is_rejected]
    accepted = [item.id for item in CORPUS if item.rule == rule and not item.is_rejected]
    assert len(rejected) >= 10
    assert len(accepted) >= 10


def test_half_of_all_are_messages() -> None:
    assert sum(item.is_message for item in CORPUS) * 2 >= len(CORPUS)


def test_ids_and_refs_are_named_once() -> None:
    """So that changes can be pushed together: no ref is another's, nor differs from it by case, but where it must."""
    assert len({item.id for item in CORPUS}) == len(CORPUS)
    refs = [move.ref.casefold() for item in CORPUS if item.rule != "push-limits" for move in item.moves]
    twice = {ref for ref in refs if refs.count(ref) > 1}
    assert twice == {"refs/heads/case/other-branch", "refs/heads/case/twin"}
