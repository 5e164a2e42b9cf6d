"""A log as C2SP tiles: whole, in steps, and never where log and checkpoint contradict each other."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gitward.audit import checkpoints, creation, folder, log, schema, tileexport
from gitward.audit.checking import DoesNotHold
from gitward.audit.happenings import happening
from gitward.cli import audit_export
from gitward.errors import GitwardError, UsageError
from gitward.tlog import checkpoint, note

ORIGIN = "git.example.com/log"


def grow(directory, count):
    log.append_all(str(directory), tuple(log.Item(event=happening("log.heartbeat", n=n)) for n in range(count)))
    return checkpoints.take(str(directory))


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("tileexport") / "log"
    creation.make(str(path), ORIGIN)
    grow(path, 599)
    return path


@pytest.fixture
def copy(original, tmp_path):
    return Path(shutil.copytree(original, tmp_path / "log"))


def stored(target):
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in Path(target).rglob("*") if path.is_file()}


def entries(data):
    while data:
        length = int.from_bytes(data[:2], "big")
        yield data[2 : 2 + length]
        data = data[2 + length :]


def lines(directory):
    return Path(folder.segments(str(directory))[0].path).read_bytes().splitlines()


def test_what_is_written(copy, tmp_path):
    done = tileexport.export(str(copy), str(tmp_path / "out"))
    assert (done.first, done.size, done.is_recorded) == (0, 600, False)
    found = stored(tmp_path / "out")
    assert sorted(found) == [
        "checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/000", "tile/entries/001",
        "tile/entries/002.p/88",
    ]  # fmt: skip
    assert found["checkpoint"] == (copy / "checkpoint").read_bytes()
    for name in found:
        if name.startswith("tile/") and "entries" not in name:
            assert found[name] == (copy / name).read_bytes()
    whole = [line for name in sorted(found) if "entries" in name for line in entries(found[name])]
    assert whole == lines(copy)
    assert not any(b"PRIVATE" in data for data in found.values())


def test_in_steps_only_what_is_new_is_written(tmp_path):
    live = tmp_path / "log"
    creation.make(str(live), ORIGIN)
    for count in (5, 254, 3, 300):
        grow(live, count)
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*") if path.is_file()}
        assert tileexport.export(str(live), str(tmp_path / "out")).is_recorded
        kept = {path: path.stat().st_mtime_ns for path in before if path.exists() and path.name != "checkpoint"}
        assert kept.items() <= before.items()
        assert all(path.name == "checkpoint" or path.parent.suffix == ".p" for path in before.keys() - kept.keys())
    fresh = tmp_path / "fresh"
    shutil.copytree(live, tmp_path / "copy")
    tileexport.export(str(tmp_path / "copy"), str(fresh))
    assert stored(fresh).items() <= stored(tmp_path / "out").items()
    extra = stored(tmp_path / "out").keys() - stored(fresh).keys()
    assert all(".p/" in name and name.partition(".p/")[0] not in stored(fresh) for name in extra)  # for an older size
    event = json.loads(log.tail(str(live))[0])["event"]
    assert (event["event"]["class"], event["log"]) == ("log.exported", {"form": "tiles", "first": 0, "last": 565})
    assert schema.problem(event) == ""


def test_what_stands_behind_the_end_of_a_segment_is_not_exported(copy, tmp_path):
    """A tail that was never released stays where the next segment has begun (log.recovered says so)."""
    whole = lines(copy)
    Path(folder.segment_path(str(copy), 0)).write_bytes(b"\n".join(whole[:256]) + b'\n{"a":1}\n{"b":2}\n')
    Path(folder.segment_path(str(copy), 256)).write_bytes(b"\n".join(whole[256:]) + b"\n")
    tileexport.export(str(copy), str(tmp_path / "out"))
    assert list(entries(stored(tmp_path / "out")["tile/entries/001"])) == whole[256:512]


def test_a_pruned_log(copy, tmp_path):
    whole = lines(copy)
    Path(folder.segment_path(str(copy), 0)).unlink()
    Path(folder.segment_path(str(copy), 256)).write_bytes(b"\n".join(whole[256:]) + b"\n")
    assert tileexport.export(str(copy), str(tmp_path / "out")).first == 256
    found = stored(tmp_path / "out")
    assert "tile/0/000" in found
    assert "tile/entries/000" not in found
    assert list(entries(found["tile/entries/001"])) == whole[256:512]


def test_what_only_the_signed_root_shows(copy, tmp_path):
    """A tile of entries whose lines were pruned, and a checkpoint of another root: no line contradicts them."""
    whole = lines(copy)
    Path(folder.segment_path(str(copy), 0)).unlink()
    Path(folder.segment_path(str(copy), 256)).write_bytes(b"\n".join(whole[256:]) + b"\n")
    tile = (copy / "tile/0/000").read_bytes()
    (copy / "tile/0/000").write_bytes(tile[:64] + b"x" + tile[65:])
    with pytest.raises(DoesNotHold, match="tile/0/000"):
        tileexport.export(str(copy), str(tmp_path / "out"))
    (copy / "tile/0/000").write_bytes(tile)
    other = checkpoint.Checkpoint(origin=ORIGIN, size=600, root=bytes(32)).text()
    (copy / "checkpoint").write_text(note.signed(other, note.private_key((copy / "signing.key").read_text())))
    with pytest.raises(DoesNotHold, match="root that was signed"):
        tileexport.export(str(copy), str(tmp_path / "new"))


def test_a_newer_export_is_left_alone(copy, original, tmp_path):
    tileexport.export(str(copy), str(tmp_path / "out"))
    secret = note.private_key((copy / "signing.key").read_text())
    text = checkpoint.Checkpoint(origin=ORIGIN, size=601, root=bytes(32)).text()
    (tmp_path / "out/checkpoint").write_text(note.signed(text, secret))
    with pytest.raises(UsageError, match="newer"):
        tileexport.export(str(copy), str(tmp_path / "out"))


@pytest.mark.parametrize(("name", "harm", "problem"), [
    ("tile/0/001", lambda data: data[:64] + bytes([data[64] ^ 1]) + data[65:], DoesNotHold),
    ("tile/0/002.p/88", lambda data: data[:64] + bytes([data[64] ^ 1]) + data[65:], DoesNotHold),
    ("tile/1/000.p/2", lambda data: data[:10] + bytes([data[10] ^ 1]) + data[11:], DoesNotHold),
    ("tile/0/001", lambda data: data[1:], GitwardError),
    ("00000000000000000000.jsonl", lambda data: data.replace(b'"n":300', b'"n":301'), DoesNotHold),
    ("00000000000000000000.jsonl", lambda data: data.replace(b'"n":599}', b'"n":599}\n', 1)[:-400], GitwardError),
    ("00000000000000000000.jsonl", lambda data: data[: len(data) // 2], GitwardError),
    ("00000000000000000000.jsonl", lambda data: data[: len(data) // 2] + b"y" * 70_000 + data[len(data) // 2 :], GitwardError),
])  # fmt: skip
def test_an_altered_log_is_not_exported(copy, tmp_path, name, harm, problem):
    (copy / name).write_bytes(harm((copy / name).read_bytes()))
    with pytest.raises(problem):
        tileexport.export(str(copy), str(tmp_path / "out"))
    assert not (tmp_path / "out/checkpoint").exists()


def test_folders_that_hold_something_else(copy, original, tmp_path):
    other = tmp_path / "other"
    creation.make(str(other), "another.example.com/log")
    tileexport.export(str(other), str(tmp_path / "out"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/photos").mkdir()
    for target in (tmp_path / "out", tmp_path / "mine", copy, copy / "inside"):
        with pytest.raises(UsageError):
            tileexport.export(str(copy), str(target))
    (tmp_path / "begun/tile").mkdir(parents=True)  # an export that was killed
    tileexport.export(str(copy), str(tmp_path / "begun"))
    again = tileexport.export(str(copy), str(tmp_path / "begun"))
    assert again.size == 600


def test_another_history_under_the_same_origin_is_not_exported_over_it(copy, tmp_path):
    other = tmp_path / "other"
    creation.make(str(other), ORIGIN)
    tileexport.export(str(other), str(tmp_path / "out"))
    with pytest.raises(DoesNotHold, match="exported earlier"):
        tileexport.export(str(copy), str(tmp_path / "out"))


def test_the_command_line(copy, tmp_path):
    arguments = ["--log", str(copy), "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(audit_export.export, arguments, standalone_mode=False)
    assert (done.exception, done.stdout) == (None, "exported entries 0 to 599\n")
    assert "copy of a log" in done.stderr
