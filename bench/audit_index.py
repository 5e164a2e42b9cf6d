"""A site's year by simulation: a million decisions in 300 repositories, and how long the index takes to answer.

The lines are what a log holds, made here and chained, but not written one by one: what is measured is reading. Each query is
what `audit list` does, the first page of it with its entries read from the log; a figure is the median of seven. DECISIONS
is another number of them.
"""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from measure import ROOT, table

sys.path.insert(0, str(ROOT / "src"))

from gitward.audit import creation, folder, log
from gitward.audit.entry import digest_of, line_of
from gitward.audit.index import reading
from gitward.audit.index.asked import Asked, query_of
from gitward.canonical import canonical

DECISIONS = int(os.environ.get("DECISIONS", "1000000"))
REPOSITORIES, PEOPLE, SEGMENT, ROUNDS, PAGE = 300, 400, 65_536, 7, 50
BUDGET = 0.200  # seconds of a query
START, YEAR = 1_767_225_600, 365 * 86_400
ENTRIES = ("subject-length", "change-ticket", "signed-commit", "conventional", "no-force-push", "paths", "secrets", "trailers")
QUERIES: dict[str, Asked] = {
    "the newest page": Asked(),
    "an actor": Asked(actor=("person-7",)),
    "an actor who never came": Asked(actor=("nobody",)),
    "a ref that every repository has": Asked(ref=("refs/heads/main",)),
    "a ref glob that few fit": Asked(ref=("refs/heads/topic-123/*",)),
    "a ref glob that most fit": Asked(ref=("refs/heads/**",)),
    "a repository, denied": Asked(repo=("repo-17",), outcome=("denied",)),
    "a day in spring": Asked(since="2026-04-14", until="2026-04-14"),
    "actor, ref and a quarter": Asked(actor=("person-7",), ref=("refs/heads/main",), since="2026-04-01", until="2026-06-30"),
    "an entry, violated": Asked(entry=("change-ticket=violated",)),
    "an abbreviated oid": Asked(oid=(hashlib.sha1(b"500").hexdigest()[:10],)),
    "a ticket": Asked(ticket=("PROJ-4242",)),
    "two words": Asked(text=("ticket", "4242")),
    "common outcome, rare class": Asked(outcome=("done",), class_=("log.started",)),
}


def events(number: int) -> Iterator[tuple[float, bytes]]:
    """Of each push the decision, and what git did with it, about as long as real ones; one in ten is denied."""
    dice = random.Random(5)
    for count in range(number):
        when = START + YEAR * count / number
        denied = dice.random() < 0.1
        old, new = (hashlib.sha1(b"%d" % (count + more)).hexdigest() for more in (0, 1))
        ref = "refs/heads/main" if dice.random() < 0.4 else f"refs/heads/topic-{dice.randrange(2_000)}/{dice.randrange(20)}"
        failed = dice.randrange(len(ENTRIES)) if denied else -1
        common = {
            "schema": "gitward.event/1",
            "time": "2026-01-01T00:00:00.000000Z",
            "emitter": {"host": "git.example.com", "version": "0.1.0", "trust": "server"},
            "repository": f"/srv/git/group-{dice.randrange(20)}/repo-{dice.randrange(REPOSITORIES)}.git",
            "session": {"id": f"5f0c2b3e-{count % 32_768}-{count}"},
            "updates": [{"ref": ref, "alias": "", "old": old, "new": new, "ancestry": "ff"}],
            "update_count": 1,
            "updates_evidence": None,
        }
        yield when, canonical({
            **common,
            "id": f"01{count:024d}",
            "event": {"class": "decision.receive", "action": "push", "outcome": "denied" if denied else "allowed"},
            "actor": {"type": "human", "id": f"person-{dice.randrange(PEOPLE)}", "display": None},
            "change": {"commits": 2, "tickets": [f"PROJ-{count % 50_000}"]},
            "policies": [{"id": "org", "revision": 3, "digest": "a" * 64, "source": "/etc/gitward/org.yaml", "mode": "enforce"}],
            "results": [_result(each, count, new, failed=index == failed) for index, each in enumerate(ENTRIES)],
            "result_count": len(ENTRIES),
            "decision": {"outcome": "denied" if denied else "allowed", "exit_code": int(denied), "failure": None},
        })  # fmt: skip
        if not denied:
            yield when, canonical({
                **common, "id": f"02{count:024d}", "event": {"class": "ref.updated", "outcome": "done"},
                "actor": {"type": "system", "id": None},
            })  # fmt: skip


def _result(entry: str, count: int, commit: str, *, failed: bool) -> dict[str, object]:
    said = {"commit": commit, "line": 1, "message": f"{entry}: no ticket in the subject of change {count}"}
    return {"entry": entry, "rule": entry, "severity": "error", "outcome": "violated" if failed else "passed",
            "passed": 2 - failed, "violated": int(failed), "violations": [said] if failed else []}  # fmt: skip


def write(directory: str, number: int) -> int:
    """A log with so many decisions in it; how many lines it has. The lines are chained as the log chains them."""
    creation.make(directory, "bench.example/log")
    last, _ = log.tail(directory)
    seq, prev = 1, digest_of(last)
    file = open(folder.segment_path(directory, 0), "ab")  # noqa: SIM115  another one follows
    for when, event in events(number):
        if seq % SEGMENT == 0:
            file.close()
            file = open(folder.segment_path(directory, seq), "wb")  # noqa: SIM115
        received = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(when))}.000000Z"
        line = line_of(seq, prev, received, event)
        prev = digest_of(line)
        file.write(line + b"\n")
        seq += 1
    file.close()
    return seq


def page(directory: str, asked: Asked) -> Callable[[], int]:
    def ask() -> int:
        with reading.opened(directory) as index:
            return len([index.entry(seq) for seq in islice(index.seqs(query_of(asked, now=START + YEAR)), PAGE)])

    return ask


def index(place: Path) -> tuple[str, bool]:
    directory = str(place / "log")
    lines = write(directory, DECISIONS)
    size = sum(os.path.getsize(each.path) for each in folder.segments(directory))
    started = time.perf_counter()
    with reading.opened(directory) as opened:
        assert opened.size() == lines
    build = time.perf_counter() - started
    rows, slowest = [], 0.0
    for name, asked in QUERIES.items():
        ask, taken = page(directory, asked), []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            found = ask()
            taken.append(time.perf_counter() - started)
        median = statistics.median(taken)
        slowest = max(slowest, median)
        rows.append((name, str(found), f"{median * 1e3:.1f} ms", f"{max(taken) * 1e3:.1f} ms"))
    log.append(directory, canonical({"event": {"class": "late"}}))
    started = time.perf_counter()
    page(directory, Asked())()
    grown = time.perf_counter() - started
    kept = os.path.getsize(os.path.join(directory, reading.NAME))
    text = f"## The index of a year: {DECISIONS:,} decisions, {REPOSITORIES} repositories, {lines:,} entries\n\n"
    text += table(("query", "entries", "median", "slowest"), rows)
    text += (f"\nThe slowest median is {slowest * 1e3:.1f} ms; budget {BUDGET * 1e3:.0f} ms. The log has {size / 1e6:.0f} MB,"
             f" the index {kept / 1e6:.0f} MB, made in {build:.0f} s ({build / lines * 1e6:.0f} us an entry). One entry more, and"
             f" the newest page: {grown * 1e3:.1f} ms.\n")  # fmt: skip
    return text, slowest <= BUDGET
