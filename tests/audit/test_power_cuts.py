"""The power fails at any moment: what was told is on the disk, nothing half-written is taken for whole, and the log goes on.

A sample here; every operation of every scene, and more chance, with `make soak`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from logscenes import SCENES, Scene, broken_at, calls, count, filled, made, run
from powercuts import TRACE, Disk, replay
from test_log_faults import goes_on

from gitward.audit import folder
from servers import need
from soaking import FACTOR

EVERY = FACTOR > 1
LARGE = {
    "large batch": Scene("append(*(f'personal {n}' + 'x' * 3000 for n in range(30)))", (filled(5),)),
    "large lines": Scene("append('a' * 20000); append('personal' + 'b' * 20000); checkpoints.take(directory)", (filled(5),)),
    "long": Scene("append('1'); checkpoints.take(directory); append('2'); append('3'); checkpoints.take(directory)",
                  (filled(254),)),
}  # fmt: skip
ALL = {**SCENES, **LARGE}
SAMPLE = {"rotate": 9, "checkpoint": 16, "large batch": 4, "torn": 9}  # a scene and how far apart its points are
# a first writer is killed at the first call of this name after so many; then comes a second one, and then the power fails
WRITES = Scene("append('personal second'); append('third'); checkpoints.take(directory)")
SIGNS = Scene("checkpoints.take(directory)")
AFTER_A_KILL = [
    ("rotate", "fsync", 1, WRITES), ("append", "fdatasync", 0, SIGNS), ("last of a segment", "fdatasync", 0, WRITES),
    ("append", "fdatasync", 0, WRITES), ("personal", "fdatasync", 1, WRITES), ("rotate", "pwrite64", 0, WRITES),
    ("rotate", "fsync", 1, SIGNS), ("rotate batch", "fdatasync", 1, WRITES), ("torn", "fdatasync", 0, WRITES),
    ("torn", "fdatasync", 0, SIGNS), ("checkpoint", "rename", 1, WRITES), ("checkpoint", "rename", 1, SIGNS),
]  # fmt: skip


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder that costs no disk: in the model alone anything is synced."""
    place = tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    yield place
    shutil.rmtree(place)


def failing(disk: Disk, trace: str, step: int, seeds: range, target: str) -> tuple[int, list[str]]:
    """Replay a trace, and after every `step`th operation let the power fail; how often, and what did not hold then."""
    found: list[str] = []
    count = done = 0
    for name, rest, result in replay(disk, trace):
        if not disk.does(name, rest, result):
            continue
        done += 1
        for seed in seeds if done % step == 0 else ():
            count += 1
            disk.cut(target, seed * (done if seed > 1 else 1))
            folder.mark_live(target)  # the same disk in truth, another one here
            Path(target, folder.LOCK).write_text("an earlier start of the machine")
            left = goes_on(target, {each for each in disk.told if each}, is_whole=False)
            found += [f"{fault}, cut {seed} after {done}: {name}" for fault in left]
    return count, found


@pytest.mark.parametrize("name", ALL if EVERY else SAMPLE)
def test_the_power_fails(name: str, tmp_path: Path, memory: str) -> None:
    need("strace", "strace")
    directory, trace = made(ALL[name], str(tmp_path / "log")), tmp_path / "trace"
    disk = Disk.of(directory)
    assert run(ALL[name], directory, *TRACE, "-o", str(trace))[0] == 0
    seeds = range(8) if EVERY else range(4)
    cuts, found = failing(disk, trace.read_text(), 1 if EVERY else SAMPLE[name], seeds, f"{memory}/log")
    assert found == []
    assert cuts
    count("power cut", "power cut", name, cuts)


@pytest.mark.parametrize(("name", "killed_at", "skipped", "second"), AFTER_A_KILL if EVERY else AFTER_A_KILL[:1])
def test_the_power_fails_after_a_kill(
    name: str, killed_at: str, skipped: int, second: Scene, tmp_path: Path, memory: str
) -> None:
    need("strace", "strace")
    scene, trace = SCENES[name], tmp_path / "trace"
    call = [call for call in calls(scene, tmp_path) if call.name == killed_at][skipped]
    directory = made(scene, str(tmp_path / "log"))
    disk = Disk.of(directory)
    broken_at(call, "signal=KILL", scene, directory, str(trace), *TRACE)
    seeds = range(8) if EVERY else range(4)
    first = failing(disk, trace.read_text(), 1 if EVERY else 9, seeds, f"{memory}/log")
    disk.open.clear()
    assert run(second, directory, *TRACE, "-o", str(trace))[0] == 0
    then = failing(disk, trace.read_text(), 1 if EVERY else 4, seeds, f"{memory}/log")
    assert first[1] + then[1] == []
    count("power cut", "power cut", f"{name} after a kill", first[0] + then[0])
