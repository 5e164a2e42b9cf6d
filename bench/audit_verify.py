"""`gitward audit verify` over 100,000 and 1,000,000 events of about 900 bytes: seconds, peak memory, on one core."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from measure import GITWARD, ROOT, peak_memory, table

sys.path.insert(0, str(ROOT / "src"))
SECONDS = 60
LARGE = int(os.environ.get("AUDIT_EVENTS", "1000000"))
SEGMENT = 65_536
GROWTH = 8 << 20  # bytes of memory that ten times the events may take more


def audit_verify(folder: Path) -> tuple[str, bool]:
    rows, peaks, took = [], [], []
    for count in (LARGE // 10, LARGE):
        log = folder / str(count)
        make(log, count)
        size = sum(path.stat().st_size for path in log.glob("*.jsonl"))
        kept = folder / f"{count}.checkpoint"
        kept.write_bytes((log / "checkpoint").read_bytes())
        command = ["taskset", "-c", "0", *GITWARD, "audit", "verify", "--log", str(log), "--against", str(kept)]
        peak, seconds, code = peak_memory(command, folder)
        if code:
            return f"## Verify\n\ngitward audit verify ended with {code}\n", False
        peaks.append(peak)
        took.append(seconds)
        rows.append((str(count), f"{size / count:.0f}", f"{peak / 2**20:.0f} MiB", f"{seconds:.1f} s"))
    text = "## Verifying a log: gitward audit verify --against, one core\n\n"
    text += table(("events", "bytes each", "peak", "time"), rows)
    text += f"\nBudget: {SECONDS} s for {LARGE} events; {GROWTH >> 20} MiB more for ten times as many.\n"
    return text, took[-1] <= SECONDS and peaks[-1] - peaks[0] <= GROWTH


def make(log: Path, count: int) -> None:
    """A log with this many entries, written as gitward writes them, but without a sync for each."""
    from gitward import clock
    from gitward.audit import checkpoints, creation, folder
    from gitward.audit.entry import digest_of, line_of
    from gitward.audit.happenings import happening

    creation.make(str(log), "bench.example/log")
    path = Path(folder.segment_path(str(log), 0))
    prev, seq, first, before = digest_of(path.read_bytes()[:-1]), 1, 0, {}
    model = json.loads(event())
    while seq < count:
        digest = hashlib.sha256()
        with path.open("ab") as file:
            lines = path.read_bytes() if seq == 1 else b""
            digest.update(lines)
            while seq < min(count, first + SEGMENT):
                if seq == first and seq:
                    text = happening("log.rotated", log=before)
                else:
                    model["id"] = clock.new_id()
                    text = json.dumps(model, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
                line = line_of(seq, prev, "2026-01-01T00:00:00.000000Z", text)
                prev, seq = digest_of(line), seq + 1
                file.write(line + b"\n")
                digest.update(line + b"\n")
        before = {"segment": first, "entries": seq - first, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}
        first += SEGMENT
        path = Path(folder.segment_path(str(log), first))
    checkpoints.take(str(log))


def event() -> bytes:
    """What a push of three branches leaves: a line of about 900 bytes."""
    from gitward.audit.happenings import happening

    updates = [{"ref": f"refs/heads/topic/{number}", "alias": "", "old": "1" * 40, "new": "2" * 40, "ancestry": "ff"}
               for number in range(3)]  # fmt: skip
    return happening("ref.updated", session={"id": "5f0c2a11-4242-991"}, repository="/srv/git/payments.git",
                     updates=updates, update_count=3, updates_evidence=None)  # fmt: skip


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
