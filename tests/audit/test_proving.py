"""Proofs from a log's folder and their verification: whole, damaged, pruned, grown, and through the command line."""

import base64
import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gitward.audit import checking, checkpoints, creation, finding, folder, log, proving
from gitward.audit.checking import DoesNotHold
from gitward.audit.happenings import happening
from gitward.cli import audit_proof
from gitward.errors import GitwardError, UsageError
from gitward.record import replace
from gitward.tlog import checkpoint, note, proof, tree

ORIGIN = "git.example.com/log"


def grow(directory, count, **parts):
    log.append_all(str(directory), tuple(log.Item(event=happening("log.heartbeat", n=n, **parts)) for n in range(count)))
    return checkpoints.take(str(directory))


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("proving") / "log"
    creation.make(str(path), ORIGIN)
    (path / "first").write_text(grow(path, 9))
    (path / "second").write_text(grow(path, 290, filler="x" * 400))
    return path


@pytest.fixture
def made(original, tmp_path):
    """A copy: what is read, a copy has too."""
    return Path(shutil.copytree(original, tmp_path / "log"))


def segment(directory):
    return Path(folder.segments(str(directory))[0].path)


def lines(directory):
    return segment(directory).read_bytes().splitlines()


def key(directory):
    return note.public_key(folder.about(str(directory)).key)


def checked(directory, found):
    read = proof.read(found.text().encode())
    assert read == found
    assert checking.signers(read.checkpoint, [key(directory)]) == (key(directory),)
    return checking.included(read)


def test_every_entry_is_proved(made):
    for seq, line in list(enumerate(lines(made)))[::9]:
        assert checked(made, proving.inclusion(str(made), seq)).line == line


def test_a_line_is_found_without_reading_what_stands_before(made, monkeypatch):
    monkeypatch.setattr(finding, "_counted", None)
    whole = lines(made)
    assert [finding.line_at(str(made), seq) for seq in range(300)] == whole


@pytest.mark.parametrize("sizes", [[1], [1, 65_000], [65_000, 1], [1, 2, 65_000, 3, 65_000, 65_000], [9] * 50])
def test_a_line_is_found_among_short_and_long_ones(tmp_path, sizes):
    whole = [b'{"x":"%s","seq":%d}' % (b"y" * size, n) for n, size in enumerate(sizes)]
    Path(folder.segment_path(str(tmp_path), 0)).write_bytes(b"\n".join(whole) + b"\n")
    with open(folder.segment_path(str(tmp_path), 0), "rb") as file:
        assert [finding._halved(file, seq) for seq in range(len(sizes))] == whole
        assert finding._halved(file, len(sizes)) is None
    assert finding.line_at(str(tmp_path), len(sizes)) is None


def test_lines_of_other_segments_and_landmarks(made, tmp_path):
    whole = lines(made)
    segment(made).write_bytes(b"\n".join(whole[:256]) + b"\n")
    Path(folder.segment_path(str(made), 256)).write_bytes(b"\n".join(whole[256:]) + b"\n")
    for seq in (0, 255, 256, 299):
        assert checked(made, proving.inclusion(str(made), seq)).seq == seq
    Path(folder.segment_path(str(made), 0)).unlink()
    with pytest.raises(GitwardError, match="pruned") as problem:
        proving.inclusion(str(made), 0)
    assert problem.value.exit_code == 3
    (made / "landmarks").write_bytes(whole[0] + b"\n" + whole[7] + b"\n")
    for seq in (0, 7, 256):
        assert checked(made, proving.inclusion(str(made), seq)).seq == seq
    (made / "landmarks").write_bytes(whole[0].replace(b"log.started", b"log.stopped") + b"\n")
    with pytest.raises(DoesNotHold, match="entry 0"):
        proving.inclusion(str(made), 0)


@pytest.mark.parametrize("alter", [
    lambda line: line.replace(b'"n":5', b'"n":6'),
    lambda line: line.replace(b'"seq":', b'"seq": '),
    lambda line: b"",
    lambda line: b"\xff",
    lambda line: b"x" * 70_000,
])  # fmt: skip
def test_an_altered_line_is_not_proved(made, alter):
    whole = lines(made)
    seq = 6
    assert b'"n":5' in whole[seq]
    segment(made).write_bytes(b"\n".join([*whole[:seq], alter(whole[seq]), *whole[seq + 1 :]]) + b"\n")
    with pytest.raises(DoesNotHold) as problem:
        proving.inclusion(str(made), seq)
    assert problem.value.exit_code == 1


def test_lines_that_changed_places_or_are_gone_are_not_proved(made):
    whole = lines(made)
    for order in ([*whole[:3], whole[4], whole[3], *whole[5:]], whole[:3] + whole[4:], [*whole[:3], whole[2], *whole[3:]]):
        segment(made).write_bytes(b"\n".join(order) + b"\n")
        assert answer(made, 3) in (whole[3], "does not hold")  # the line itself may still be found
        assert whole[3] in order or answer(made, 3) == "does not hold"


