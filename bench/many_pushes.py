"""Fifty people push at once to one repository: how long the slowest waits, and how many are told to push again.

The policy asks for access and for two approvals, so each push reads statements; all three hooks record. LOAD=N lets so many
loops of nothing run beside, PUSHES=N is another number of people. Each decision that was told must be in the log once, and the
log must verify. Not part of `make bench`: a run takes minutes. Writes bench/results/many-pushes.md.
"""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import ENVIRONMENT, GITWARD, ROOT, git, table

sys.path.insert(0, str(ROOT / "src"))

from gitward.audit import creation
from gitward.model import Approval
from gitward.pushees import normal
from gitward.statements.reading import payload_of
from gitward.statements.signing import signed
from gitward.statements.storing import store

PUSHES = int(os.environ.get("PUSHES", "50"))
LOAD = int(os.environ.get("LOAD", "0"))
POLICY = """\
version: 1
policy: {{id: many}}
principals:
  ann: {{roles: [dev]}}
  bob: {{roles: [reviewer], keys: [{{ssh: "{bob}"}}]}}
  carol: {{roles: [reviewer], keys: [{{ssh: "{carol}"}}]}}
access:
  - {{who: [dev], may: [create], refs: ["refs/heads/**"]}}
rules:
  - {{rule: approval, refs: ["refs/heads/release/*"], count: 2, from: [reviewer]}}
"""


def made(folder: Path, target: str) -> list[str]:
    """A server repository and a clone in `folder`, the hooks with this log; the commits that are approved and not pushed."""
    bare, clone = folder / "server.git", folder / "clone"
    git("init", "--quiet", "--bare", "--initial-branch=main", str(bare), cwd=folder)
    git("init", "--quiet", "--initial-branch=main", str(clone), cwd=folder)
    git("commit", "--quiet", "--allow-empty", "--message", "begin", cwd=clone)
    git("push", "--quiet", str(bare), "main", cwd=clone)
    for name in ("bob", "carol"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
    public = {name: (folder / f"{name}.pub").read_text().strip() for name in ("bob", "carol")}
    (folder / "policy.yaml").write_text(POLICY.format(**public))
    tree, base = git("rev-parse", "HEAD^{tree}", "HEAD", cwd=clone).split()
    commits = [git("commit-tree", "-p", base, "-m", f"change {number}", tree, cwd=clone) for number in range(PUSHES)]
    git("fetch", "--quiet", str(clone), *commits, cwd=bare)
    for number, commit in enumerate(commits):
        said = Approval(ref=f"refs/heads/release/{number}", base="0" * 40, commit=commit, tree=tree)
        payload = payload_of("approval", (commit,), normal(str(bare)), said, int(time.time()) - 60)
        for name in public:
            store(str(bare), signed(payload, str(bare), str(folder / name)))
    words = [*GITWARD, "install", "--server", str(bare), "--policy", str(folder / "policy.yaml"), "--log", target,
             "--actor", "ssh-command"]  # fmt: skip
    subprocess.run(words, check=True, env={**ENVIRONMENT, "HOME": str(folder)}, stdout=subprocess.DEVNULL)
    return commits


def pushed(folder: Path, number: int, commit: str) -> tuple[float, str]:
    """Seconds, and '' or why it did not go in."""
    environment = {**ENVIRONMENT, "HOME": str(folder), "GITWARD_PRINCIPAL": "ann"}
    words = ["git", "push", "--quiet", str(folder / "server.git"), f"{commit}:refs/heads/release/{number}"]
    started = time.perf_counter()
    done = subprocess.run(words, cwd=folder / "clone", env=environment, capture_output=True, check=False)
    said = done.stderr.decode(errors="replace")
    reason = re.search(r"undecided\[([a-z-]+)\]|denied", said)
    return time.perf_counter() - started, (reason[0] if reason else said[:200]) if done.returncode else ""


def measured(folder: Path, mode: str) -> tuple[str, ...]:
    """One row: fifty pushes at once in this mode. Each decision that was told is in the log once, and the log is whole."""
    log, daemon, load = folder / "log", None, os.getloadavg()[0]
    creation.make(str(log), "git.example.com/log")
    target = str(log)
    if mode == "daemon":
        words = [*GITWARD, "audit", "serve", "--log", str(log), "--socket", str(folder / "s")]
        daemon = subprocess.Popen(words, stderr=subprocess.PIPE)
        assert daemon.stderr is not None
        daemon.stderr.readline()
        target = f"unix:{folder / 's'}"
    commits = made(folder, target)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(LOAD)]
    try:
        time.sleep(1)
        started = time.perf_counter()
        with ThreadPoolExecutor(PUSHES) as pool:
            done = list(pool.map(lambda job: pushed(folder, *job), enumerate(commits)))
        wall = time.perf_counter() - started
    finally:
        for each in busy:
            each.kill()
            each.wait()
        if daemon:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait()
    taken = sorted(seconds for seconds, _ in done)
    events = [json.loads(line)["event"] for path in sorted(log.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    decided = Counter(event["event"]["outcome"] for event in events if event["event"]["class"] == "decision.receive")
    classes = Counter(event["event"]["class"] for event in events)
    print(mode, f"{wall:.0f} s", Counter(why for _, why in done), dict(decided), file=sys.stderr)
    subprocess.run([*GITWARD, "audit", "checkpoint", "--log", str(log)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*GITWARD, "audit", "verify", "--log", str(log)], check=True, stdout=subprocess.DEVNULL)
    undecided = sum("undecided" in why for _, why in done)
    went_in = sum(not why for _, why in done)
    if decided["allowed"] != went_in or went_in + undecided != PUSHES or classes["ref.updated"] != went_in:
        raise SystemExit(f"{mode}: {went_in} went in, {undecided} are undecided, and the log holds {dict(classes)}")
    return (mode, str(went_in), str(undecided), f"{statistics.median(taken):.0f} s", f"{taken[-1]:.0f} s",
            f"{load:.0f}, {os.getloadavg()[0]:.0f}")  # fmt: skip


def main() -> None:
    rows = []
    for mode in sys.argv[1:] or ("direct", "daemon"):
        with tempfile.TemporaryDirectory(prefix="gitward-many-") as folder:
            rows.append(measured(Path(folder), mode))
    head = ("log", "went in", "undecided", "median", "slowest", "load before, at the end")
    commit, date = git("rev-parse", "--short", "HEAD", cwd=ROOT), time.strftime("%Y-%m-%d", time.gmtime())
    text = f"# {PUSHES} pushes at once\n\n{date}, commit {commit}, {os.cpu_count()} cores.\n\n{table(head, rows)}"
    (ROOT / "bench" / "results" / "many-pushes.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
