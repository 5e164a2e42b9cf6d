"""Proofs and exports of a log of a million entries: what one proof costs, and what an export of 100,000 entries costs.

ENTRIES=1000000 says how many; half of a kilobyte each, in segments of 65,536. The lines are made here, not appended one by one.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import time
from pathlib import Path

from measure import GITWARD, ROOT, run, table

sys.path.insert(0, str(ROOT / "src"))

from gitward import clock
from gitward.audit import bundle, checking, creation, folder, proving, tileexport
from gitward.audit.entry import digest_of, line_of
from gitward.audit.happenings import happening
from gitward.tlog import checkpoint, note, proof, tiles, tree
from gitward.tlog.tree import leaf_hash

ENTRIES = int(os.environ.get("ENTRIES", "1000000"))
EXPORTED = min(100_000, ENTRIES)
PROOFS = 200
LIMIT = 10.0


def audit_proof(folder_: Path) -> tuple[str, bool]:
    large, small = folder_ / "large", folder_ / "small"
    made = made_log(large, ENTRIES)
    bytes_of = sum(path.stat().st_size for path in large.glob("*.jsonl"))
    rows, within = proofs(large)
    made_log(small, EXPORTED)
    rows += exports(small, folder_)
    text = f"## Proofs and exports: a log of {ENTRIES:,} entries, {bytes_of / ENTRIES:.0f} bytes each\n\n"
    text += table(("what", "median", "99 of 100 within"), rows)
    text += f"\nLimit for an inclusion proof: {LIMIT:g} ms. Each is of another entry, by chance, and reads its tiles anew.\n"
    return text + f"The tree of the large log took {made:.0f} s to build.\n", within


def made_log(path: Path, count: int) -> float:
    """A log with lines of its own making, as `audit.log` would have left them; seconds that its tiles took."""
    key = note.new_key("bench.example/log")
    path.mkdir()
    creation.create(str(path), key.name, key)
    first = Path(folder.segment_path(str(path), 0))
    prev, seq, now = digest_of(first.read_bytes()[:-1]), 1, clock.now()
    event = happening("log.heartbeat", log={"filler": "x" * 100})
    while seq < count:
        segment = Path(folder.segment_path(str(path), seq - seq % 65_536))
        with segment.open("ab") as file:
            for _ in range(min(65_536 - seq % 65_536, count - seq)):
                line = line_of(seq, prev, now, event)
                prev, seq = digest_of(line), seq + 1
                file.write(line + b"\n")
    started = time.perf_counter()
    grown = tiles.extend(str(path), 1, leaves(path))
    signed = note.signed(checkpoint.Checkpoint(origin=key.name, size=grown.size, root=grown.root()).text(), key)
    (path / "checkpoint").write_text(signed)
    return time.perf_counter() - started


def leaves(path: Path):
    for number, segment in enumerate(folder.segments(str(path))):
        with open(segment.path, "rb") as file:
            if number == 0:
                file.readline()
            for line in file:
                yield leaf_hash(line[:-1])


def proofs(path: Path) -> tuple[list[tuple[str, ...]], bool]:
    chance = random.Random(1)
    places = [chance.randrange(ENTRIES) for _ in range(PROOFS)]
    key = note.public_key(folder.about(str(path)).key)
    making, verifying = [], []
    for seq in places:
        started = time.perf_counter()
        text = proving.inclusion(str(path), seq).text().encode()
        making.append(time.perf_counter() - started)
        started = time.perf_counter()
        found = proof.read(text)
        checking.signers(found.checkpoint, [key])
        assert checking.included(found).seq == seq
        verifying.append(time.perf_counter() - started)
    growing = []
    for seq in places[:50]:
        at = tiles.Tiles(str(path), ENTRIES)
        old = checkpoint.Checkpoint(origin=key.name, size=seq + 1, root=tree.root_of(seq + 1, at.hash_at))
        started = time.perf_counter()
        proving.consistency(str(path), old)
        growing.append(time.perf_counter() - started)
    command = [*GITWARD, "audit", "proof", str(places[0]), "--log", str(path)]
    whole = [run(command, cwd=path)[0] for _ in range(5)]
    rows = [row("an inclusion proof, made", making), row("the same, verified with the public key alone", verifying),
            row("a consistency proof, made", growing), row("`gitward audit proof SEQ`, the whole command", whole)]  # fmt: skip
    return rows, statistics.median(making) * 1000 < LIMIT


def row(name: str, taken: list[float]) -> tuple[str, str, str]:
    worst = sorted(taken)[int(len(taken) * 0.99)]
    return name, f"{statistics.median(taken) * 1000:.1f} ms", f"{worst * 1000:.1f} ms"


def exports(path: Path, folder_: Path) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    copy = folder_ / "copy"
    shutil.copytree(path, copy)  # nothing is recorded in a copy: the export alone is timed
    always = bundle.Asked(start="2000-01-01T00:00:00.000000Z", end="2100-01-01T00:00:00.000000Z")
    for name, once in (
        ("tiles", lambda target: tileexport.export(str(copy), target)),
        ("bundle", lambda target: bundle.export(str(copy), target, always)),
    ):
        taken = []
        for number in range(3):
            started = time.perf_counter()
            once(str(folder_ / f"{name}{number}"))
            taken.append(time.perf_counter() - started)
        rows.append((f"export of {EXPORTED:,} entries, {name}", f"{statistics.median(taken):.2f} s", f"{max(taken):.2f} s"))
    key = folder.about(str(copy)).key
    verify = [sys.executable, "-I", "-S", str(folder_ / "bundle0" / "verify.py"), "--key", key]
    taken = [run(verify, cwd=folder_) for _ in range(3)]
    assert {code for _, code in taken} == {0}
    seconds = [each for each, _ in taken]
    rows.append(("verify.py of that bundle", f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s"))
    return rows
