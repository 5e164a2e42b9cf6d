"""Microseconds per commit and rule, over the last commits of a real history, on one core and in processor time.

Each rule is judged by the engine in an entry of its own, as examples/policy.yaml has it, but for every ref; then all
rules about messages together, which is what the budget is for. Reading and parsing are apart, and so is what a rule asks
about the history. COMMITS=20000 says over how many commits.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

from measure import ROOT, git, medians, table

from gitward import facts
from gitward.batches import Batch, judge_commits
from gitward.gitobject import parse_commit
from gitward.model import Commit, Entry, Oid, Policy
from gitward.policy.load import load_file
from gitward.record import replace
from gitward.repository import open_repository
from gitward.rules import NAMES, load

BUDGET = 60
ROUNDS = 5
COMMITS = int(os.environ.get("COMMITS", "20000"))
LOADED = {"message", "merge", "object", "time"}  # the facts that a commit's own bytes and a clock have


def rules(_folder: Path) -> tuple[str, bool]:
    source = os.environ.get("HISTORY")
    if not source:
        return "## Rules\n\nLeft out: HISTORY names no repository.\n", True
    gc.set_threshold(1_000_000)  # as where gitward judges many commits
    entries = {entry.rule.name: entry for entry in load_file(str(ROOT / "examples" / "policy.yaml")).entries}
    judging = [name for name in NAMES if hasattr(load(name), "check_commit")]
    measured = [name for name in judging if set(load(name).needs) <= LOADED]
    messages = [name for name in measured if set(load(name).needs) == {"message"}]
    commits = _commits(Path(source), [entries[name] for name in measured])
    raws = [(commit.oid, commit.raw) for commit in commits]
    contestants: dict[str, Callable[[], float]] = {"reading the bytes into a commit": lambda: _parsing(raws)}
    for name in measured:
        contestants[f"`{name}`"] = _judging(commits, entries[name])
    together = f"the {len(messages)} rules about messages together"
    contestants[together] = _judging(commits, *[entries[name] for name in messages])
    micros = {name: taken / len(commits) * 1e6 for name, taken in medians(contestants, ROUNDS).items()}
    rows = [(name, f"{each:.1f}") for name, each in micros.items()]
    text = f"## Rules: the last {len(commits)} commits of a history\n\n" + table(("what", "µs a commit"), rows)
    text += f"\nBudget for the rules about messages: {BUDGET} µs a commit.\n"
    if left_out := [f"`{name}`" for name in judging if name not in measured]:
        text += f"Not measured here, for they need what a commit changes: {', '.join(left_out)}.\n"
    return text, micros[together] <= BUDGET


def _commits(source: Path, entries: list[Entry]) -> list[Commit]:
    """The last commits, with all that these entries ask about them."""
    oids = [Oid(line) for line in git("rev-list", "-n", str(COMMITS), "HEAD", cwd=source).split()]
    policies = (_policy(*entries),)
    asks = facts.asking(policies) or (lambda _commit: ())
    with open_repository(str(source)) as repository:
        commits = list(repository.commits(oids, limit=1 << 20))
        asked = [(commit.oid, question) for commit in commits if commit.oid for question in asks(commit)]
        answers = facts.answers(repository, asked)
    seen = int(time.time())
    return [
        replace(commit, seen=seen, answers={question: answers[commit.oid, question] for question in asks(commit)})
        for commit in commits
        if commit.oid
    ]


def _policy(*entries: Entry) -> Policy:
    return Policy(id="bench", mode="enforce", entries=entries, source="", digest="")


def _parsing(raws: list[tuple[Oid | None, bytes]]) -> float:
    started = time.process_time()
    for oid, raw in raws:
        parse_commit(oid, raw)
    return time.process_time() - started


def _judging(commits: list[Commit], *entries: Entry) -> Callable[[], float]:
    def once() -> float:
        batch = Batch(ref="refs/heads/main", scope=("",) * len(entries), commits=commits)
        started = time.process_time()
        judge_commits((_policy(*entries),), [batch], facts.KNOWN["receive"])
        return time.process_time() - started

    return once
