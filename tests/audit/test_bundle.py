"""Bundles of a time range: verified with Python alone, and refused with any byte changed."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from gitward import clock
from gitward.audit import bundle, checkpoints, creation, folder, log, proving, schema, turnover
from gitward.audit.bundle import Asked
from gitward.audit.checking import DoesNotHold
from gitward.audit.entry import first_prev, line_of
from gitward.audit.happenings import happening
from gitward.canonical import canonical
from gitward.cli import audit_export
from gitward.errors import GitwardError, UsageError
from gitward.tlog import checkpoint, note, tree

ORIGIN = "git.example.com/log"
ALWAYS = ("2000-01-01T00:00:00.000000Z", "2100-01-01T00:00:00.000000Z")
# run under `python3 -I -S`: flips a bit of every byte of the files of a bundle, and says where that was not refused
FLIP = """
import argparse, contextlib, functools, importlib.util, io, os, sys
folder, key, against, without_sums, *names = sys.argv[1:]
spec = importlib.util.spec_from_file_location("verify", os.path.join(folder, "verify.py"))
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
verify.verifies = functools.cache(verify.verifies)
if without_sums == "yes":
    verify.check_sums = lambda folder: None
options = argparse.Namespace(folder=folder, key=key, origin="", recovery="", against=against, consistency="")
def code():
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return verify.verify(options)
    except verify.Refused as problem:
        return problem.code
    except (OSError, ValueError):
        return 3
def put(path, place, byte):
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(bytes([byte]))
flipped = 0
assert code() == 0, code()
for name in names:
    path = os.path.join(folder, name)
    whole = open(path, "rb").read()
    for place in range(0, len(whole), 9 if name in ("README", "verify.py") else 1):
        put(path, place, whole[place] ^ 1 << place % 8)
        flipped += 1
        if code() not in (1, 3):
            print(name, place)
        put(path, place, whole[place])
