"""A disk that fails or is full: the push is denied, no path is told, and the log goes on when the disk does."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from logchecks import events, faults
from logscenes import SRC, Scene, filled, made, run, torn

from gitward.audit import checkpoints, folder, log, segment
from gitward.errors import Undecided
from servers import need
from soaking import FACTOR

FAILING = Scene("append('denied')", (filled(5),))


@pytest.mark.parametrize("call", ["fdatasync", "pwrite64", "flock", "getdents64"])
def test_an_error_of_the_disk_denies_and_names_no_path(call: str, tmp_path: Path) -> None:
    need("strace", "strace")
    directory = made(FAILING, str(tmp_path / "log"))
    scene = Scene("\n    try: log.append(directory, b'{}')\n    except GitwardError as problem:\n"
                  "        told(problem.message, problem.fix, problem.reason)")  # fmt: skip
    code, told = run(scene, directory, "-o", "/dev/null", "-P", directory, "-P", segment.newest(directory).path,
                     "-P", f"{directory}/lock", "-e", f"inject={call}:error=EIO")  # fmt: skip
    assert (code, told[0]) == (0, "the decision could not be recorded: Input/output error")
    assert told[2] == "log-unavailable"
    assert str(tmp_path) not in "".join(told)


def failed_sync(directory: str) -> bytes:
    """Let one append fail at its sync; the segment as it was before."""
    path = Path(segment.newest(directory).path)
    before = path.read_bytes()
    assert run(FAILING, directory, "-o", "/dev/null", "-P", str(path), "-e", "inject=fdatasync:error=EIO") == (3, [])
    assert path.read_bytes() == before
    assert not stat.S_IMODE(path.stat().st_mode) & 0o222
    return before


def test_a_sync_that_failed_is_final(tmp_path: Path) -> None:
    """The segment is closed, what was not released is gone, and the next event stands in another one, behind log.recovered."""
    need("strace", "strace")
    directory = made(FAILING, str(tmp_path / "log"))
    before = failed_sync(directory)
    assert log.append(directory, b'{"id":"after"}') == 6
    assert [each.first for each in folder.segments(directory)] == [0, 5]
    assert events(directory)[5]["log"] == {
        "cause": "sync-failed", "segment": 0, "entries": 5, "bytes": len(before), "sha256": hashlib.sha256(before).hexdigest(),
        "behind": None,
    }  # fmt: skip
    assert faults(directory, {"after"}) == []
    assert Path(folder.segment_path(directory, 0)).read_bytes() == before
    log.append_all(directory, (log.Item(event=b"{}"),) * 600)
    assert [each.first for each in folder.segments(directory)] == [0, 5, 512]  # at multiples of 256 again
    checkpoints.take(directory)
    assert faults(directory, {"after"}, whole=True) == []


def test_a_checkpoint_goes_on_after_a_sync_that_failed(tmp_path: Path) -> None:
    need("strace", "strace")
    directory = made(FAILING, str(tmp_path / "log"))
    failed_sync(directory)
    checkpoints.take(directory)
    assert faults(directory, whole=True) == []


def test_what_comes_to_light_behind_a_closed_segment_is_no_entry(tmp_path: Path) -> None:
    """A line whose sync failed may be on the disk after all: the next segment has its place, and says where the old one ends."""
    need("strace", "strace")
    directory = made(FAILING, str(tmp_path / "log"))
    failed_sync(directory)
    log.append(directory, b'{"id":"after"}')
    old = Path(folder.segment_path(directory, 0))
    old.chmod(0o640)
    with old.open("ab") as file:
        file.write(Path(folder.segment_path(directory, 5)).read_bytes().replace(b"log.recovered", b"decision.receive"))
    assert faults(directory, {"after"}) == []
    log.append(directory, b'{"id":"more"}')
    checkpoints.take(directory)
    assert faults(directory, {"after", "more"}, whole=True) == []


@pytest.mark.parametrize("is_torn", [False, True])
@pytest.mark.parametrize("values", [b"", b'{"id":"denied"}'])
def test_a_disk_that_is_full_at_any_byte(is_torn: bool, values: bytes, tmp_path: Path) -> None:
    """The file size limit stands in for a full disk: the same short write and error, at every byte of the line."""
    directory = made(Scene("", (filled(5), torn) if is_torn else (filled(5),)), str(tmp_path / "log"))
    path = Path(segment.newest(directory).path)
    whole = path.read_bytes().rpartition(b"\n")[0] + b"\n"
    every = 1 if FACTOR > 1 or not (values or is_torn) else 23
    limits = [*range(0 if values else len(whole), len(whole) + 140, every)]
    script = (
        "import resource, signal, sys; sys.path.insert(0, sys.argv[1])\n"
        "from gitward.audit import log; from gitward.errors import Undecided\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"for limit in {limits}:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))\n"
        "    try: log.append(sys.argv[2], b'{\"id\":\"denied\"}', sys.argv[3].encode()); sys.exit(f'written at {limit}')\n"
        "    except Undecided: pass\n"
    )
    command = [sys.executable, "-c", script, str(SRC), directory, values.decode()]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    left = path.read_bytes()
    assert left.startswith(whole)
    assert b"\n" not in left[len(whole) :]
    assert (left == whole) != is_torn  # what was torn is not gone before the event that says so is there
    log.append(directory, b'{"id":"after"}')
    assert faults(directory, {"after"}) == []
    said = [event for event in events(directory) if event.get("event", {}).get("class") == "log.recovered"]  # type: ignore[attr-defined]
    assert len(said) == is_torn


def test_a_segment_that_is_a_folder(tmp_path: Path) -> None:
    directory = made(FAILING, str(tmp_path / "log"))
    path = segment.newest(directory).path
    os.rename(path, f"{path}.away")
    os.mkdir(path)
    with pytest.raises(Undecided, match="Is a directory") as raised:
        log.append(directory, b"{}")
    assert str(tmp_path) not in raised.value.message
