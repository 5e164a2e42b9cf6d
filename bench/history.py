"""A whole real history with every message rule, beside what git needs to read it, and peers on a part of it."""

from __future__ import annotations

import os
import statistics
import subprocess
from pathlib import Path

from measure import ENVIRONMENT, GITWARD, git, run, table

import peers

BUDGET = 4.0
PART = 30  # gitlint asks git for the branches of each commit: half a second apiece in a long history
RULES = ("message-encoding", "subject-length", "subject-style", "body-required", "body-line-length",
         "conventional-commit", "ticket-reference", "no-fixup")  # fmt: skip


def policy() -> str:
    lines = ["version: 1", "policy: {id: bench}", "rules:"]
    lines += [f"  - {{rule: {rule}, refs: ['refs/**']}}" for rule in RULES]
    lines.append("  - {rule: subject-pattern, refs: ['refs/**'], pattern: '(?i)^(wip|draft)\\b', negate: true}")
    return "\n".join(lines) + "\n"


def history(folder: Path) -> tuple[str, bool]:
    source = os.environ.get("HISTORY")
    if not source:
        return "## A whole history\n\nLeft out: HISTORY names no repository.\n", True
    repository = Path(source)
    (folder / "policy.yaml").write_text(policy())
    count = int(git("rev-list", "--all", "--count", cwd=repository))
    ours = [*GITWARD, "check", "--all", "--repo", str(repository), "--policy", str(folder / "policy.yaml"), "--jobs", "2",
            "--output", str(folder / "report")]  # fmt: skip
    ratios, reads, checks = [], [], []
    for _ in range(5):
        read, _ = run(["sh", "-c", "git rev-list --all | git cat-file --batch >/dev/null"], cwd=repository)
        checked, code = run(ours, cwd=repository)
        if code not in (0, 1):
            return f"## A whole history\n\ngitward check ended with {code}\n", False
        ratios.append(checked / read)
        reads.append(read)
        checks.append(checked)
    ratio = statistics.median(ratios)
    rows = [
        ("git rev-list --all \\| git cat-file --batch", f"{statistics.median(reads):.2f} s", "1"),
        ("gitward check --all --jobs 2", f"{statistics.median(checks):.2f} s", f"{ratio:.1f}"),
    ]
    text = f"## A whole history: {count} commits, {len(RULES) + 1} message rules\n\n"
    text += table(("program", "median", "ratio"), rows) + f"\nBudget: {BUDGET:g} times.\n\n" + _beside_peers(repository, folder)
    return text, ratio <= BUDGET


def _beside_peers(repository: Path, folder: Path) -> str:
    """The last commits of the first-parent line: peers take minutes for a whole history."""
    peers.install()
    tip = git("rev-parse", "HEAD", cwd=repository)
    base = git("rev-list", "--first-parent", f"--skip={PART}", "-n", "1", tip, cwd=repository)
    wanted = f"{base}..{tip}"
    count = git("rev-list", "--count", wanted, cwd=repository)
    work = folder / "clone"
    environment = {**ENVIRONMENT, "HOME": str(folder)}
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", str(repository), str(work)], check=True,
                   env=environment)  # fmt: skip
    (work / ".gitlint").write_text("[general]\ncontrib=contrib-title-conventional-commits\n")
    (work / "committed.toml").write_text('style = "conventional"\nsubject_capitalized = false\nimperative_subject = false\n')
    (work / ".cz.toml").write_text('[tool.commitizen]\nname = "cz_conventional_commits"\n')
    commands = {
        "gitward check": [*GITWARD, "check", wanted, "--policy", str(folder / "policy.yaml")],
        "gitlint": [str(peers.BIN / "gitlint"), "--commits", wanted],
        "commitizen check": [str(peers.BIN / "cz"), "check", "--rev-range", wanted],
        "committed (native)": [str(peers.BIN / "committed"), wanted],
    }
    rows = []
    for name, command in commands.items():
        seconds, _ = run(command, cwd=work)
        rows.append((name, f"{seconds:.2f} s"))
    return f"The last {count} commits:\n\n" + table(("program", "one run"), rows)
