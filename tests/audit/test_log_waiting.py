"""Many writers at once: whoever has the lock writes for all, each event once, whoever is killed or stopped meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import killed_before
from logchecks import events, faults, lines
from logscenes import SRC, filled

from gitward.audit import creation, log, waiting
from gitward.audit.item import Item
from gitward.audit.patience import Patience
from gitward.errors import Undecided
from soaking import long

HOLD = """
import os, sys; sys.path.insert(0, sys.argv[1])
from gitward.audit import log
with log.locked(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def directory(tmp_path: Path) -> str:
    creation.make(str(tmp_path / "log"), "git.example.com/log", segment_entries=256)
    return str(tmp_path / "log")


def item(name: str) -> Item:
    said = b'{"id":"%s"}' % name.encode()
    return Item(event=said, personal=said)


def seqs(directory: str, name: str) -> list[int]:
    """Where an event stands in the log."""
    return [json.loads(line)["seq"] for line in lines(directory) if json.loads(line)["event"].get("id") == name]


def waiters(directory: str) -> list[Path]:
    """The requests of those who wait."""
    return [path for path in Path(directory, waiting.FOLDER).glob("*") if path.name != "begun"]


def killed(step: int, directory: str, name: str) -> bool:
    """Append in a child that is killed before its nth call that changes something; whether it came so far."""
    return killed_before(step, lambda: str(log.append_all(directory, (item(name),))))


class Held:
    """Another process that holds the lock of a log until it is told to let go."""

    def __init__(self, directory: str) -> None:
        command = [sys.executable, "-I", "-c", HOLD, str(SRC), directory]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"held\n"

    def end(self) -> None:
        self.process.communicate()


@pytest.fixture
def held(directory: str) -> Iterator[Held]:
    held = Held(directory)
    yield held
    if held.process.returncode is None:
        held.process.kill()
        held.process.communicate()


def writers(directory: str, names: list[str], said: list[str]) -> list[threading.Thread]:
    """So many who append, each in a thread; they wait by the time this returns."""
    threads = [threading.Thread(target=lambda name=name: said.append(f"{name} {log.append_all(directory, (item(name),))}"))
               for name in names]  # fmt: skip
    for each in threads:
        each.start()
    end = time.monotonic() + 50
    while len(waiters(directory)) < len(names):
        assert time.monotonic() < end
        time.sleep(0.01)
    return threads


@pytest.mark.parametrize("is_killed", [False, True])
def test_who_waits_is_written_by_one_of_them_with_one_sync(directory: str, held: Held, is_killed: bool) -> None:
    told: list[str] = []
    names = [f"personal {number}" for number in range(8)]
    threads = writers(directory, names, told)
    held.process.kill() if is_killed else held.end()
    for each in threads:
        each.join(10)
    assert sorted(told) == sorted(f"{name} {seqs(directory, name)}" for name in names)
    written = [json.loads(line) for line in lines(directory)[1:]]
    assert len(written) == len(names)
    assert len({each["received_time"] for each in written}) == 1, "one write"
    assert faults(directory, set(names)) == []
    assert list(Path(directory, waiting.FOLDER).iterdir()) == []


@pytest.mark.parametrize("before", [1, pytest.param(254, marks=long)])  # and over the end of a segment
def test_who_writes_for_others_is_killed_anywhere(directory: str, before: int) -> None:
    """Two in a row are killed before some call that changes something; whoever comes next ends it, and nothing stands twice."""
    filled(before)(directory)
    step, was_killed = 1, True
    while was_killed:
        names = [f"personal {step} {who}" for who in "ab"]
        requests = [waiting.leave(directory, (item(name), item(f"{name} more"))) for name in names]
        was_killed = killed(step, directory, f"{step} x")
        killed(step * 7 % 24, directory, f"{step} y")
        log.append_all(directory, (item(f"{step} z"),))
        for request, name in zip(requests, names, strict=True):
            assert request is not None
            found = [seqs(directory, each) for each in (name, f"{name} more")]
            assert [len(each) for each in found] == [1, 1], (step, found)
            assert request.answer() == [each for (each,) in found], step
            request.close()
        assert len(seqs(directory, f"{step} z")) == 1
        step += 1
    assert step > 15
    assert faults(directory, {f"personal {number} a" for number in range(1, step)}) == []
    assert list(Path(directory, waiting.FOLDER).iterdir()) == []


def test_who_waits_finds_itself_what_was_written_before_a_kill(directory: str) -> None:
    """The one who writes is killed after the sync; the one who waits has the lock next, and does not write again."""
    request = waiting.leave(directory, (item("waits"),))
    assert request is not None
    step = 1
    while killed(step, directory, f"x {step}") and not seqs(directory, "waits"):
        step += 1
    request.close()
    assert log.append_all(directory, (item("waits"),)) == seqs(directory, "waits")
    assert len(seqs(directory, "waits")) == 1


def test_what_the_dead_have_left_is_not_written(directory: str) -> None:
    child = os.fork()
    if not child:
        waiting.leave(directory, (item("dead"),))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    place = Path(directory, waiting.FOLDER)
    (place / "00-1").write_bytes(b"what no gitward wrote")
    assert len(list(place.iterdir())) == 2
    log.append(directory, b'{"id":"after"}')
    assert [event.get("id") for event in events(directory)[1:]] == ["after"]
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("left", [b"", b"3", b"nonsense\n", b"2\n"])
def test_whatever_begun_says(directory: str, left: bytes) -> None:
    """It may be cut short, or of long ago."""
    filled(5)(directory)
    place = Path(directory, waiting.FOLDER)
    place.mkdir()
    (place / "begun").write_bytes(left)
    log.append(directory, b'{"id":"after"}')
    assert seqs(directory, "after") == [5]
    assert list(place.iterdir()) == []


def test_without_room_for_a_request_it_is_waited_all_the_same(directory: str, held: Held) -> None:
    Path(directory, waiting.FOLDER).write_text("no folder")
    told: list[list[int]] = []
    thread = threading.Thread(target=lambda: told.append(log.append_all(directory, (item("new"),))))
    thread.start()
    thread.join(0.1)
    assert told == []
    held.end()
    thread.join(10)
    assert told == [seqs(directory, "new")] == [[1]]


def test_an_event_that_no_line_can_hold_spoils_no_other(directory: str, held: Held) -> None:
    assert waiting.leave(directory, (Item(event=b'{"id":"%s"}' % (b"x" * 70_000)),)) is None
    assert waiting.leave(directory, (Item(event=b'{"id":\n1}'),)) is None
    assert waiting.leave(directory, (Item(event=b"\xff"),)) is None


def test_a_writer_that_is_stopped_is_named_and_who_waits_is_told(directory: str, held: Held) -> None:
    said: list[str] = []
    held.process.send_signal(signal.SIGSTOP)
    with pytest.raises(Undecided) as raised:
        log.append_all(directory, (item("new"),), Patience(seconds=2.1, tell=said.append))
    assert said == ["gitward: waiting for the log: 2 s"]
    pid = held.process.pid
    assert f"locked by another writer for more than 2.1 s: process {pid}, which is stopped" in str(raised.value)
    assert f"kill -CONT {pid}" in raised.value.fix
    assert directory not in f"{raised.value.message}{raised.value.fix}", "no path for the pusher"
    assert waiters(directory) == []
    held.process.send_signal(signal.SIGCONT)
    held.end()
    assert seqs(directory, "new") == []
    assert log.append_all(directory, (item("new"),)) == [1]


def test_a_writer_that_takes_too_long_is_named(directory: str, held: Held) -> None:
    with pytest.raises(Undecided, match=f"for more than 0.1 s: process {held.process.pid}$") as raised:
        log.append_all(directory, (item("new"),), Patience(seconds=0.1))
    assert (raised.value.exit_code, raised.value.reason) == (3, "log-locked")
    assert "push again" in raised.value.fix


FULL = """
import resource, signal, sys; sys.path.insert(0, sys.argv[1])
from gitward.audit import log
from gitward.errors import Undecided
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    log.append(sys.argv[2], b'{"id":"denied"}')
except Undecided as problem:
    sys.exit(f"{problem.reason}: {problem.message}")
"""


def test_a_disk_that_is_full_for_who_writes_for_others(directory: str) -> None:
    """Their own line would have fitted: nothing is written, and everybody who waits can try when there is space again."""
    filled(5)(directory)
    names = [f"personal {who}" for who in "abc"]
    requests = [waiting.leave(directory, (item(name),)) for name in names]
    limit = os.path.getsize(Path(directory, f"{0:020}.jsonl")) + 300
    done = subprocess.run([sys.executable, "-I", "-c", FULL, str(SRC), directory, str(limit)], capture_output=True, text=True)
    assert done.stderr == "log-unavailable: the decision could not be recorded: File too large\n"
    assert faults(directory) == []
    assert len(lines(directory)) == 5
    assert log.append_all(directory, (item("after"),)) == [5]
    assert [request and request.answer() for request in requests] == [seqs(directory, name) for name in names]
    assert faults(directory, {*names, "after"}) == []
    for request in requests:
        assert request is not None
        request.close()
