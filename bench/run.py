"""`make bench`: the figures of the README, the peers in the same run.

HISTORY=PATH names a real repository for the whole-history figures (50,000 commits or more); without it those are left
out, and the report says so. ONLY=hook,history,push,memory,rules,access,statements,signatures,audit takes some of them. Writes
bench/results/PART.md, and the README's figures anew. What `signatures` needs, bench/signatures.py says.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import access
import audit_events
import audit_index
import audit_log
import audit_proof
import audit_serve
import audit_verify
import history
import memory
import outcomes
import push
from hook import hook
from measure import ROOT, git, limit_self
from quoted import quoted

import rules
import signatures
import statements

PARTS = {"hook": hook, "history": history.history, "push": push.push, "memory": memory.memory,
         "rules": rules.rules, "access": access.access, "statements": statements.statements,
         "signatures": signatures.signatures,
         "audit-log": audit_log.audit, "audit-serve": audit_serve.audit_serve,
         "audit-index": audit_index.index, "audit-proof": audit_proof.audit_proof,
         "audit-outcomes": outcomes.outcomes, "audit-verify": audit_verify.audit_verify,
         "audit-events": audit_events.audit_events}  # fmt: skip


def machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    ) if Path("/proc/cpuinfo").exists() else platform.processor()  # fmt: skip
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, git {version}"


def main() -> int:
    limit_self()
    asked = os.environ.get("ONLY", ",".join(PARTS)).split(",")
    chosen = [name for name in PARTS if name in asked or name.partition("-")[0] in asked]
    commit = git("rev-parse", "--short", "HEAD", cwd=ROOT)
    date = time.strftime("%Y-%m-%d", time.gmtime())
    head = f"# Figures\n\n{date}, commit {commit}, {machine()}.\nMedians of one run; every contestant in turn.\n\n"
    readme, passed = ROOT / "README.md", True
    for name in chosen:
        print(f"{name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="gitward-bench-") as folder:
            text, within = PARTS[name](Path(folder))
        print(text, flush=True)
        (ROOT / "bench" / "results" / f"{name}.md").write_text(head + text)
        readme.write_text(quoted(readme.read_text(), text))
        passed = passed and within
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
