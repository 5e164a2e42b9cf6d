"""One harness under atheris, until it has used its processor time: `one.py NAME SECONDS RESULT FINDINGS CORPUS [OPTION...]`.

Started by `run.py`. A finding does not end the run: of each kind (error, and line where it came up) the first input is kept in
the folder FINDINGS. RESULT is a JSON file, written at the end. Options are libFuzzer's.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import time
import traceback
from pathlib import Path

import atheris

from places import INSTRUMENTED, load


def main(name: str, seconds: float, result: Path, findings: Path, corpus: str, *options: str) -> None:
    with atheris.instrument_imports(include=INSTRUMENTED.get(name, ["gitward"])):
        target = load(name)
    for number, seed in enumerate(target.seeds()):
        Path(corpus, f"seed-{number}").write_bytes(seed)
    seen: dict[str, str] = {}
    count = 0

    def once(data: bytes) -> None:
        nonlocal count
        count += 1
        try:
            target.check(data)
        except Exception as error:  # noqa: BLE001  whatever comes out is a finding
            _keep(error, data, seen, findings / name, count)
        if not count & 63 and time.process_time() > seconds:
            result.write_text(json.dumps({"executions": count, "findings": seen}))
            sys.stdout.flush()
            os._exit(0)

    change = getattr(target, "mutated", None)

    def mutated(data: bytes, size: int, seed: int) -> bytes:
        chance = random.Random(seed)
        return change(data, chance)[:size] if chance.random() < 0.5 else atheris.Mutate(data, size)

    atheris.Setup([sys.argv[0], *options, corpus], once, **({"custom_mutator": mutated} if change else {}))
    atheris.Fuzz()


def _keep(error: Exception, data: bytes, seen: dict[str, str], folder: Path, count: int) -> None:
    """The first input of each kind of error."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    if kind in seen:
        return
    seen[kind] = hashlib.sha256(data).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / seen[kind]).write_bytes(data)
    print(f"finding: {kind}, execution {count}: {str(error)[:200]!a}: {folder / seen[kind]}", flush=True)


if __name__ == "__main__":
    name, seconds, result, findings, *rest = sys.argv[1:]
    main(name, float(seconds), Path(result), Path(findings), *rest)