def answer(made, seq):
    try:
        return checked(made, proving.inclusion(str(made), seq)).line
    except DoesNotHold:
        return "does not hold"


def ends(made):
    return [proving.inclusion(str(made), seq) for seq in (1, 299)]


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"])
def test_altered_and_missing_tiles(made, name):
    tile = made / name
    whole = tile.read_bytes()
    tile.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    with pytest.raises(DoesNotHold):
        ends(made)
    tile.write_bytes(whole[:-1])
    with pytest.raises(GitwardError, match="tiles"):
        ends(made)
    tile.unlink()
    with pytest.raises(GitwardError, match="tiles"):
        ends(made)


def test_what_no_checkpoint_covers_yet(original, tmp_path):
    live = tmp_path / "live"
    creation.make(str(live), ORIGIN)
    log.append(str(live), happening("log.heartbeat"))
    with pytest.raises(GitwardError, match="not covered"):
        proving.inclusion(str(live), 1)
    checkpoints.take(str(live))
    assert checked(live, proving.inclusion(str(live), 1)).seq == 1
    (live / "checkpoint").unlink()
    with pytest.raises(GitwardError, match="no checkpoint"):
        proving.inclusion(str(live), 1)


def test_consistency(made):
    first, second = (checkpoint.read((made / name).read_bytes()) for name in ("first", "second"))
    found = proving.consistency(str(made), first)
    assert found == proof.read(found.text().encode())
    checking.extended(found, first)
    checking.extended(proving.consistency(str(made), second), second)
    with pytest.raises(GitwardError, match="proof is for"):
        checking.extended(found, second)
    other = checkpoint.Checkpoint(origin=ORIGIN, size=first.size, root=bytes(32))
    for make in (lambda: checking.extended(found, other), lambda: proving.consistency(str(made), other),
                 lambda: proving.consistency(str(made), second, first)):  # fmt: skip
        with pytest.raises(DoesNotHold):
            make()
    with pytest.raises(GitwardError, match="the log is"):
        proving.consistency(str(made), checkpoint.Checkpoint(origin="another", size=1, root=bytes(32)))
    empty = checkpoint.Checkpoint(origin=ORIGIN, size=0, root=tree.EMPTY_ROOT)
    checking.extended(proving.consistency(str(made), empty), empty)
    with pytest.raises(DoesNotHold):
        checking.extended(proving.consistency(str(made), empty), replace(empty, root=bytes(32)))


def test_a_log_that_was_cut_does_not_extend_what_it_signed(made):
    second = checkpoint.read((made / "second").read_bytes())
    shutil.copy(made / "first", made / "checkpoint")
    with pytest.raises(DoesNotHold) as problem:
        proving.consistency(str(made), second)
    assert "it was cut" in problem.value.fix


def test_a_signed_line_that_is_no_entry(tmp_path):
    """Whoever has the key can sign anything: what is no entry of this place is not shown as one."""
    secret = note.new_key(ORIGIN)
    for line in (b"hello", b"[]", b'{"event":{},"prev":"","received_time":"","seq":1}', b"\xff", b"[" * 60_000):
        signed = note.signed(checkpoint.Checkpoint(origin=ORIGIN, size=1, root=tree.leaf_hash(line)).text(), secret)
        made = proof.Inclusion(index=0, path=(), checkpoint=checkpoint.read(signed.encode()), extra=line)
        with pytest.raises(DoesNotHold, match="no entry"):
            checking.included(made)
    with pytest.raises(GitwardError, match="does not hold the line"):
        checking.included(proof.Inclusion(index=0, path=(), checkpoint=made.checkpoint))


def test_the_command_line(made, gitward, tmp_path):
    key_file = tmp_path / "log.key"
    key_file.write_text(f"{note.new_key('example.com/other').public}\n\n{folder.about(str(made)).key}\n")
    done = gitward("audit", "proof", "7", "--log", made, "--output", tmp_path / "7.tlog-proof")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "note: this reading is not recorded in the log: this is the copy of a log\n"
    shutil.rmtree(made / "tile")  # the public key is enough
    text = (tmp_path / "7.tlog-proof").read_text()
    done = gitward("audit", "proof", "--verify", tmp_path / "7.tlog-proof", "--key", folder.about(str(made)).key)
    assert done.returncode == 0
    head, line, *rest = done.stdout.split("\n")
    assert head == f"holds: entry 7 of {ORIGIN}, of 300 entries, signed by {ORIGIN}+{key(made).hint.hex()}"
    assert json.loads(line)["seq"] == 7
    assert rest == [""]
    done = gitward("audit", "proof", "--verify", tmp_path / "7.tlog-proof", "--key", key_file, "--origin", ORIGIN)
    assert done.returncode == 0
    for code, changed in (
        (1, text.replace("index 7", "index 6")), (1, f"{text[:-20]}AAAA{text[-16:]}"), (3, text.replace("proof@v1", "proof@v9")),
    ):  # fmt: skip
        (tmp_path / "changed").write_text(changed)
        done = gitward("audit", "proof", "--verify", tmp_path / "changed", "--key", folder.about(str(made)).key)
        assert (done.returncode, done.stdout) == (code, ""), changed
        assert done.stderr.startswith("gitward: ")


