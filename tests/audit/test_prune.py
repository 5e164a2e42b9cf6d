"""Pruning and holds: what goes, what stays, what verify says of it, and a kill at each of its steps."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys

import pytest
from trails import event, lines, put, record, rotated, segment, twin

from gitward.audit import checkpoints, log
from gitward.audit.log import Item
from gitward.audit.pruning import holds
from gitward.audit.pruning.prune import NotWhole, prune
from gitward.audit.verification.saying import text
from gitward.audit.verification.verify import verify
from gitward.errors import GitwardError, UsageError


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    place = tmp_path_factory.mktemp("logs") / "log"
    return place, rotated(place)


@pytest.fixture
def made(original, tmp_path):
    path, kept = original
    return twin(path, tmp_path / "log"), kept


def segments(directory):
    return [int(path.stem) for path in sorted(directory.glob("*.jsonl"))]


def test_whole_segments_go_and_the_rest_is_whole(made):
    directory, kept = made
    tiles = [path for path in (directory / "tile").rglob("*") if path.is_file() and ".p" not in str(path)]
    done = prune(str(directory), 300, kept)
    assert (done.first, done.before, done.segments) == (0, 256, 1)
    assert segments(directory) == [256, 512]
    assert [path.stem for path in (directory / "personal").iterdir()] == [f"{512:020d}"]
    assert (directory / "evidence").iterdir()  # the third segment names the same certificate
    assert [path for path in tiles if not path.exists()] == []
    report = verify(str(directory), [("kept", kept)])
    assert report.code == 0, text(report)
    assert report.missing[0].pruned_by == 522
    assert "entries 0 to 255 pruned, as entry 522 says" in text(report)
    again = prune(str(directory), 10_000, checkpoints.take(str(directory)).encode())
    assert (again.first, again.before, again.why) == (256, 512, "the kept checkpoint covers no more")
    report = verify(str(directory), [("kept", kept)])
    assert report.code == 0, text(report)
    assert [(each.first, each.last, each.pruned_by) for each in report.missing] == [(0, 511, 523)]
    classes = [json.loads(line)["event"]["event"]["class"] for line in lines(directory / "landmarks")]
    assert classes == ["log.started"]
    assert prune(str(directory), 10_000, kept).before == 512  # the newest segment stays
    record(directory, Item(event=event(1)))
    assert verify(str(directory), [("kept", checkpoints.take(str(directory)).encode())]).code == 0


def test_evidence_goes_with_the_last_that_names_it(made):
    directory, kept = made
    put(segment(directory, 512), lines(segment(directory, 512))[:1])  # as if no push had come in this segment
    shutil.rmtree(directory / "tile")
    (directory / "checkpoint").unlink()
    kept = checkpoints.take(str(directory)).encode()
    assert prune(str(directory), 512, kept).before == 512
    assert list((directory / "evidence").iterdir()) == []
    assert list((directory / "personal").iterdir()) == [directory / "personal" / f"{512:020d}.values"]
    report = verify(str(directory), [("kept", kept)])
    assert report.code == 0, text(report)


def test_a_range_that_no_entry_vouches_for_is_missing(made):
    directory, kept = made
    prune(str(directory), 256, kept)
    segment(directory, 256).unlink()
    report = verify(str(directory), [("kept", kept)])
    assert report.code == 4
    assert "entries 0 to 511 are not there" in text(report)


def test_pruned_logs_are_held_against_their_tiles_and_landmarks(made):
    directory, kept = made
    prune(str(directory), 512, kept)
    kept = checkpoints.take(str(directory)).encode()
    for path, code in ((directory / "landmarks", 1), (directory / "tile/0/000", 1), (segment(directory, 512), 1)):
        data = path.read_bytes()
        for offset in (0, len(data) // 3, len(data) // 2):
            path.write_bytes(data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :])
            assert verify(str(directory), [("kept", kept)]).code == code, (path, offset)
        path.write_bytes(data)
    (directory / "landmarks").unlink()
    assert verify(str(directory), [("kept", kept)]).code == 4  # entry 0 is gone
    shutil.move(directory / "tile/0/000", directory / "aside")
    assert verify(str(directory), [("kept", kept)]).code == 4


def test_holds_and_cursors(made):
    directory, kept = made
    seq = holds.place(str(directory), 300, 310, "case 1")
    assert seq == 522
    assert prune(str(directory), 512, kept).before == 256
    with pytest.raises(UsageError, match="pruned already"):
        holds.place(str(directory), 255, 300, "case 2")
    with pytest.raises(UsageError, match="no hold is on entries 300 to 311"):
        holds.release(str(directory), 300, 311, "")
    assert verify(str(directory), [("kept", kept)]).code == 0
    holds.release(str(directory), 300, 310, "closed")
    (directory / "cursors").mkdir()
    (directory / "cursors" / "loki").write_text("511\n")
    done = prune(str(directory), 512, kept)
    assert (done.before, done.why) == (256, "the sink loki was not sent more")
    (directory / "cursors" / "loki").write_text("soon\n")
    with pytest.raises(GitwardError, match="cursors/loki"):
        prune(str(directory), 512, kept)
    (directory / "cursors" / "loki").write_text("512\n")
    assert prune(str(directory), 512, kept).before == 512
    assert verify(str(directory), [("kept", kept)]).code == 0


def test_a_log_that_was_pruned_though_held_does_not_hold(made):
    from gitward.audit.happenings import happening

    directory, _ = made
    holds.place(str(directory), 100, 110, "case 1")
    log.append(str(directory), happening("log.pruned", log={"from": 0, "before": 256, "segments": 1, "size": 520}))
    segment(directory).unlink()
    report = verify(str(directory), [("kept", checkpoints.take(str(directory)).encode())])
    assert report.code == 1
    assert "were pruned, though entry 522 holds 100 to 110" in text(report)


def test_nothing_goes_unverified(made, tmp_path):
    directory, kept = made
    copy = shutil.copytree(directory, tmp_path / "copy")
    with pytest.raises(GitwardError, match="copy of one"):
        prune(str(copy), 512, kept)
    there = lines(segment(directory))
    put(segment(directory), [*there[:100], there[100].replace(b"heartbeat", b"heartbeaT"), *there[101:]])
    with pytest.raises(NotWhole) as caught:
        prune(str(directory), 512, kept)
    assert caught.value.exit_code == 1
    assert segments(directory) == [0, 256, 512]


def test_a_time(made):
    directory, kept = made
    last = json.loads(lines(segment(directory, 256))[0])["received_time"]
    assert prune(str(directory), "2000-01-01T00:00:00.000000Z", kept).segments == 0
    assert prune(str(directory), last, kept).before in (0, 256)  # one batch has one time
    assert prune(str(directory), "2999-01-01T00:00:00.000000Z", kept).before == 512


STEPS = ("open", "os.remove", "os.rename", "os.rmdir", "os.mkdir")


def killed_at(step, directory, kept):
    """Prune in a child that kills itself before its n-th step that changes a file; whether it came that far."""
    child = os.fork()
    if child == 0:
        count = 0

        def hook(name, arguments):
            nonlocal count
            if name in STEPS and (name != "open" or arguments[2] & (os.O_WRONLY | os.O_RDWR)):
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            prune(str(directory), 512, kept)
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def test_a_kill_at_each_step(original, tmp_path):
    path, kept = original
    seen, step = set(), 0
    while True:
        step += 1
        directory = twin(path, tmp_path / str(step))
        was_killed = killed_at(step, directory, kept)
        report = verify(str(directory), [("kept", kept)])
        assert report.code == 0, (step, text(report))
        seen.add(tuple(segments(directory)))
        if not was_killed:
            break
        prune(str(directory), 512, kept)
        assert segments(directory) == [512]
        assert not (directory / "pruning").exists()
        assert [each.stem for each in (directory / "personal").iterdir()] == [f"{512:020d}"]
        report = verify(str(directory), [("kept", kept)])
        assert report.code == 0, (step, text(report))
        shutil.rmtree(directory)
    assert step > 15
    assert seen == {(0, 256, 512), (256, 512), (512,)}
