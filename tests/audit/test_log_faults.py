"""Kill and error at system calls of real processes: what was told is in the log, nothing half-written is, and it goes on.

A sample here; every call of every scene with `make soak` (GITWARD_SOAK=1), with the counts in bench/results/audit_faults.md.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from logchecks import faults
from logscenes import SCENES, Call, broken_at, calls, count, made

from gitward.audit import checkpoints, log
from servers import need
from soaking import FACTOR

EVERY = FACTOR > 1
SAMPLE = {"append": 9, "rotate": 24, "closed": 30, "checkpoint": 60}  # a scene and how far apart its points are


@pytest.fixture(autouse=True)
def _strace() -> None:
    need("strace", "strace")


def goes_on(directory: str, told: set[str], *, is_whole: bool = True) -> list[str]:
    """What does not hold of a log to which something was done, before (if it is whole) and after the next event."""
    found = faults(directory, told) if is_whole else []
    log.append(directory, b'{"id":"after"}', b'{"id":"after"}')
    checkpoints.take(directory)
    return found + faults(directory, told | {"after"}, whole=True)


def broken(name: str, call: Call, how: str, folder: Path) -> list[str]:
    scene = SCENES[name]
    directory = made(scene, str(folder / f"{call.name}-{call.number}-{how}"))
    told = broken_at(call, how, scene, directory, str(folder / "trace"))
    return [f"{name}, {how} at {call}: {fault}" for fault in goes_on(directory, {each for each in told if each})]


@pytest.mark.parametrize("name", SCENES if EVERY else SAMPLE)
@pytest.mark.parametrize("how", ["signal=KILL", "error=ENOSPC", "error=EIO"] if EVERY else ["signal=KILL"])
def test_broken_at_a_system_call(name: str, how: str, tmp_path: Path) -> None:
    points = calls(SCENES[name], tmp_path)[:: 1 if EVERY else SAMPLE[name]]
    assert points
    assert [fault for call in points for fault in broken(name, call, how, tmp_path)] == []
    for part, number in Counter(call.part for call in points).items():
        count(how, part, name, number)
