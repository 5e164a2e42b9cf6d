"""Microseconds per commit and rule, over the last commits of a real history, on one core and in processor time.

Each rule is judged by the engine in an entry of its own, as examples/policy.yaml has it, but for every ref; then all
rules about messages together, which is what the budget is for. Reading and parsing are apart, and so is what a rule asks
about the history. Rules about what commits change are measured over fewer commits, and what it takes to have git list and
read that is told beside them. COMMITS=20000 and CHANGES=1000 say over how many.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

from measure import ROOT, git, medians, table

from gitward import facts
from gitward.answers import answers
from gitward.batches import Batch, judge_commits
from gitward.gitobject import parse_commit
from gitward.loading import Loader
from gitward.model import UNLIMITED, Commit, Entry, Oid, Policy
from gitward.policy.load import load_file
from gitward.record import replace
from gitward.repository import open_repository
from gitward.rules import NAMES, load
from gitward.scope import Piece, Run
from gitward.signatures.moments import Moments

BUDGET = 60
ROUNDS = 5
COMMITS = int(os.environ.get("COMMITS", "20000"))
CHANGES = int(os.environ.get("CHANGES", "1000"))
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
    of_changes = [entries[name] for name in judging if name not in measured]
    return text + _of_changes(Path(source), of_changes), micros[together] <= BUDGET


def _of_changes(source: Path, entries: list[Entry]) -> str:
    """The table of the rules that need what commits change, and of what that costs to load, git's own time in it."""
    contestants: dict[str, Callable[[], float]] = {}
    for entry in entries:
        commits, loading = _changing(source, entry)
        needs = " and ".join(need for need in entry.rule.needs if need != "message")
        contestants[f"{needs}, loaded" if len(entry.rule.needs) > 1 else "paths, loaded"] = loading
        contestants[f"`{entry.rule.name}`"] = _judging(commits, entry)
    micros = {name: taken / CHANGES * 1e6 for name, taken in medians(contestants, ROUNDS).items()}
    rows = [(name, f"{each:.0f}") for name, each in micros.items()]
    return f"\nRules about what commits change, over the last {CHANGES}:\n\n" + table(("what", "µs a commit"), rows)


def _changing(source: Path, entry: Entry) -> tuple[list[Commit], Callable[[], float]]:
    """The last commits with what an entry needs, and a way to load it again: seconds, without the commits themselves."""
    oids = tuple(Oid(line) for line in git("rev-list", "-n", str(CHANGES), "HEAD", cwd=source).split())
    piece = Piece(oids=oids, runs=(Run(length=len(oids), ref="refs/heads/main", scope=("",), at=0),))

    def load_all(known: frozenset[str]) -> tuple[list[Commit], float]:
        started = time.perf_counter()
        with open_repository(str(source)) as repository:
            commits = list(Loader(repository, (_policy(entry),), known, UNLIMITED, Moments(now=1)).commits(piece))
        return commits, time.perf_counter() - started

    def loading() -> float:
        return load_all(facts.KNOWN["receive"])[1] - load_all(frozenset())[1]

    return _answered(load_all(facts.KNOWN["receive"])[0], [entry]), loading


def _commits(source: Path, entries: list[Entry]) -> list[Commit]:
    """The last commits, with all that these entries ask about them."""
    oids = [Oid(line) for line in git("rev-list", "-n", str(COMMITS), "HEAD", cwd=source).split()]
    with open_repository(str(source)) as repository:
        commits = list(repository.commits(oids, limit=1 << 20))
        asks = _asks(entries)
        asked = [(commit.oid, question) for commit in commits if commit.oid for question in asks(commit)]
        said = answers(repository, [each for each in asked if each[1].kind != "remade"])  # a merge made again takes 100 ms
    seen = int(time.time())
    return [
        replace(commit, seen=seen, answers={question: said.get((commit.oid, question), True) for question in asks(commit)})
        for commit in commits
        if commit.oid
    ]


def _answered(commits: list[Commit], entries: list[Entry]) -> list[Commit]:
    """The same, with no as the answer to whatever is asked: it is the rule that is measured."""
    asks = _asks(entries)
    return [replace(commit, answers=dict.fromkeys(asks(commit), False)) for commit in commits]


def _asks(entries: list[Entry]) -> facts.Asking:
    asking = facts.asked_in(facts.asking((_policy(*entries),)), ("",) * len(entries))
    return asking or (lambda _commit: ())


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
