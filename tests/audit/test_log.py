"""The decision log: chained, whole lines only, durable, and undecided when it is not."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward.audit import checkpoints, creation, event, folder, log
from gitward.engine import conclude
from gitward.errors import Undecided
from gitward.model import Change, PolicyInfo, RefUpdate, Result, Violation
from gitward.record import replace

EVENT = b'{"id":"x"}'


@pytest.fixture
def made(tmp_path):
    creation.make(str(tmp_path), "git.example.com/log")
    return tmp_path


def segment(directory):
    (found,) = folder.segments(str(directory))
    return Path(found.path)


def lines(directory):
    return segment(directory).read_bytes().splitlines()


def chain_holds(directory):
    about = folder.about(str(directory))
    prev = hashlib.sha256(f"{about.origin}\n{about.key}\n".encode()).hexdigest()
    for seq, line in enumerate(lines(directory)):
        entry = json.loads(line)
        assert (entry["seq"], entry["prev"]) == (seq, prev)
        prev = hashlib.sha256(line).hexdigest()
    return True


def test_lines_are_chained(made):
    assert [log.append(str(made), EVENT) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert chain_holds(made)
    assert json.loads(lines(made)[1])["event"] == {"id": "x"}


@pytest.mark.parametrize("torn", [b"{", b'{"event":{"id":"x"},"seq":1}', b"\xff" * 70_000])
def test_a_torn_tail_is_moved_aside(made, torn):
    log.append(str(made), EVENT)
    with segment(made).open("ab") as file:
        file.write(torn)
    assert log.append(str(made), EVENT) == 3
    assert chain_holds(made)
    (side,) = made.glob("torn/*")
    assert side.read_bytes() == torn
    recovered, after = (json.loads(line) for line in lines(made)[2:])
    assert recovered["event"]["event"]["class"] == "log.recovered"
    assert recovered["event"]["log"] == {
        "cause": "torn-tail", "segment": 0, "offset": sum(len(line) + 1 for line in lines(made)[:2]), "bytes": len(torn),
        "sha256": hashlib.sha256(torn).hexdigest(), "kept": f"torn/{side.name}",
    }  # fmt: skip
    assert after["received_time"] == recovered["received_time"]  # one write, one sync


@pytest.mark.parametrize("last", [b"nonsense\n", b'{"seq":"1"}\n', b'{"seq":true}\n', b"[]\n", b"\n"])
def test_a_last_line_that_is_not_ours_is_undecided(made, last):
    log.append(str(made), EVENT)
    with segment(made).open("ab") as file:
        file.write(last)
    with pytest.raises(Undecided):
        log.append(str(made), EVENT)


def test_a_missing_folder_is_undecided(tmp_path):
    with pytest.raises(Undecided) as caught:
        log.append(str(tmp_path / "none"), EVENT)
    assert caught.value.exit_code == 3


def test_fifty_writers_at_once(made):
    source = os.path.dirname(os.path.dirname(os.path.dirname(log.__file__)))
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\nfrom gitward.audit import log\n"
        "for _ in range(4): log.append(sys.argv[2], b'{}')"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, source, str(made)]) for _ in range(50)]
    assert [writer.wait() for writer in writers] == [0] * 50
    assert len(lines(made)) == 201
    assert chain_holds(made)


def decision(**how):
    change = Change(stage="receive", time="2026-01-01T00:00:00.000000Z", updates=(), known=frozenset())
    return replace(conclude((), change, [], decision_id="I", version="v"), **how)


def test_an_event_is_canonical_and_small(tmp_path):
    violation = Violation(message="\u202e\x1b[31m\udcff" + "x" * 300, entry="e", commit="1" * 40)
    result = Result(
        entry="e", rule="r", severity="error", policy=0, violated=100, violations=(violation,) * 100,
        violation_count=5000, reasons=tuple(("undecided", f"reason \udcff {n}", 1) for n in range(500)),
    )  # fmt: skip
    info = PolicyInfo(id="p", digest="d", source="s", mode="enforce")
    updates = tuple(RefUpdate(ref=f"refs/heads/{n:0200}", old="0", new="1", ancestry="create") for n in range(900))
    made = event.decision_event(decision(results=(result,) * 300, updates=updates, policies=(info,)))
    assert len(made) <= event.MAXIMUM
    assert b"\n" not in made
    read = json.loads(made)
    assert event.canonical(read) == made
    assert (read["schema"], read["update_count"], read["result_count"]) == ("gitward.event/1", 900, 300)


@given(st.binary())
def test_text_from_git_survives(raw):
    import base64

    written = event.text(raw.decode("utf-8", "surrogateescape"))
    assert (base64.b64decode(written["b64"]) if isinstance(written, dict) else written.encode()) == raw
    assert b"\n" not in event.canonical({"a": written})


@pytest.mark.parametrize("how", [["cp", "-a"], ["cp", "-r"]])
def test_a_copy_of_a_log_is_never_written(made, tmp_path_factory, how):
    """Two hosts with one origin would each have a past of their own; the log itself goes on, also under another name."""
    copy = tmp_path_factory.mktemp("other") / "log"
    subprocess.run([*how, str(made), str(copy)], check=True)
    for step in (lambda: log.append(str(copy), EVENT), lambda: checkpoints.take(str(copy))):
        with pytest.raises(Undecided, match="copy of"):
            step()
    assert [path.name for path in sorted(copy.iterdir())] == [path.name for path in sorted(made.iterdir())]
    moved = made.rename(copy.parent / "moved")
    log.append(str(moved), EVENT)