def test_that_an_entry_was_proved_is_recorded(tmp_path):
    live = tmp_path / "live"
    creation.make(str(live), ORIGIN)
    done = CliRunner().invoke(audit_proof.proof, ["0", "--log", str(live)], standalone_mode=False)
    assert (done.exception, done.stderr) == (None, "")
    event = json.loads(lines(live)[-1])["event"]
    assert (event["event"]["class"], event["access"]["command"]) == ("log.accessed", "proof")


def test_a_proof_of_another_line_or_by_other_hashes(made):
    found = proving.inclusion(str(made), 7)
    other = found.extra.replace(b'"outcome":"done"', b'"outcome":"DONE"')
    assert other != found.extra
    for changed in (replace(found, extra=other), replace(found, path=found.path[:-1]), replace(found, path=found.path[::-1]),
                    replace(found, checkpoint=replace(found.checkpoint, root=bytes(32)))):  # fmt: skip
        with pytest.raises(DoesNotHold):
            checking.included(changed)


def test_keys_and_logs_that_are_not_meant(made):
    found = proving.inclusion(str(made), 7)
    with pytest.raises(GitwardError, match="none of the keys"):
        checking.signers(found.checkpoint, [note.new_key(ORIGIN).public])
    with pytest.raises(GitwardError, match="not of 'another'"):
        checking.signers(found.checkpoint, [key(made)], "another")
    with pytest.raises(GitwardError, match="not signed"):
        checking.signers(checkpoint.Checkpoint(origin=ORIGIN, size=1, root=bytes(32)), [key(made)])


def test_the_command_line_for_growth(made, gitward, tmp_path):
    public = folder.about(str(made)).key
    done = gitward("audit", "proof", "--since", made / "first", "--log", made, "--output", tmp_path / "growth")
    assert done.returncode == 0
    done = gitward("audit", "proof", "--verify", tmp_path / "growth", "--key", public, "--against", made / "first")
    assert done.stdout.startswith(f"holds: the first 10 entries of {ORIGIN} are as they were, of 300 entries")
    forged = note.signed(checkpoint.Checkpoint(origin=ORIGIN, size=10, root=bytes(32)).text(), note.new_key(ORIGIN))
    (tmp_path / "forged").write_text(forged)
    done = gitward("audit", "proof", "--verify", tmp_path / "growth", "--key", public, "--against", tmp_path / "forged")
    assert (done.returncode, done.stdout) == (1, "")


def by_the_book(text, public):
    """Steps 1 to 5 of `## Proofs` in docs/audit.md, with nothing of gitward's."""
    name, name_hash, coded = public.split("+", 2)
    key = base64.b64decode(coded)
    assert sha256(name.encode() + b"\n" + key).hexdigest()[:8] == name_hash
    head, _, signed = text.partition("\n\n")
    said, _, signatures = signed.rpartition("\n\n")
    raws = [base64.b64decode(line.split(" ")[2]) for line in signatures.splitlines() if line.startswith(f"— {name} ")]
    mine = [raw[4:] for raw in raws if raw[:4].hex() == name_hash]
    for raw in mine:
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw, f"{said}\n".encode())
    origin, size, root = said.split("\n")[:3]
    _, extra, index, *path = head.split("\n")
    line, number = base64.b64decode(extra.removeprefix("extra ")), int(index.removeprefix("index "))
    i, last, found = number, int(size) - 1, sha256(b"\0" + line).digest()
    for sibling in map(base64.b64decode, path):
        if i % 2 or i == last:
            found = sha256(b"\1" + sibling + found).digest()
            while not i % 2 and i:
                i, last = i // 2, last // 2
        else:
            found = sha256(b"\1" + found + sibling).digest()
        i, last = i // 2, last // 2
    return bool(mine) and origin == ORIGIN and last == 0 and found == base64.b64decode(root) and json.loads(line)["seq"] == number


def test_the_description_is_enough(made):
    for seq in (0, 7, 128, 255, 256, 298, 299):
        text = proving.inclusion(str(made), seq).text()
        assert by_the_book(text, folder.about(str(made)).key)
        assert not by_the_book(text.replace(f"index {seq}\n", f"index {seq ^ 1}\n"), folder.about(str(made)).key)


@pytest.mark.parametrize("arguments", [
    (), ("3",), ("3", "--since", "x"), ("--verify", "x"), ("--verify", "missing", "--key", "missing"), ("-1", "--log", "."),
    ("3", "--log", ".", "--key", "x"), ("3", "--log", ".", "--until", "x"), ("--since", "missing", "--log", "."),
    ("--verify", "x", "--key", "x", "--log", "."),
])  # fmt: skip
def test_usage(arguments):
    done = CliRunner().invoke(audit_proof.proof, arguments)
    assert isinstance(done.exception, UsageError) or done.exit_code == 2
    assert done.stdout == ""
