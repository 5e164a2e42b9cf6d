"""Checkpoints: over synced lines only, on top of the last one, without old segments, while others write."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest
from logchecks import faults, root

from gitward.audit import checkpoints, creation, folder, log
from gitward.errors import Undecided

EVENT = b'{"id":"x"}'


@pytest.fixture
def made(tmp_path: Path) -> str:
    directory = str(tmp_path / "log")
    creation.make(directory, "git.example.com/log", segment_entries=256)
    return directory


def batch(directory: str, count: int) -> None:
    log.append_all(directory, (log.Item(event=EVENT),) * count)


def test_an_idle_checkpoint_is_the_same_bytes_and_writes_nothing(made: str) -> None:
    batch(made, 3)
    signed = checkpoints.take(made)
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in Path(made).rglob("*") if path.is_file()}
    assert checkpoints.take(made) == signed == (Path(made) / "checkpoint").read_text()
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in Path(made).rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("steps", [(1,), (254, 1, 1), (255,), (256, 256), (300, 1, 700)])
def test_the_root_is_that_of_the_lines(made: str, steps: tuple[int, ...]) -> None:
    for count in steps:
        batch(made, count)
        checkpoints.take(made)
        assert faults(made, whole=True) == []


def test_old_segments_are_not_read(made: str) -> None:
    batch(made, 1000)
    checkpoints.take(made)
    for segment in folder.segments(made)[:-1]:
        Path(segment.path).write_bytes(b"nobody looks here")
    batch(made, 3)
    checkpoints.take(made)
    newest = checkpoints.newest(made)
    assert newest is not None
    assert newest.size == log.append(made, EVENT)


@pytest.mark.parametrize("lost", ["checkpoint.new", "drop"])
def test_a_job_that_died_is_taken_up(made: str, lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiles of a larger tree are there, its checkpoint is not; the narrower tiles still are."""
    batch(made, 20)
    checkpoints.take(made)
    old = (Path(made) / "checkpoint").read_bytes()
    batch(made, 400)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "replace_file" if lost == "checkpoint.new" else "sync_folder", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            checkpoints.take(made)
    (Path(made) / "checkpoint").write_bytes(old)
    batch(made, 7)
    checkpoints.take(made)
    assert faults(made, whole=True) == []


def test_a_writer_does_not_wait_for_the_hashing(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batch(made, 5)
    hashing, go_on = threading.Event(), threading.Event()
    plain = checkpoints.leaf_hash

    def slow(line: bytes) -> bytes:
        hashing.set()
        assert go_on.wait(10)
        return plain(line)

    monkeypatch.setattr(checkpoints, "leaf_hash", slow)
    job = threading.Thread(target=checkpoints.take, args=(made,))
    job.start()
    assert hashing.wait(10)
    seq = log.append(made, EVENT)
    go_on.set()
    job.join()
    newest = checkpoints.newest(made)
    assert newest is not None
    assert newest.size == seq
    checkpoints.take(made)
    assert faults(made, whole=True) == []


@pytest.mark.parametrize("damage", ["tile", "line", "shorter"])
def test_what_does_not_continue_the_last_checkpoint_is_not_signed(made: str, damage: str) -> None:
    batch(made, 20)
    signed = checkpoints.take(made)
    batch(made, 5)
    segment, (tile,) = Path(made) / f"{0:020d}.jsonl", (path for path in Path(made, "tile").rglob("*") if path.is_file())
    lines = segment.read_bytes().splitlines(keepends=True)
    if damage == "tile":
        tile.write_bytes(bytes(len(tile.read_bytes())))
    elif damage == "line":
        segment.write_bytes(b"".join(lines[:23]) + b"".join(lines[24:]))
    else:
        segment.write_bytes(b"".join(lines[:9]))
    with pytest.raises(Undecided):
        checkpoints.take(made)
    assert (Path(made) / "checkpoint").read_text() == signed


def test_the_copy_of_a_log_is_not_written(made: str, tmp_path: Path) -> None:
    batch(made, 5)
    subprocess.run(["cp", "-a", made, tmp_path / "copy"], check=True)
    before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "copy").rglob("*"))
    for act in (checkpoints.take, lambda copy: log.append(copy, EVENT)):
        with pytest.raises(Undecided, match="copy"):
            act(str(tmp_path / "copy"))
    assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "copy").rglob("*")) == before


def test_the_same_inodes_on_another_disk_are_a_copy_too(made: str) -> None:
    live = Path(made) / "live"
    numbers = live.read_text().split()
    live.write_text(f"{numbers[0]} {numbers[1]} {int(numbers[2]) ^ 1}\n")
    with pytest.raises(Undecided, match="copy"):
        log.append(made, EVENT)


def test_root_of_the_published_vectors() -> None:
    """The test's own root agrees with RFC 6962's: nothing, and one empty leaf."""
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root([b""]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
