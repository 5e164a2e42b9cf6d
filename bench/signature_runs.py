"""One history through git and through gitward: the real commands, their seconds, and what they say of each commit.

git is asked about the signed commits alone, gitward about a range that holds all of them and often more: the ratio is never
too good. git's pass starts a program for every commit and takes minutes, so it runs once; gitward runs ROUNDS times.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from measure import ENVIRONMENT, GITWARD

from gitward import clock, sources
from gitward.gitobject.signed import format_of, signed_commit
from gitward.model import Commit, Signed
from gitward.policy.trust import trust
from gitward.record import replace
from gitward.repository import open_repository
from gitward.signatures.moments import Moments
from gitward.signatures.reading import SignatureReader
from gitward.validity import judged

ROUNDS = int(os.environ.get("ROUNDS", "3"))
PIECE = 500  # commits that are judged at once, as `gitward signatures` does
FAILED = ("malformed", "bad", "unsupported", "unknown-key")  # with any other status, be it expired, the arithmetic holds
Row = dict[str, str]


class Said(NamedTuple):
    """What git says: the letter of %G?, the fingerprint, the primary one and the signer."""

    letter: str
    fingerprint: str
    primary: str
    signer: str


def git(repo: str, *arguments: str, stdin: bytes = b"", **more: str) -> bytes:
    environment = {**ENVIRONMENT, "HOME": "/nonexistent", **more}
    command = ["git", "--git-dir", repo, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True, env=environment).stdout


def git_says(repo: str, oids: Sequence[str], *options: str, **more: str) -> tuple[dict[str, Said], float]:
    """What git says of each of these commits, and its seconds. `options` stand before `log`."""
    fields = "%H%x00%G?%x00%GF%x00%GP%x00%GS"
    started = time.perf_counter()
    said = git(repo, *options, "log", "--no-walk=unsorted", "--stdin", f"--format={fields}", stdin="\n".join(oids).encode(),
               **more)  # fmt: skip
    seconds = time.perf_counter() - started
    lines = (line.split("\0") for line in said.decode(errors="replace").split("\n") if line)
    return {oid: Said(*rest) for oid, *rest in lines}, seconds


def gitward(*arguments: str, home: Path) -> tuple[str, float]:
    """What a gitward of its own writes, and its seconds from start to end. It must be able to decide everything."""
    environment = {**ENVIRONMENT, "HOME": str(home)}
    started = time.perf_counter()
    done = subprocess.run([*GITWARD, *arguments], capture_output=True, check=False, env=environment)
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"gitward {' '.join(arguments)} failed: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(), seconds


def gitward_says(repo: str, what: str, policy: Path, *options: str) -> tuple[dict[str, Row], float]:
    """`gitward signatures` about a range, or `--all`: a row for each commit, and its seconds."""
    command = ["signatures", what, "--repo", repo, "--policy", str(policy), "--jobs", "2", "--format", "csv", *options]
    text, seconds = gitward(*command, home=policy.parent)
    rows = csv.DictReader(text.splitlines())
    return {row["commit"]: {name: value for name, value in row.items() if name != "judged_at"} for row in rows}, seconds


def in_turn(repo: str, what: str, policy: Path, *options: str) -> tuple[dict[str, Row], float]:
    """The same with the median of ROUNDS runs, each without what the one before has kept."""
    runs = [gitward_says(repo, what, policy, "--no-cache", *options) for _ in range(ROUNDS)]
    return runs[-1][0], statistics.median(seconds for _, seconds in runs)


def policy_of(keys: Path, form: str, folder: Path) -> Path:
    """A policy with these keys, as `gitward keys import` writes it."""
    target = folder / "policy.yaml"
    gitward("keys", "import", str(keys), "--format", form, "--output", str(target), home=folder)
    return target


def signed_with(repo: str, revisions: str, form: str) -> dict[str, Signed]:
    """The commits below `revisions` with a signature of this format, newest first."""
    oids = git(repo, "rev-list", *revisions.split()).decode().split()
    with open_repository(repo) as repository:
        return {
            oid: signed for oid, _, raw in repository.read_many(oids)
            if (signed := signed_commit(raw)) and format_of(signed.block) == form
        }  # fmt: skip


class Running(NamedTuple):
    """What a process that has started takes: microseconds a commit, and of how many altered ones the signature still held."""

    micros: float
    altered: int
    forged: int


def once_running(repo: str, policy: Path, groups: dict[str, list[str]]) -> dict[str, Running]:
    """Each group of commits by a process that has judged one piece of it already: read, verified, looked up, judged.

    Then up to 1,000 of them with the last byte of their message changed, for which no signature may hold.
    """
    found = {}
    with open_repository(repo) as repository:
        loaded = sources.load(str(policy), repository, receiving=False)
        moments = Moments(now=clock.seconds(clock.now()))
        reader = SignatureReader(trust(loaded.trust))

        def judge(commits: list[Commit]) -> list[str]:
            signatures = reader.commits(commits, moments)
            return [judged(one, each.author, each.committer).status for each, one in zip(commits, signatures, strict=True)]

        try:
            for name, oids in groups.items():
                judge(list(repository.commits(oids[:PIECE])))
                taken = []
                for _ in range(ROUNDS):
                    started = time.perf_counter()
                    for start in range(0, len(oids), PIECE):
                        judge(list(repository.commits(oids[start : start + PIECE])))
                    taken.append(time.perf_counter() - started)
                some = list(repository.commits(oids[:: -(-len(oids) // 1000)]))
                altered = judge([replace(one, raw=one.raw[:-1] + b"~") for one in some])
                micros = statistics.median(taken) / len(oids) * 1e6
                found[name] = Running(micros, len(some), sum(status not in FAILED for status in altered))
        finally:
            reader.close()
    return found
