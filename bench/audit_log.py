"""Appending to the log: beside a bare durable write of the same bytes, SQLite, and a git ref log, in the same run.

One writer: an append of each contestant in turn, each opening and closing all that it uses, as a hook does. Then eight
processes at once. A figure is the median over the runs; a ratio is taken within its run.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from measure import ROOT, git, table

sys.path.insert(0, str(ROOT / "src"))

from gitward.audit import creation, log
from gitward.canonical import canonical

EVENT = canonical({"id": "0" * 26, "schema": "gitward.event/1", "text": "x" * 840})
RUNS, ROUNDS, GIT_ROUNDS, PROCESSES, EACH = 7, 400, 60, 8, 100
BARE, OURS, SQLITE, GIT = "bare open, lock, write, fdatasync, close", "gitward, direct", "SQLite, FULL", "git ref log"
RATIO, LIMIT = 3.0, 0.060
Append = Callable[[], object]


def bare(place: Path) -> Append:
    path, lock_path = str(place / "bare"), str(place / "bare.lock")
    line = EVENT + b" " * 150 + b"\n"  # as long as the line of the log

    def append() -> None:
        lock = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(file, line)
        os.fdatasync(file)
        os.close(file)
        os.close(lock)

    return append


def ours(place: Path) -> Append:
    directory = str(place / "log")
    if not Path(directory).exists():
        creation.make(directory, "bench.example/log")
    return lambda: log.append(directory, EVENT)


def sqlite(place: Path) -> Append:
    path, text = str(place / "events.sqlite"), EVENT.decode()

    def append() -> None:
        database = sqlite3.connect(path, timeout=30, isolation_level=None)
        database.execute("PRAGMA synchronous=FULL")
        database.execute("BEGIN IMMEDIATE")
        database.execute("CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, event TEXT)")
        database.execute("INSERT INTO events (event) VALUES (?)", (text,))
        database.execute("COMMIT")
        database.close()

    return append


def ref_log(place: Path) -> Append:
    repository = place / "events.git"
    git("init", "--quiet", "--bare", str(repository), cwd=place)
    git("config", "core.fsync", "all", cwd=repository)
    tree = git("hash-object", "-w", "-t", "tree", "--stdin", cwd=repository)
    parent: list[str] = []

    def append() -> None:
        commit = git("commit-tree", tree, *(("-p", parent[-1]) if parent else ()), cwd=repository, stdin=EVENT)
        git("update-ref", "refs/log", commit, *parent[-1:], cwd=repository)
        parent[:] = [commit]

    return append


def timed(append: Append) -> float:
    started = time.perf_counter()
    append()
    return time.perf_counter() - started


def p99(taken: list[float]) -> float:
    return sorted(taken)[len(taken) * 99 // 100]


def one_writer(place: Path) -> tuple[str, bool]:
    contestants = {BARE: bare(place), OURS: ours(place), SQLITE: sqlite(place), GIT: ref_log(place)}
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(RUNS):
        taken: dict[str, list[float]] = {name: [] for name in contestants}
        for number in range(ROUNDS):
            for name, append in contestants.items():
                if name != GIT or number < GIT_ROUNDS:
                    taken[name].append(timed(append))
        for name, values in taken.items():
            figures[name].append((statistics.median(values), p99(values)))
    rows = []
    for name, runs in figures.items():
        ratios = [statistics.median(run[at] / base[at] for run, base in zip(runs, figures[BARE], strict=True)) for at in (0, 1)]
        middle, high = (statistics.median(run[at] for run in runs) for at in (0, 1))
        rows.append((name, f"{1 / middle:.0f}", f"{middle * 1e3:.2f} ms", f"{high * 1e3:.2f} ms",
                     *(f"{ratio:.2f}" for ratio in ratios)))  # fmt: skip
    ratio = statistics.median(run[1] / base[1] for run, base in zip(figures[OURS], figures[BARE], strict=True))
    head = ("one writer", "events a second", "median", "p99", "median to bare", "p99 to bare")
    return table(head, rows) + f"\nBudget: p99 under {RATIO:g} times bare; measured {ratio:.2f}.\n", ratio < RATIO


def writer(append: Append, start: int, results: int) -> None:
    """A child: wait for the start, append, and write down how long each took."""
    os.read(start, 1)
    taken = [timed(append) for _ in range(EACH)]
    os.write(results, b"".join(b"%d\n" % int(each * 1e9) for each in taken))


def at_once(make: Callable[[Path], Append], place: Path) -> list[float]:
    """Seconds of every append of eight processes that begin together."""
    append = make(place)
    append()
    start, starter = os.pipe()
    readers, children = [], []
    for _ in range(PROCESSES):
        reader, results = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(starter)
            code = 1
            try:
                writer(append, start, results)
                code = 0
            finally:
                os._exit(code)
        os.close(results)
        readers.append(reader)
        children.append(child)
    os.close(start)
    os.close(starter)
    taken: list[float] = []
    for reader, child in zip(readers, children, strict=True):
        with os.fdopen(reader, "rb") as file:
            taken += [int(line) / 1e9 for line in file.read().split()]
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            sys.exit("a writer of the benchmark failed")
    return taken


def eight_processes(place: Path) -> tuple[str, bool]:
    contestants = {BARE: bare, OURS: ours, SQLITE: sqlite}
    figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in contestants}
    for _ in range(RUNS):
        for name, make in contestants.items():
            started = time.perf_counter()
            taken = at_once(make, place)
            figures[name].append((len(taken) / (time.perf_counter() - started), statistics.median(taken), p99(taken)))
    rows, highest = [], {}
    for name, runs in figures.items():
        rate, middle, high = (statistics.median(run[at] for run in runs) for at in range(3))
        highest[name] = high
        rows.append((name, f"{rate:.0f}", f"{middle * 1e3:.2f} ms", f"{high * 1e3:.1f} ms"))
    head = ("eight processes", "events a second", "median", "p99")
    text = f"\nBudget: p99 under {LIMIT * 1e3:.0f} ms; measured {highest[OURS] * 1e3:.1f} ms.\n"
    return table(head, rows) + text, highest[OURS] < LIMIT


def audit(place: Path) -> tuple[str, bool]:
    load = os.getloadavg()[0]
    single, fast = one_writer(place)
    many, fair = eight_processes(place)
    entries = log.append(str(place / "log"), EVENT) + 1
    text = f"## The log: appending an event of {len(EVENT)} bytes\n\n"
    text += f"Other work ran on this machine: its load was {load:.1f} on {os.cpu_count()} cores when this began. {RUNS} runs of\n"
    text += f"{ROUNDS} appends each ({GIT}: {GIT_ROUNDS}), then of {PROCESSES} processes with {EACH} each; {entries} entries.\n\n"
    return text + single + "\n" + many, fast and fair


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory(prefix="gitward-bench-") as there:
        print(audit(Path(there))[0])
