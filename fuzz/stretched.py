"""Looks for what takes more than linear time: inputs that a run has kept, some part of each repeated until it is large.

    stretched.py NAME CORPUS FINDINGS

Where a number is put into each, no two are alike. An input is suspect where four times the length takes more than ten times the
time, and more than half a second.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
import traceback
from pathlib import Path

from places import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from places import Target

SMALL, LARGE = 1 << 15, 1 << 17
INPUTS, PARTS = 12, 10  # looked at, and parts of each
FACTOR, SECONDS = 10, 0.5


def main(name: str, corpus: Path, findings: Path) -> int:
    target, chance = load(name), random.Random(name)
    kept = sorted(path for path in corpus.iterdir() if path.name.startswith("seed-"))
    others = sorted(path for path in corpus.iterdir() if not path.name.startswith("seed-"))
    for path in kept[:INPUTS] + chance.sample(others, min(INPUTS, len(others))):
        data = path.read_bytes()
        for _ in range(PARTS if data else 0):
            part = _part(data, chance)
            large = _stretched(data, *part, LARGE)
            try:
                spent = _spent(target, large)
                if spent > SECONDS and spent > FACTOR * _spent(target, _stretched(data, *part, SMALL)):
                    _keep(f"{spent:.1f} s for {len(large)} bytes", large, findings / name)
            except Exception as error:  # noqa: BLE001  whatever comes out is a finding
                frame = traceback.extract_tb(error.__traceback__)[-1]
                _keep(f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}", large, findings / name)
    return 0


def _part(data: bytes, chance: random.Random) -> tuple[int, int, int]:
    """Where a part begins and ends, some bytes or a whole line, and where in it a number is to stand, -1 for nowhere."""
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice((1, 2, 3, 8, 40, 100)))
    if chance.random() < 0.5:
        start, end = data.rfind(b"\n", 0, start) + 1, (data.find(b"\n", start) + 1) or len(data)
    return start, end, chance.choice((-1, min(start + chance.randrange(12), end)))


def _stretched(data: bytes, start: int, end: int, number: int, size: int) -> bytes:
    """The part as often as it takes; with a number in it, no two are alike."""
    times = size // (end - start)
    if number < 0:
        return data[:start] + data[start:end] * times + data[end:]
    numbered = [data[start:number] + str(count).encode() + data[number:end] for count in range(times)]
    return (data[:start] + b"".join(numbered))[:size] + data[end:]


def _spent(target: Target, data: bytes) -> float:
    """Seconds of processor time."""
    started = time.process_time()
    target.check(data)
    return time.process_time() - started


def _keep(what: str, data: bytes, folder: Path) -> None:
    kept = folder / f"stretched-{hashlib.sha256(data).hexdigest()[:16]}"
    kept.write_bytes(data)
    print(f"finding: {what}: {kept}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
