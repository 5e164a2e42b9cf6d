"""What reference-transaction and post-receive add to a push over a path: one ref, several one by one, several in one transaction.

Measured against the same push with pre-receive and its log alone, and beside hooks of plain sh that only read their input: git
starts reference-transaction twice for each transaction, whatever it does.
"""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from measure import GITWARD, PYTHON, git, run, table
from push import POLICY

ROUNDS = 7
NAMES = ("reference-transaction", "post-receive")
PLAIN = "#!/bin/sh\nin=$(/bin/cat)\nexit 0\n"
# as multiples of a bare start of Python: a push of one ref starts gitward twice more, and each start imports what a log needs
MOST_STARTS = 12.0


def outcomes(folder: Path) -> tuple[str, bool]:
    clone = folder / "clone"
    git("init", "--quiet", "--initial-branch=main", str(clone), cwd=folder)
    for number in range(3):
        git("commit", "--quiet", "--allow-empty", "-m", f"Change number {number}\n\nRefs: PAY-{number + 1}", cwd=clone)
    (folder / "policy.yaml").write_text(POLICY)
    start = statistics.median(run([str(PYTHON), "-I", "-c", "pass"], cwd=folder)[0] for _ in range(15))
    rows, within = [], True
    for label, count, update, atomic in (
        ("1 ref, updated", 1, True, False), ("1 ref, created", 1, False, False), ("20 refs, updated one by one", 20, True, False),
        ("20 refs, created one by one", 20, False, False), ("1,000 refs, created in one transaction", 1000, False, True),
    ):  # fmt: skip
        taken: dict[str, list[float]] = {"without": [], "sh": [], "gitward": []}
        for _ in range(ROUNDS):
            for which, seconds in taken.items():
                seconds.append(_push(folder, clone, count, which, update=update, atomic=atomic))
        without, sh, ours = (statistics.median(taken[which]) for which in ("without", "sh", "gitward"))
        per = (ours - without) / (1 if atomic else count)
        if count == 1 and update:
            within = ours - without <= MOST_STARTS * start
        shown = (f"{each * 1000:.0f} ms" for each in (without, sh - without, ours - without, per))
        rows.append((label, *shown, f"{per / start:.1f}"))
    head = ("push", "with pre-receive", "added by sh hooks", "added by gitward's", "per transaction", "in starts of Python")
    text = "## reference-transaction and post-receive: what they add to a push\n\n"
    text += f"A bare start of Python: {start * 1000:.0f} ms.\n\n"
    return text + table(head, rows), within


def _push(folder: Path, clone: Path, count: int, which: str, *, update: bool, atomic: bool) -> float:
    bare = folder / "server.git"
    shutil.rmtree(bare, ignore_errors=True)
    shutil.rmtree(folder / "log", ignore_errors=True)
    git("init", "--quiet", "--bare", str(bare), cwd=folder)
    refs = [f"refs/heads/topic/{number}" for number in range(count)]
    if update:
        git("push", "--quiet", "--atomic", str(bare), *(f"main~1:{ref}" for ref in refs), cwd=clone)
    words = ["install", "--server", str(bare), "--policy", str(folder / "policy.yaml"), "--log", str(folder / "log")]
    assert run([*GITWARD, *words], cwd=folder)[1] == 0
    for name in NAMES:
        hook = bare / "hooks" / name
        if which == "without":
            hook.unlink()
        elif which == "sh":
            hook.write_text(PLAIN)
    pushed = [f"main:{ref}" for ref in refs]
    seconds, code = run(["git", "push", "--quiet", *(["--atomic"] if atomic else []), str(bare), *pushed], cwd=clone)
    assert code == 0
    return seconds
