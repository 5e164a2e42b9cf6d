"""A policy tried on history: how many commits would pass, and which entry denies most."""

from __future__ import annotations

from collections import Counter

from gitward.answers import in_repository
from gitward.batches import Batch, judge_commits
from gitward.engine import entries_of
from gitward.facts import KNOWN, ask
from gitward.patterns import matches_ref
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Commit, Policy
    from gitward.repository import Repository


@record
class Trial:
    """`denied` counts commits per entry; a commit that two entries deny is in both."""

    passed: int
    total: int
    denied: tuple[tuple[str, int], ...]


def try_on(policy: Policy, commits: tuple[Commit, ...], ref: str, repository: Repository) -> Trial:
    """Judge commits one by one for a ref. A commit passes when no entry of severity error denies it or cannot tell."""
    entries = [entry for _, entry in entries_of((policy,))]
    scope = tuple("" if matches_ref(entry.refs, ref) else "refs" for entry in entries)
    passed, denied = 0, Counter[str]()
    for commit in ask((policy,), commits, in_repository(repository)):
        tallies = judge_commits((policy,), [Batch(ref=ref, scope=scope, commits=(commit,))], KNOWN["ci"])
        against = [
            entry.id
            for entry, tally in zip(entries, tallies, strict=True)
            if entry.severity == "error" and (tally.violated or tally.counts.get("undecided"))
        ]
        denied.update(against)
        passed += not against
    return Trial(passed=passed, total=len(commits), denied=tuple(denied.most_common()))
