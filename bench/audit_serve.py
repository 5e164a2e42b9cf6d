"""How many decisions a second are recorded by hooks that write the log themselves, and by hooks that ask `gitward audit serve`.

Each writer is a process that is there already. For each event it does what a hook does.
A second run signs before each answer, which `--checkpoint-every 0` asks for.
"""

from __future__ import annotations

import os
import signal
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path

from measure import GITWARD, ROOT, table

sys.path.insert(0, str(ROOT / "src"))


from gitward.audit import creation, recorder
from gitward.audit.happenings import happening
from gitward.audit.log import Item

ROUNDS = 5
SECONDS = 1.5
WRITERS = (1, 32)
LEAST = 3.0
MODES = ("direct", "serve", "serve, signed before each answer")


def event() -> bytes:
    """What a push of three branches leaves: about 900 bytes, and an event by the schema, which the daemon asks for."""
    updates = [{"ref": f"refs/heads/topic/{number}", "alias": "", "old": "1" * 40, "new": "2" * 40, "ancestry": "ff"}
               for number in range(3)]  # fmt: skip
    return happening("ref.updated", session={"id": "5f0c2a11-4242-991"}, repository="/srv/git/payments.git",
                     updates=updates, update_count=3, updates_evidence=None)  # fmt: skip


def write(target: str, go: int, report: int) -> None:
    """One writer: wait for the start, record for SECONDS, and report the latency of each event, in nanoseconds."""
    os.read(go, 1)
    taken = []
    item = Item(event=event())
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        started = time.perf_counter_ns()
        recorder.record(target, item)
        taken.append(time.perf_counter_ns() - started)
    data = struct.pack(f"{len(taken)}Q", *taken)
    while data:
        data = data[os.write(report, data) :]


def together(target: str, count: int) -> list[int]:
    """`count` writers at once; the latencies of all."""
    ready, go = os.pipe()
    pipes, children = [], []
    for _ in range(count):
        reader, report = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(go)
                write(target, ready, report)
                code = 0
            finally:
                os._exit(code)
        os.close(report)
        pipes.append(reader)
        children.append(child)
    os.close(ready)
    time.sleep(0.2)
    os.write(go, b"g" * count)
    os.close(go)
    taken: list[int] = []
    for reader in pipes:
        with os.fdopen(reader, "rb") as file:
            taken += (each for (each,) in struct.iter_unpack("Q", file.read()))
    if any(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children):
        raise SystemExit("a writer failed")
    return taken


def measured(folder: Path, mode: str, count: int) -> list[int]:
    """One round in a log of its own; every event is there afterwards."""
    log = folder / "log"
    creation.make(str(log))
    if mode == "direct":
        taken = together(str(log), count)
    else:
        words = [*GITWARD, "audit", "serve", "--log", str(log), "--socket", str(folder / "s")]
        words += ["--checkpoint-every", "0"] if "signed" in mode else []
        daemon = subprocess.Popen(words, stderr=subprocess.PIPE)
        assert daemon.stderr is not None
        daemon.stderr.readline()
        taken = together(f"unix:{folder / 's'}", count)
        daemon.send_signal(signal.SIGTERM)
        if daemon.wait():
            raise SystemExit("the daemon failed")
    there = sum(path.read_bytes().count(b'"class":"ref.updated"') for path in log.glob("*.jsonl"))
    if there != len(taken):
        raise SystemExit(f"{len(taken)} events were recorded and {there} are there")
    return taken


def audit_serve(folder: Path) -> tuple[str, bool]:
    """The section of the report, and whether the daemon is as fast as it must be."""
    load = os.getloadavg()[0]
    rates: dict[tuple[str, int], list[float]] = {}
    latencies: dict[tuple[str, int], list[int]] = {}
    for number in range(ROUNDS):
        for mode in MODES:
            for count in WRITERS:
                place = folder / f"{number}-{MODES.index(mode)}-{count}"
                place.mkdir()
                taken = measured(place, mode, count)
                rates.setdefault((mode, count), []).append(len(taken) / SECONDS)
                latencies.setdefault((mode, count), []).extend(taken)
    rows = []
    for (mode, count), found in rates.items():
        cuts = statistics.quantiles(latencies[mode, count], n=100)
        p50, p99 = (f"{cuts[place] / 1e6:.2f} ms" for place in (49, 98))
        rows.append((mode, str(count), f"{statistics.median(found):,.0f}", p50, p99))
    ratio = statistics.median(
        daemon / direct for daemon, direct in zip(rates["serve", 32], rates["direct", 32], strict=True)
    )
    text = "## Recording: hooks that write the log themselves, and `gitward audit serve`\n\n"
    text += f"The load of this machine was {load:.1f} on {os.cpu_count()} cores when this began. "
    text += f"{ROUNDS} runs of {SECONDS:g} s each.\n\n"
    text += table(("mode", "writers", "events a second", "p50", "p99"), rows)
    text += f"\nWith 32 writers the daemon records {ratio:.1f} times as many events a second; at least {LEAST:g} are asked for.\n"
    return text, ratio >= LEAST
