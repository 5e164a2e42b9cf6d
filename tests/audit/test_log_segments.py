"""Segments: when another one begins, what its first line says, and what is read across them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from logchecks import events, faults, lines

from gitward import clock
from gitward.audit import creation, folder, log, policies, reading, segment
from gitward.errors import UsageError

EVENT = b'{"id":"x"}'


@pytest.fixture
def made(tmp_path: Path) -> str:
    directory = str(tmp_path / "log")
    creation.make(directory, "git.example.com/log", segment_entries=512)
    return directory


def batch(directory: str, count: int) -> list[int]:
    return log.append_all(directory, (log.Item(event=EVENT),) * count)


def firsts(directory: str) -> list[int]:
    return [each.first for each in folder.segments(directory)]


@pytest.mark.parametrize("sizes", [[511, 1], [400, 400, 1], [1] * 3 + [508] + [1] * 2, [1600], [300] * 6])
def test_a_full_segment_is_followed_at_a_multiple_of_256(made: str, sizes: list[int]) -> None:
    told = [seq for size in sizes for seq in batch(made, size)]
    assert faults(made) == []
    assert told == [seq for seq, event in enumerate(events(made)) if event.get("id") == "x"]
    assert firsts(made) == list(range(0, len(lines(made)), 512))
    assert [entry.seq for entry in reading.entries(made)] == list(range(len(lines(made))))


def test_the_first_line_says_what_the_old_one_holds(made: str) -> None:
    batch(made, 600)
    old = Path(folder.segment_path(made, 0)).read_bytes()
    (rotated,) = (event for event in events(made) if event.get("event", {}).get("class") == "log.rotated")  # type: ignore[attr-defined]
    assert events(made)[512] == rotated
    assert rotated["log"] == {
        "segment": 0, "entries": 512, "bytes": len(old), "sha256": hashlib.sha256(old).hexdigest(),
    }  # fmt: skip


def test_a_large_segment_is_followed_too(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "BYTES", 30_000)
    for _ in range(20):
        batch(made, 50)
    assert firsts(made) == [0, 256, 512, 768]
    assert faults(made) == []


@pytest.mark.parametrize("size", [0, 100, 255, 257, -256])
def test_a_segment_holds_a_multiple_of_256(tmp_path: Path, size: int) -> None:
    with pytest.raises(UsageError, match="multiple of 256"):
        creation.make(str(tmp_path / "log"), segment_entries=size)
    assert not (tmp_path / "log" / "log.json").exists()


@pytest.mark.parametrize("before", [510, 511, 512])
def test_a_torn_tail_where_a_segment_is_full(made: str, before: int) -> None:
    batch(made, before)
    with open(segment.newest(made).path, "ab") as file:
        file.write(b'{"torn')
    batch(made, 300)
    assert faults(made) == []
    classes = [event.get("event", {}).get("class") for event in events(made)]  # type: ignore[attr-defined]
    assert classes[len(classes) - 302 :].count("log.recovered") == 1
    assert all(first % 256 == 0 for first in firsts(made))


def test_a_policys_revision_is_found_behind_a_new_segment(made: str) -> None:
    used = [{"id": "p", "source": "/s", "revision": 7, "digest": "1" * 64}]
    log.append(made, json.dumps({"event": {"class": "decision.receive"}, "policies": used, "repository": "/a.git"}).encode())
    batch(made, 511)
    assert len(firsts(made)) == 2
    assert policies.last(made, "/b.git").revisions == {("p", "/s"): 7}


def test_a_clock_set_back_breaks_nothing_and_shows(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `received_time` that is before that of the line above it is all that tells: seq and chain know no time."""
    batch(made, 2)
    monkeypatch.setattr(clock, "now", lambda: "2001-01-01T00:00:00.000000Z")
    batch(made, 600)
    monkeypatch.undo()
    batch(made, 2)
    assert faults(made) == []
    times = [entry.received_time for entry in reading.entries(made)]
    assert [seq for seq in range(1, len(times)) if times[seq] < times[seq - 1]] == [3]


def test_values_stand_beside_the_segment_of_their_line(made: str) -> None:
    items = tuple(log.Item(event=b'{"id":"%d"}' % n, personal=b'{"id":"%d"}' % n) for n in range(600))
    log.append_all(made, items)
    counts = [len(Path(folder.personal_path(made, first)).read_bytes().splitlines()) for first in firsts(made)]
    assert counts == [511, 89]


def test_values_after_a_torn_line_of_values(made: str) -> None:
    log.append(made, b'{"id":"1"}', b'{"id":"1"}')
    path = Path(folder.personal_path(made, 0))
    path.write_bytes(path.read_bytes() + b'{"id":"to')
    log.append(made, b'{"id":"2"}', b'{"id":"2"}')
    assert path.read_bytes().splitlines() == [b'{"id":"1"}', b'{"id":"to', b'{"id":"2"}']


def test_after_a_start_of_the_machine_only_one_write_can_be_undone(made: str) -> None:
    """Lines behind the break that were written at two times were synced at two times: damage, which no push gets past."""
    batch(made, 5)
    for _ in range(3):
        batch(made, 1)
    path = Path(folder.segment_path(made, 0))
    whole = path.read_bytes()
    for broken, goes_on in ((-1, True), (-3, False)):
        each = whole.splitlines(keepends=True)
        each[broken] = b"\0" * len(each[broken][:-1]) + b"\n"
        path.write_bytes(b"".join(each))
        os.truncate(Path(made, "lock"), 0)  # as a start of the machine
        if not goes_on:
            with pytest.raises(log.Undecided, match="altered, or has lost lines"):
                batch(made, 1)
        else:
            batch(made, 1)
            assert faults(made) == []
        path.write_bytes(whole)
