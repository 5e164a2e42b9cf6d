"""Memory of `check --all` over histories of 10,000 and 1,000,000 commits: bytes for each further commit."""

from __future__ import annotations

import os
from pathlib import Path

from measure import GITWARD, git, peak_memory, table
from push import POLICY, stream

BUDGET = 350
LARGE = int(os.environ.get("MEMORY_COMMITS", "1000000"))


def memory(folder: Path) -> tuple[str, bool]:
    # a rule that asks about the history: then the walk is remembered, and each commit takes its place in memory
    (folder / "policy.yaml").write_text(f"{POLICY}  - {{rule: conventional-commit, severity: warning}}\n")
    peaks, rows = {}, []
    for count in (10_000, LARGE):
        repository = folder / str(count)
        git("init", "--quiet", "--bare", "--initial-branch=main", str(repository), cwd=folder)
        git("fast-import", "--quiet", cwd=repository, stdin=stream(count))
        command = [*GITWARD, "check", "--all", "--repo", str(repository), "--policy", str(folder / "policy.yaml"), "--jobs", "2"]
        peaks[count], seconds, code = peak_memory(command, folder)
        if code:
            return f"## Memory\n\ngitward check ended with {code}\n", False
        rows.append((str(count), f"{peaks[count] / 2**20:.0f} MiB", f"{seconds:.0f} s"))
    each = (peaks[LARGE] - peaks[10_000]) / (LARGE - 10_000)
    text = "## Memory: check --all --jobs 2, the main process\n\n" + table(("commits", "peak", "time"), rows)
    return text + f"\n{each:.0f} bytes for each further commit; budget {BUDGET}.\n", each <= BUDGET
