"""Folders made by an enemy of the verifier: it comes to an end soon, in little memory, and says no good of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from trails import KEY, ORIGIN, event, flips, lines, made, put, record, rotated, segment, small

from gitward.audit import log
from gitward.audit.entry import digest_of, line_of
from gitward.audit.log import Item
from gitward.audit.verification.saying import as_json, text
from gitward.audit.verification.verify import verify
from gitward.errors import GitwardError
from gitward.tlog import note
from logdaemons import SRC
from soaking import FACTOR, long
from timing import cpu_within

KIB = 1024
MEMORY = 600 << 20  # address space of the verifier: the interpreter and its libraries take most of it
RUN = f"""
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
sys.path.insert(0, {str(SRC)!r})
from gitward.audit.verification.verify import verify
from gitward.audit.verification.saying import text
started = time.process_time()
report = verify(sys.argv[1], [("kept", open(sys.argv[2], "rb").read())])
print(report.code, time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.stdout.write(text(report))
"""


def verified(directory, kept, tmp_path, seconds=5.0):
    """Verify in a process of its own with bounded memory; the code, the text and the peak in KiB."""
    (tmp_path / "kept").write_bytes(kept)
    done = subprocess.run([sys.executable, "-I", "-c", RUN, str(directory), str(tmp_path / "kept")],
                          capture_output=True, text=True, check=False, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
    head, _, said = done.stdout.partition("\n")
    code, took, peak = head.split()
    assert float(took) < seconds
    return int(code), said, int(peak)


@pytest.fixture
def short(tmp_path):
    kept = small(tmp_path / "log")
    return tmp_path / "log", kept


NASTY = {
    "no LF for 300 MB": None,
    "a line of 100,000 bytes": b'{"event":"' + b"x" * 100_000,
    "deep arrays": b'{"event":{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "deep objects": b'{"event":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a number of 60,000 digits": b'{"event":{"a":' + b"9" * 60_000 + b"}",
    "no UTF-8": b'{"event":{"a":"\xff\xfe\xc0\x80"}',
    "a lone surrogate": b'{"event":{"a":"\\ud800"}',
    "UTF-16": '{"event":{"a":1}'.encode("utf-16"),
    "NaN": b'{"event":{"a":NaN}',
    "twice a key": b'{"event":{"a":1,"a":2}',
    "white space": b'{"event":{"a": 1}',
    "no object": b'{"event":[1]',
    "nothing": b"",
    "NUL": b"\0" * 1000,
}


@pytest.mark.parametrize("what", NASTY)
def test_lines(short, tmp_path, what):
    """In the place of a covered line it does not hold; behind what is covered it is named."""
    directory, kept = short
    path = segment(directory)
    there = lines(path)
    tail = b',"prev":"%s","received_time":"2026-01-01T00:00:00.000000Z","seq":%d}\n'
    for number, code in ((2, 1), (4, 0)):
        put(path, there[:number])
        if NASTY[what] is None:
            os.truncate(path, path.stat().st_size + (300 << 20))
        else:
            with path.open("ab") as file:
                file.write(NASTY[what] + tail % (digest_of(there[number - 1][:-1]).encode(), number))
                file.writelines(there[number + 1 :])
        report = verify(str(directory), [("kept", kept)])
        assert report.code == code, text(report)
        if code == 0:
            assert f"not covered: {path.name} line 5" in text(report)


WRONG_TYPES = [
    [], "x", 1, None, {}, {"schema": 1}, {"schema": "gitward.event/1"}, {"schema": "gitward.event/2"},
    {"event": "log.started"}, {"event": {"class": ["log.pruned"]}}, {"event": {"class": "log.pruned"}, "log": {"from": "0"}},
    {"event": {"class": "log.erased"}, "log": {"events": [{}, 1]}}, {"event": {"class": "key.added"}, "key": 7},
    {"actor": {"commitment": "x"}}, {"evidence": {"sha256": "../../etc/passwd", "bytes": 1}},
    {"evidence": {"sha256": "a" * 64, "bytes": -1}}, {"evidence": {"sha256": "a" * 64, "bytes": True}},
]  # fmt: skip


def test_events_of_wrong_types(short):
    """As covered entries, chained and signed as they should be: whoever holds the key can write anything."""
    from gitward.audit import checkpoints

    directory, _ = short
    whole = json.loads(event())
    for part in WRONG_TYPES:
        plain = {**whole, **part} if isinstance(part, dict) else part
        raw = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
        shutil.rmtree(directory)
        made(directory)
        last = lines(segment(directory))[-1][:-1]
        with segment(directory).open("ab") as file:
            file.write(line_of(1, digest_of(last), "2026-01-01T00:00:00.000000Z", raw) + b"\n")
        try:
            kept = checkpoints.take(str(directory)).encode()
        except (ValueError, GitwardError):
            kept = (directory / "checkpoint").read_bytes()
        report = verify(str(directory), [("kept", kept)])
        assert report.code in (0, 1, 4), text(report)
        json.dumps(as_json(report))


@pytest.mark.parametrize("size", [10**9, pytest.param((1 << 63) - 1, marks=long)])
def test_a_claim_of_a_billion_entries(short, tmp_path, size):
    """In the log's own checkpoint, validly signed, and in the name of a segment."""
    directory, kept = short
    root = kept.decode().split("\n")[2]
    (directory / "checkpoint").write_text(note.signed(f"{ORIGIN}\n{size}\n{root}\n", KEY))
    code, said, _ = verified(directory, kept, tmp_path)
    assert code == 1
    assert "the log ends before entry 5" in said
    shutil.copy(segment(directory), segment(directory, min(size, 10**19) & ~0xFF))
    code, said, _ = verified(directory, kept, tmp_path)
    assert code in (1, 4)
    segment(directory, 10**20 - 1).write_bytes(b"{}\n")
    assert verified(directory, kept, tmp_path)[0] in (1, 4)


def test_overlapping_segments(tmp_path):
    kept = rotated(tmp_path / "log")
    directory = tmp_path / "log"
    for first in range(1, 256, 17):
        shutil.copy(segment(directory), segment(directory, first))
    code, said, _ = verified(directory, kept, tmp_path)
    assert code == 1
    assert "does not name the segment before it" in said


def test_many_tiny_segments(short, tmp_path):
    """Two thousand in `make test`, half a million in `make soak`: time by their number, and no file of them is kept open."""

    directory, kept = short
    count = 500_000 if FACTOR > 1 else 2_000
    for number in range(1, count):
        os.close(os.open(segment(directory, number * 256), os.O_WRONLY | os.O_CREAT, 0o600))
    code, said, _ = verified(directory, kept, tmp_path, seconds=count / 2000 + 2)
    assert code == 0, said  # all of it is behind what is covered
    assert len(said) < 10_000


def test_many_findings_are_counted_not_kept(short, tmp_path):
    directory, kept = short
    with segment(directory).open("ab") as file:
        file.writelines(b"{}\n" for _ in range(50_000))
    report = verify(str(directory), [("kept", kept)])
    assert report.code == 0
    assert sum(count for _, count in report.more) >= 49_990
    assert len(text(report)) < 10_000


def test_personal_and_evidence_of_an_enemy(short, tmp_path):
    directory, kept = short
    (table,) = (directory / "personal").iterdir()
    good = table.read_bytes()
    for data in (b"[" * 200_000 + b"\n", b"x" * (9 << 20) + b"\n", b'{"id":1}\n' * 5000, b"\xff\n",
                 b'{"id":"a","values":[[[],"",""]]}\n', b'{"id":"a","values":7}\n', good[:-1]):  # fmt: skip
        table.write_bytes(data)
        assert verify(str(directory), [("kept", kept)]).code == 4
        table.write_bytes(data + b"\n" + good)
        assert verify(str(directory), [("kept", kept)]).code in ((0, 1) if data == good[:-1] else (0,))
    (piece,) = (directory / "evidence").iterdir()
    size = piece.stat().st_size
    piece.unlink()
    os.mkfifo(piece)
    assert verify(str(directory), [("kept", kept)]).code == 1
    piece.unlink()
    with piece.open("wb") as file:
        os.truncate(file.fileno(), 1 << 40)
    report = verify(str(directory), [("kept", kept)])
    assert report.code == 1
    assert f"holds {1 << 40} bytes, not {size}" in text(report)


@pytest.mark.parametrize("name", ["checkpoint", "log.json", "tile/0/000.p/4", "landmarks"])
@pytest.mark.parametrize("kind", ["fifo", "link", "folder", "huge", "empty", "deep"])
def test_other_files_of_an_enemy(short, name, kind):
    directory, kept = short
    path = directory / name
    path.unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "huge":
        path.touch()
        os.truncate(path, 1 << 40 if name != "landmarks" else 64 << 20)
    else:
        path.write_bytes(b"" if kind == "empty" else b'{"a":' * 5000)
    with cpu_within(2):
        code = verify(str(directory), [("kept", kept)]).code
        assert code in ((0, 1) if name == "landmarks" else (1, 3)), code


def test_landmarks_that_are_none(tmp_path):
    """Of a log that was not pruned they are lines that stand there as well; in a wrong order or changed they do not hold."""
    kept = rotated(tmp_path / "log")
    directory = tmp_path / "log"
    first, second = lines(segment(directory))[0], lines(segment(directory, 256))[0]
    put(directory / "landmarks", [first, second])
    assert verify(str(directory), [("kept", kept)]).code == 0
    put(directory / "landmarks", [second, first])
    assert verify(str(directory), [("kept", kept)]).code == 1
    put(directory / "landmarks", [first])
    for _ in flips(directory / "landmarks", range(0, len(first), 60)):
        assert verify(str(directory), [("kept", kept)]).code == 1


def test_text_from_the_log_is_escaped(tmp_path):
    directory = tmp_path / "log"
    directory.mkdir()
    from gitward.audit import checkpoints, creation

    origin = "git.example.com/\N{RIGHT-TO-LEFT OVERRIDE}log\x7f##[add-mask]"
    key = note.PrivateKey(name="git.example.com/log", seed=bytes(32))
    creation.create(str(directory), origin, key)
    log.append(str(directory), json.dumps({"event": "\x1b[31m\u202e"}).encode())
    kept = checkpoints.take(str(directory)).encode()
    said = text(verify(str(directory), [("\x1b[31mkept", kept)]))
    assert said.replace("\n", "").isprintable()
    assert "##[" not in said
    assert "\\u202e" in said


def test_memory_is_flat(tmp_path):
    """Ten times the entries take no more memory."""
    peaks = []
    for count in (500, 5_000):
        directory = tmp_path / str(count)
        made(directory)
        record(directory, *(Item(event=event(number)) for number in range(count)))
        from gitward.audit import checkpoints

        code, said, peak = verified(directory, checkpoints.take(str(directory)).encode(), tmp_path)
        assert code == 0, said
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 3 * KIB, peaks


def test_a_folder_that_cannot_be_read(tmp_path):
    kept, user = small(tmp_path / "log"), os.geteuid()
    (tmp_path / "log").chmod(0)
    try:
        if user == 0:  # who reads everything
            os.seteuid(65534)
        with pytest.raises(OSError, match="denied"):
            verify(str(tmp_path / "log"), [("kept", kept)])
    finally:
        os.seteuid(user)

