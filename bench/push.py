"""What the pre-receive hook adds to a push over a path, for 1, 100 and 10,000 commits."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from measure import GITWARD, git, run, table

POLICY = """\
version: 1
policy: {id: bench}
rules:
  - {rule: message-encoding}
  - {rule: subject-length}
  - {rule: ticket-reference, pattern: 'PAY-[1-9][0-9]*'}
  - {rule: no-force-push}
  - {rule: no-ref-deletion}
  - {rule: ref-namespace}
"""
BUDGETS = {1: 0.5, 100: 0.7}


def stream(count: int) -> bytes:
    """`git fast-import` input: commits that the policy allows, each with one changed file."""
    parts = []
    for number in range(1, count + 1):
        message = f"Change number {number}\n\nRefs: PAY-{number}\n"
        content = f"{number}\n"
        parts.append(
            f"commit refs/heads/main\nmark :{number}\ncommitter B <b@bench.example> {1_700_000_000 + number} +0000\n"
            f"data {len(message)}\n{message}M 100644 inline file\ndata {len(content)}\n{content}\n"
        )
    return "".join(parts).encode()


def push(folder: Path) -> tuple[str, bool]:
    clone = folder / "clone"
    git("init", "--quiet", "--initial-branch=main", str(clone), cwd=folder)
    git("fast-import", "--quiet", cwd=clone, stdin=stream(10_101))
    (folder / "policy.yaml").write_text(POLICY)
    rows, within = [], True
    for count, rounds in ((1, 9), (100, 7), (10_000, 3)):
        base, tip = git("rev-parse", f"main~{count}", "main", cwd=clone).split()
        added, bare = [], []
        for _ in range(rounds):
            plain = _timed(folder, clone, base, tip, hooked=False)
            hooked = _timed(folder, clone, base, tip, hooked=True)
            added.append(hooked - plain)
            bare.append(plain)
        read = statistics.median(
            run(["sh", "-c", f"git rev-list {base}..{tip} | git cat-file --batch >/dev/null"], cwd=clone)[0] for _ in range(5)
        )
        budget = BUDGETS.get(count) or 0.7 + 6 * read
        adds = statistics.median(added)
        within = within and adds <= budget
        rows.append((str(count), f"{statistics.median(bare) * 1000:.0f} ms", f"{adds * 1000:.0f} ms", f"{budget * 1000:.0f} ms"))
    text = "## pre-receive: what the hook adds to a push over a path\n\n"
    return text + table(("commits", "push without a hook", "added by the hook", "budget"), rows), within


def _timed(folder: Path, clone: Path, base: str, tip: str, *, hooked: bool) -> float:
    """One push of base..tip to a server that has base."""
    server, log = folder / "server.git", folder / "log"
    shutil.rmtree(server, ignore_errors=True)
    shutil.rmtree(log, ignore_errors=True)
    log.mkdir()
    git("init", "--quiet", "--bare", "--initial-branch=main", str(server), cwd=folder)
    git("push", "--quiet", str(server), f"{base}:refs/heads/main", cwd=clone)
    if hooked:
        install = [*GITWARD, "install", "--server", str(server), "--policy", str(folder / "policy.yaml"), "--log", str(log)]
        if run(install, cwd=folder)[1]:
            raise SystemExit("gitward install failed")
    seconds, code = run(["git", "push", "--quiet", str(server), f"{tip}:refs/heads/main"], cwd=clone)
    if code or (hooked and b"decision.receive" not in b"".join(path.read_bytes() for path in log.glob("*.jsonl"))):
        raise SystemExit(f"the push ended with {code}")
    return seconds