assert code() == 0
print("flipped", flipped)
"""


class Log:
    def __init__(self, path):
        self.path = path
        creation.make(str(path), ORIGIN)
        self.key = folder.about(str(path)).key
        self.times = []

    def grow(self, *counts):
        """Each count of entries together, and a checkpoint; between them times that nothing has."""
        for count in counts:
            self.times.append(clock.now())
            log.append_all(str(self.path), tuple(log.Item(event=happening("log.heartbeat", n=n)) for n in range(count)))
            self.times.append(clock.now())
            text = checkpoints.take(str(self.path))
            self.path.with_name(f"kept-{checkpoint.read(text.encode()).size}").write_text(text)
        return self

    def kept(self, size):
        return self.path.with_name(f"kept-{size}")


@pytest.fixture
def made(tmp_path):
    return Log(tmp_path / "log").grow(3, 2, 4)  # entries 0, 1-3, 4-5, 6-9


def run(script, *arguments):
    """In an empty environment, without site-packages and without the current folder."""
    command = [sys.executable, "-I", "-S", str(script), *map(str, arguments)]
    return subprocess.run(command, env={}, cwd="/", capture_output=True, text=True)


def flip(target, key, against, names, *, without_sums):
    script = Path(target).with_name("flip.py")
    script.write_text(FLIP)
    done = run(script, target, key, against, "yes" if without_sums else "no", *names)
    assert (done.returncode, done.stderr) == (0, "")
    *let_pass, last = done.stdout.splitlines()
    return let_pass, int(last.split()[1])


def export(made, target, start=None, end=None, against=None):
    old = checkpoint.read(made.kept(against).read_bytes()) if against else None
    return bundle.export(str(made.path), str(target), Asked(start=start or made.times[2], end=end or made.times[3], against=old))


def test_a_bundle_is_verified_by_python_alone(made, tmp_path):
    done = export(made, tmp_path / "b", against=4)
    assert (done.inside, done.first, done.end, done.is_recorded) == (2, 3, 7, True)
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == [
        "README", "SHA256SUMS", "checkpoint", "consistency", "entries.jsonl", "keys", "range", "verify.py",
    ]  # fmt: skip
    found = run(tmp_path / "b/verify.py", "--key", made.key, "--against", made.kept(4))
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.splitlines() == [
        f"log '{ORIGIN}', checkpoint over 10 entries, signed by the key that was given",
        f"  from the beginning, {started(made)}: key '{short(made.key)}'",
        "  not shown: that no entry outside of this bundle speaks of keys too", "entries 3 to 6 are what was signed",
        f"2 of them were received from {made.times[2]} to {made.times[3]}",
        "your checkpoint over 4 entries and this one are of one history",
    ]  # fmt: skip


def test_a_flipped_byte_at_every_place_is_refused(made, tmp_path):
    export(made, tmp_path / "b", against=4)
    names = sorted(path.name for path in (tmp_path / "b").iterdir())
    let_pass, count = flip(tmp_path / "b", made.key, made.kept(4), names, without_sums=False)
    assert let_pass == []
    assert count > 4000


def test_what_the_sums_say_is_not_what_it_rests_on(made, tmp_path):
    """Who alters a bundle makes new sums: all but the time that was asked for is bound to the signature."""
    export(made, tmp_path / "b", against=4)
    names = ["entries.jsonl", "checkpoint", "keys", "range", "consistency"]
    let_pass, _ = flip(tmp_path / "b", made.key, made.kept(4), names, without_sums=True)
    header = (tmp_path / "b/range").read_text().index("\nfirst")
    assert [each for each in let_pass if not each.startswith("range")] == []
    assert all(int(each.split()[1]) < header for each in let_pass)


def test_no_secret_and_nothing_behind_commitments_leaves(made, tmp_path):
    (made.path / "personal/00000000000000000000.values").write_bytes(b'{"values":[["name","salt","Ann"]]}\n')
    export(made, tmp_path / "b", *ALWAYS)
    secret = note.private_key((made.path / "signing.key").read_text())
    whole = b"".join(path.read_bytes() for path in (tmp_path / "b").iterdir())
    for word in (b"PRIVATE", secret.seed, secret.text().rpartition("+")[2].encode(), b'"Ann"'):
        assert word not in whole


@pytest.mark.parametrize(("range_of", "inside", "run_of", "code"), [
    (lambda times: ALWAYS, 10, (0, 10), 0),
    (lambda times: (ALWAYS[0], times[1]), 4, (0, 5), 0),
    (lambda times: (times[4], ALWAYS[1]), 4, (5, 10), 0),
    (lambda times: (times[0], times[3]), 5, (0, 7), 0),
])  # fmt: skip
def test_ranges(made, tmp_path, range_of, inside, run_of, code):
    done = export(made, tmp_path / "b", *range_of(made.times))
    assert (done.inside, (done.first, done.end)) == (inside, run_of)
    assert run(tmp_path / "b/verify.py", "--key", made.key).returncode == code
    lines = (tmp_path / "b/entries.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(*run_of))


def test_every_range_of_a_log_leads_to_its_root():
    leaves = [tree.leaf_hash(b"%d" % n) for n in range(21)]
    grown = tree.Frontier()
    for leaf in leaves:
        list(grown.append(leaf))

    def root(level, index):
        return tree.range_root(0, leaves[index << level : index + 1 << level], 1 << level, [], [])

    for first in range(21):
        for end in range(first + 1, 22):
            left = [root(*place) for place in tree.subtrees(first)]
            right = [root(*place) for place in tree.subtrees(21, end)]
            assert tree.range_root(first, leaves[first:end], 21, left, right) == grown.root()
            if end < 21:
                with pytest.raises(ValueError):
                    tree.range_root(first, leaves[first:end], 21, left, right[:-1])
            with pytest.raises(ValueError):
                tree.range_root(first, leaves[first:end], 21, [*left, left[0] if left else b""], right)


def test_a_newer_checkpoint(made, tmp_path):
    export(made, tmp_path / "b")
    made.grow(7)
    old, new = (checkpoint.read(path.read_bytes()) for path in (tmp_path / "b/checkpoint", made.kept(18)))
    (tmp_path / "growth").write_text(proving.consistency(str(made.path), old, new).text())
    verify = tmp_path / "b/verify.py", "--key", made.key, "--against", made.kept(18)
    assert run(*verify).returncode == 3
    assert run(*verify, "--consistency", tmp_path / "growth").returncode == 0
    signer = note.private_key((made.path / "signing.key").read_text())
    for size, code in ((18, 1), (10, 1), (9, 3)):  # what the same key signed of another history
        other = note.signed(checkpoint.Checkpoint(origin=ORIGIN, size=size, root=bytes(32)).text(), signer)
        (tmp_path / "other").write_text(other)
        if size == 18:
            (tmp_path / "growth").write_text((tmp_path / "growth").read_text().partition("\n\n")[0] + f"\n\n{other}")
        found = run(*verify[:3], "--against", tmp_path / "other", "--consistency", tmp_path / "growth")
        assert found.returncode == code, found.stdout


def test_an_edge_that_is_not_shown_is_said(made, tmp_path):
    """As after pruning, or when entries wait for a checkpoint: nothing contradicts, and nothing shows that nothing is missing."""
    export(made, tmp_path / "b", *ALWAYS)
    lines = (tmp_path / "b/entries.jsonl").read_bytes().splitlines(keepends=True)
    at = proving.signed(str(made.path))
    draft = tmp_path / "draft"
    bundle._write(str(made.path), str(draft), at, Asked(start=ALWAYS[0], end=ALWAYS[1]), (4, 7, 4))
    bundle._sums(str(draft))
    assert (draft / "entries.jsonl").read_bytes() == b"".join(lines[4:8])
    found = run(draft / "verify.py", "--key", made.key)
    assert found.returncode == 4
    assert found.stdout.splitlines()[-2:] == [
        "not shown: that no entry of this time stands before the first",
        "not shown: that no entry of this time stands after the last",
    ]


@pytest.mark.parametrize("harm", [
    lambda target: (target / "entries.jsonl").write_bytes(b"[" * 200_000 + b"\n"),
    lambda target: (target / "entries.jsonl").write_bytes(b"x" * 2_000_000),
    lambda target: (target / "entries.jsonl").write_bytes(b""),
    lambda target: (target / "checkpoint").write_bytes(b"\xff" * 100),
    lambda target: (target / "checkpoint").write_bytes(b"a" * 2_000_000),
    lambda target: (target / "range").write_text((target / "range").read_text().replace("first 3", "first 9000000000000000000")),
    lambda target: (target / "range").write_text("left \n" * 1000),
    lambda target: (target / "range").unlink(),
    lambda target: (target / "keys").unlink(),
    lambda target: (target / "keys").write_bytes(b""),
    lambda target: (target / "keys").write_bytes(b"gitward.keys/1\nentry 0\n" + b"[" * 200_000 + b"\n"),
    lambda target: (target / "keys").write_bytes(b"gitward.keys/1" + b"\nentry 0\n{}" * 50_000 + b"\n"),
    lambda target: (target / "keys").write_text((target / "keys").read_text().replace('"origin":"', '"origin":[1],"x":"')),
    lambda target: (target / "keys").write_bytes(b"x" * 2_000_000),
])  # fmt: skip
def test_hostile_bundles(made, tmp_path, harm):
    export(made, tmp_path / "b")
    harm(tmp_path / "b")
    (tmp_path / "b/SHA256SUMS").unlink()
    bundle._sums(str(tmp_path / "b"))
    found = run(tmp_path / "b/verify.py", "--key", made.key)
    assert found.returncode in (1, 3)
    assert (found.stderr, len(found.stdout.splitlines())) == ("", 1)


def turned(made, *, steal=False):
    """A rotation, then, where the key was stolen, a recovery; entries before and after each. All keys, and the recovery key."""
    recovery = note.new_key("example.com/recovery")
    shutil.rmtree(made.path)
    creation.make(str(made.path), ORIGIN, recovery=str(recovery.public))
    made.key, made.times = folder.about(str(made.path)).key, []
    keys = [made.grow(2).key, turnover.rotate(str(made.path))]
    made.grow(2)
    if steal:
        keys.append(turnover.recover(str(made.path), recovery))
        made.grow(2)
    return keys, str(recovery.public)


def test_any_key_of_the_log_leads_to_the_one_that_signed(made, tmp_path):
    """After a rotation: by the first key and by the second, and by no other; of a part of the log, too."""
    keys, recovery = turned(made)
    export(made, tmp_path / "b", made.times[2], made.times[3])
    for key, by in zip(keys, (f"{short(keys[1])!r}, to which the key that was given leads", "the key that was given"),
                       strict=True):  # fmt: skip
        found = run(tmp_path / "b/verify.py", "--key", key)
        assert (found.returncode, found.stderr) == (0, "")
        told = found.stdout.splitlines()
        assert told[0].endswith(f"signed by {by}")
        assert [re.sub(", 20[^:]*:[^ ]*Z:", ":", line) for line in told[1:4]] == [
            f"  from the beginning: key '{short(keys[0])}'",
            f"  from entry 3 on: key '{short(keys[1])}', signed for by the one before",
            "  not shown: that no entry outside of this bundle speaks of keys too",
        ]
    for key in (recovery, str(note.new_key(ORIGIN).public)):
        assert run(tmp_path / "b/verify.py", "--key", key).returncode == 3


def test_a_recovery_key_must_be_known_to_the_verifier(made, tmp_path):
    """Entry 0 names one, and whoever makes up a log makes up entry 0."""
    keys, recovery = turned(made, steal=True)
    export(made, tmp_path / "b", *ALWAYS)
    wrong = str(note.new_key("example.com/recovery").public)
    for key, *more, code in ((keys[0], 3), (keys[1], 3), (keys[0], "--recovery", recovery, 0), (keys[2], 0),
                             (keys[1], "--recovery", recovery, 0), (keys[0], "--recovery", wrong, 1)):  # fmt: skip
        assert run(tmp_path / "b/verify.py", "--key", key, *more).returncode == code, (key, more)
    said = run(tmp_path / "b/verify.py", "--key", keys[2]).stdout
    assert "none: the recovery key revoked the one before" in said
    assert "not shown" not in said, "the bundle holds the whole log"


@pytest.mark.parametrize("harm", [
    lambda parts: [parts[0], parts[2]], lambda parts: parts[1:], lambda parts: parts[:1], lambda parts: [*parts, parts[1]],
    lambda parts: [parts[0], parts[2], parts[1]], lambda parts: [parts[0], parts[1].replace(b"entry 3", b"entry 4"), parts[2]],
    lambda parts: [*parts[:2], parts[2].replace(b'"by":"signing"', b'"by":"recovery"')],
    lambda parts: [*parts[:2], parts[2].replace(b"key.added", b"key.other")],
])  # fmt: skip
def test_a_history_of_keys_that_is_none(made, tmp_path, harm):
    """A rotation left out, twice, out of order, or said otherwise: new sums do not help."""
    keys, _ = turned(made)
    keys.append(turnover.rotate(str(made.path)))
    made.grow(1)
    export(made, tmp_path / "b", *ALWAYS)
    head, *parts = (tmp_path / "b/keys").read_bytes().removesuffix(b"\n").split(b"\nentry ")
    assert len(parts) == 3
    changed = [part.removeprefix(b"entry ") for part in harm([b"entry " + part for part in parts])]
    (tmp_path / "b/keys").write_bytes(b"\nentry ".join([head, *changed]) + b"\n")
    (tmp_path / "b/SHA256SUMS").unlink()
    bundle._sums(str(tmp_path / "b"))
    found = run(tmp_path / "b/verify.py", "--key", keys[0])
    assert found.returncode in (1, 3)
    assert (found.stderr, len(found.stdout.splitlines())) == ("", 1)


def test_a_thief_makes_no_bundle_for_who_knows_the_key_before(made, tmp_path):
    """A history of the thief's own: entry 0 with the true first key and a recovery key of the thief's."""
    true = made.key
    thief = note.new_key("example.com/recovery")
    about = folder.about(str(made.path))
    fake = Log(tmp_path / "fake")
    creating = {"key": true, "origin": ORIGIN, "recovery": str(thief.public), "segment_entries": about.segment_entries}
    (fake.path / folder.ABOUT).write_bytes(canonical(creating) + b"\n")
    line = line_of(0, first_prev(ORIGIN, true), clock.now(), happening("log.started", log=creating))
    next(fake.path.glob("*.jsonl")).write_bytes(line + b"\n")
    shutil.rmtree(fake.path / "tile")
    (fake.path / "checkpoint").unlink()
    turnover.recover(str(fake.path), thief)
    fake.grow(2)
    bundle.export(str(fake.path), str(tmp_path / "b"), Asked(start=ALWAYS[0], end=ALWAYS[1]))
    found = run(tmp_path / "b/verify.py", "--key", true)
    assert (found.returncode, "give the one that you know with --recovery" in found.stdout) == (3, True)


def short(key):
    return "+".join(key.split("+")[:2])


def started(made):
    return json.loads(next(made.path.glob("*.jsonl")).read_bytes().splitlines()[0])["received_time"]


def test_a_wrong_key_or_origin(made, tmp_path):
    export(made, tmp_path / "b")
    for arguments, code in ((("--key", str(note.new_key(ORIGIN).public)), 3), (("--key", made.key, "--origin", "another"), 3),
                            (("--key", "nonsense"), 3), ((), 2)):  # fmt: skip
        assert run(tmp_path / "b/verify.py", *arguments).returncode == code


def test_a_zip_is_the_same_folder(made, tmp_path):
    export(made, tmp_path / "b")
    export(made, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "unpacked/bundle").iterdir()
    }


def test_the_export_stands_in_the_live_log_and_not_in_a_copy(made, tmp_path):
    export(made, tmp_path / "b")
    event = json.loads(log.tail(str(made.path))[0])["event"]
    assert event["event"]["class"] == "log.exported"
    assert event["log"] == {"form": "bundle", "start": made.times[2], "end": made.times[3], "first": 3, "last": 6}
    assert schema.problem(event) == ""
    copy = tmp_path / "copy"
    shutil.copytree(made.path, copy)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    arguments = ["--log", str(copy), "--from", "2000-01-01", "--to", "2100-01-01T00:00:00+02:00", "--output", str(tmp_path / "c")]
    done = CliRunner().invoke(audit_export.export, arguments, standalone_mode=False)
    assert done.exception is None
    assert "is not recorded" in done.stderr
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
    assert re.search("to 2099-12-31T22:00:00.000000Z", (tmp_path / "c/range").read_text())


def test_an_altered_log_is_not_exported(made, tmp_path):
    path = Path(folder.segments(str(made.path))[0].path)
    path.write_bytes(path.read_bytes().replace(b'"n":1', b'"n":7', 1))
    with pytest.raises(DoesNotHold):
        export(made, tmp_path / "b", *ALWAYS)
    path.write_bytes(b"\n".join(path.read_bytes().splitlines()[:5]) + b"\n")
    with pytest.raises(GitwardError, match="ends, or has a gap, at entry 5"):
        export(made, tmp_path / "b")
    assert sorted(path.name for path in tmp_path.iterdir() if "kept" not in path.name) == ["log"]


def test_usage(made, tmp_path):
    (tmp_path / "there").mkdir()
    for target in (tmp_path / "there", made.path / "inside"):
        with pytest.raises(UsageError):
            export(made, target)
    with pytest.raises(GitwardError, match="no entry"):
        export(made, tmp_path / "b", "1999-01-01T00:00:00.000000Z", ALWAYS[0])
    for words in (("--from", "2026-01-01"), ("--to", "2026-01-01"), ("--from", "yesterday", "--to", "2026-01-01"),
                  ("--from", "2026-01-02", "--to", "2026-01-01"), ("--against", str(made.kept(4)))):  # fmt: skip
        arguments = ["--log", str(made.path), "--output", str(tmp_path / "b"), *words]
        done = CliRunner().invoke(audit_export.export, arguments, standalone_mode=False)
        assert isinstance(done.exception, UsageError), words
    assert not (tmp_path / "b").exists()
