"""The same access policy in Debian's gitolite and in gitward: real pushes to both, and where they differ.

    bench/gitolite.py        gitolite3 must be installed; takes some minutes

The rules and the pushes are those of the tests (tests/sameaccess.py). Writes bench/results/gitolite.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from measure import GITWARD, ROOT, git, table

from run import machine

sys.path.insert(0, str(ROOT / "tests"))
import sameaccess
from gitolites import Gitolite, Gitward
from servers import developer


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="gw-") as name:
        folder = Path(name)
        servers = {"gitolite": Gitolite.made(folder / "gitolite", sameaccess.GITOLITE),
                   "gitward": Gitward.made(folder / "gitward", sameaccess.GITWARD, tuple(GITWARD))}  # fmt: skip
        pushes = sameaccess.Pushes(folder / "made", developer(folder))
        counts, wrong, seconds = Counter[tuple[str, str, bool, bool]](), list[str](), Counter[str]()
        for server in servers.values():
            pushes.seed(server)
        for push in pushes.all():
            said = {}
            for which, server in servers.items():
                started = time.perf_counter()
                said[which] = pushes.tried(server, push)[0]
                seconds[which] += time.perf_counter() - started
            kind = push.differs or push.what.partition(":")[0].partition(",")[0]
            counts[push.repository, kind, said["gitolite"], said["gitward"]] += 1
            if (said["gitolite"] != said["gitward"]) != bool(push.differs):
                wrong.append(f"{push}: {said}")
        together = {which: pushes.tried_together(server, "bob", "app", ("refs/heads/topic/a", "on"), ("refs/heads/main", "on"))
                    for which, server in servers.items()}  # fmt: skip
    text = _page(counts, seconds, together, len(pushes.all()))
    (ROOT / "bench" / "results" / "gitolite.md").write_text(text)
    print(text)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


def _page(counts: Counter[tuple[str, str, bool, bool]], seconds: Counter[str], together: dict[str, set[str]], number: int) -> str:
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "gitolite3"], capture_output=True, text=True, check=True)
    same = sum(count for (*_, theirs, ours), count in counts.items() if theirs == ours)
    words = {True: "let in", False: "refused"}
    rows = [(repository, kind, words[theirs], words[ours], str(count))
            for (repository, kind, theirs, ours), count in sorted(counts.items())]  # fmt: skip
    moved = {which: ", ".join(sorted(refs)) or "nothing" for which, refs in together.items()}
    return (
        f"# The same rules in gitolite\n\n{time.strftime('%Y-%m-%d', time.gmtime())}, commit "
        f"{git('rev-parse', '--short', 'HEAD', cwd=ROOT)}, {machine()}.\n`bench/gitolite.py`: gitolite3 {version.stdout} from "
        "Debian, its gitolite-shell started as sshd's forced command starts it, and gitward's pre-receive hook; the rules of "
        f"`tests/sameaccess.py`, written for both.\n\n{number} pushes, {same} with the same answer, {number - same} with "
        "another, each of a kind that is listed below. A push took "
        f"{', '.join(f'{total / number * 1000:.0f} ms with {which}' for which, total in seconds.items())}, git and all "
        f"(load average {os.getloadavg()[0]:.0f}).\n\n"
        + table(("repository", "push", "gitolite", "gitward", "pushes"), rows)
        + "\nbob pushes `topic/a`, which he may, and `main`, which he may not, at once: gitolite moves "
        f"{moved['gitolite']}, gitward {moved['gitward']}.\n\n## What is different\n\n"
        + "".join(f"- **{what}**: {why}.\n" for what, why in sameaccess.DIFFERENT.items())
    )


if __name__ == "__main__":
    sys.exit(main())
