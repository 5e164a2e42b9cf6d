"""Kill and error at system calls of whoever reads, and so makes, the index: the log is as it was, and the next answer is right.

A sample here; every call of every scene with `make soak` (GITWARD_SOAK=1), with the counts in bench/results/audit_faults.md.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from logchecks import faults, lines, root
from logscenes import INDEXING, broken_at, calls, count, made

from gitward.audit.index import reading
from servers import need
from soaking import FACTOR

EVERY = FACTOR > 1
SAMPLE = {"index made": 36, "index grown": 36, "index and a lost journal": 36}  # a scene and how far apart its points are
ROWS = (
    "SELECT * FROM event ORDER BY seq",
    "SELECT kind, text, seq FROM mention LEFT JOIN word ON id = word ORDER BY 1, 2, 3",
    "SELECT * FROM object ORDER BY oid, seq",
    "SELECT * FROM personal ORDER BY seq",
    "SELECT * FROM meta ORDER BY name",
    "SELECT rowid FROM prose WHERE prose MATCH 'log' ORDER BY rowid",
)


@pytest.fixture(autouse=True)
def _strace() -> None:
    need("strace", "strace")


def rows(path: str) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        return [base.execute(each).fetchall() for each in ROWS]


def is_right(directory: str) -> bool:
    """Whether the index that the next reader gets is the one that is made from nothing."""
    anew = f"{directory}.index"
    with reading.opened(directory), reading.opened(directory, anew):
        pass
    return rows(f"{directory}/{reading.NAME}") == rows(anew)


@pytest.mark.parametrize("name", INDEXING if EVERY else SAMPLE)
@pytest.mark.parametrize("how", ["signal=KILL", "error=ENOSPC", "error=EIO"] if EVERY else ["signal=KILL"])
def test_broken_at_a_system_call_of_the_index(name: str, how: str, tmp_path: Path) -> None:
    scene = INDEXING[name]
    points = calls(scene, tmp_path)[:: 1 if EVERY else SAMPLE[name]]
    assert points
    for call in points:
        directory = made(scene, str(tmp_path / f"{call.name}-{call.number}"))
        before = lines(directory)
        told = broken_at(call, how, scene, directory, str(tmp_path / "trace"))
        assert told in ([], [str(len(before)), root(before).hex()]), call
        assert lines(directory) == before
        assert faults(directory) == []
        assert is_right(directory), (how, call)
    count(how, "index", name, len(points))
