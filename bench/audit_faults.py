"""Kill, error and power cut at every system call of the log's scenes, counted. Part of `make soak`; runs alone too.

The tests are those of the suite, with GITWARD_SOAK=1: tests/audit/test_log_faults.py, test_index_faults.py, test_power_cuts.py,
test_log_disk.py.
Writes bench/results/audit_faults.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from measure import PYTHON, ROOT, git, table

TESTS = ("test_log_faults.py", "test_index_faults.py", "test_power_cuts.py", "test_log_disk.py")
LEAST, LEAST_EACH = 500, 40
PARTS = ("lock", "write", "sync", "rotate", "checkpoint", "index")


def audit_faults() -> tuple[str, bool]:
    """The counts as text, and whether all held and there were enough."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gitward-faults-") as folder:
        counted = Path(folder) / "counted"
        command = [str(PYTHON), "-m", "pytest", "-p", "no:cacheprovider", "-o", "addopts=", "-n2", "--dist=worksteal",
                   f"--basetemp={folder}/tests",
                   *(str(ROOT / "tests" / "audit" / name) for name in TESTS)]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False,
                              env={**os.environ, "GITWARD_SOAK": "1", "GITWARD_FAULTS": str(counted)})  # fmt: skip
        counts: Counter[tuple[str, str]] = Counter()
        for line in counted.read_text().splitlines() if counted.exists() else ():
            how, part, _, count = line.split("\t")
            counts[how, part] += int(count)
    kills = {part: count for (how, part), count in counts.items() if how == "signal=KILL"}
    rows = [(how.rpartition("=")[2], part, str(count)) for (how, part), count in sorted(counts.items())]
    last = (done.stdout.strip().splitlines() or ["no output"])[-1].strip("= ")
    text = "What was told stands in the log, nothing half-written is taken for whole, and it goes on, after:\n\n"
    text += table(("fault", "at a system call of", "points"), rows)
    text += f"\n{sum(kills.values())} kills. Tests: {last}; {time.monotonic() - started:.0f} s in all.\n"
    enough = sum(kills.values()) >= LEAST and all(count >= LEAST_EACH for count in kills.values()) and set(PARTS) <= kills.keys()
    if done.returncode:
        text += "\n".join(line for line in done.stdout.splitlines() if line.startswith("FAILED")) + "\n"
        print(done.stdout, file=sys.stderr)
    return text, enough and done.returncode == 0


def write() -> bool:
    text, held = audit_faults()
    commit = git("rev-parse", "--short", "HEAD", cwd=ROOT)
    head = f"# Faults of the log\n\n{time.strftime('%Y-%m-%d', time.gmtime())}, commit {commit}, "
    head += f"Linux {os.uname().release}, {os.cpu_count()} cores.\n\n"
    (ROOT / "bench" / "results" / "audit_faults.md").write_text(head + text)
    print(head + text)
    return held


if __name__ == "__main__":
    sys.exit(0 if write() else 1)
