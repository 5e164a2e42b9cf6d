"""The keys of a log: rotation, theft and recovery, what hostile events come to, and crashes between the steps."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from killing import killed_before

from gitward.audit import checkpoints, creation, folder, log, reading, signingkey, turnover
from gitward.audit import recovery as parcel
from gitward.audit.happenings import happening
from gitward.audit.logkeys import KeyHistory, added, revoked
from gitward.canonical import canonical
from gitward.errors import GitwardError, Undecided
from gitward.record import replace
from gitward.tlog import note
from soaking import long

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Run
    from gitward.tlog.note import PrivateKey, PublicKey

ORIGIN = "git.example.com/log"
SRC = Path(log.__file__).parents[2]


@pytest.fixture
def recovery() -> PrivateKey:
    return note.new_key("example.com/recovery")


@pytest.fixture
def made(tmp_path: Path, recovery: PrivateKey) -> Path:
    creation.make(str(tmp_path / "log"), ORIGIN, recovery=str(recovery.public))
    return tmp_path / "log"


def seen(directory: Path) -> KeyHistory:
    """As a verifier does it: every entry from the first on."""
    history = KeyHistory(folder.about(str(directory)))
    for entry in reading.entries(str(directory)):
        history.see(entry)
    return history


def signing(directory: Path) -> PrivateKey:
    return signingkey.read_private(str(directory / "signing.key"))


def signer_of(directory: Path) -> PublicKey:
    newest = checkpoints.newest(str(directory))
    (key,) = seen(directory).signers(newest.size)
    assert note.verified(newest.note, [key]) == (key,)
    assert signing(directory).public == key
    return key


def say(directory: Path, name: str, **key: object) -> int:
    return log.append(str(directory), happening(name, key=key))


def test_the_old_key_signs_the_new(made: Path, gitward: Run) -> None:
    first = signing(made)
    done = gitward("audit", "rotate", "--log", made)
    assert (done.returncode, done.stderr) == (0, "")
    second = note.public_key(done.stdout)
    assert second.name == ORIGIN
    assert second != first.public
    assert stat.S_IMODE((made / "signing.key").stat().st_mode) == 0o600
    assert not (made / "signing.key.next").exists()
    history = seen(made)
    assert history.signers(0) == history.signers(1) == (first.public,)  # the event has seq 1
    assert history.signers(2) == history.signers(10**9) == (second,)
    assert signer_of(made) == second
    log.append(str(made), b"{}")
    assert checkpoints.take(str(made)).count("\N{EM DASH}") == 1
    assert signer_of(made) == second


def test_the_recovery_key_replaces_a_stolen_one(tmp_path: Path, gitward: Run) -> None:
    made = tmp_path / "log"
    pair = gitward("audit", "keygen", "--name", "example.com/recovery", "--output", "recovery.key")
    assert stat.S_IMODE((tmp_path / "recovery.key").stat().st_mode) == 0o600
    assert gitward("audit", "init", "--log", made, "--origin", ORIGIN, "--recovery", pair.stdout.strip()).returncode == 0
    stolen = signing(made)
    thiefs = note.new_key(ORIGIN)
    say(made, "key.added", **added(ORIGIN, thiefs.public, "signing", stolen))  # the thief was quicker
    done = gitward("audit", "recover", "--log", made, "--recovery-key", "recovery.key")
    assert (done.returncode, done.stderr) == (0, "")
    new, history = note.public_key(done.stdout), seen(made)
    assert [history.signers(size) for size in (1, 2, 3, 4)] == [(stolen.public,), (thiefs.public,), (), (new,)]
    assert signer_of(made) == new
    refused = gitward("audit", "keygen", "--name", "x", "--output", "recovery.key")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "there already" in refused.stderr


def test_the_recovery_key_signs_elsewhere(tmp_path: Path, gitward: Run) -> None:
    """Request, signature, answer: the log's machine never sees the private key; the other one has no log."""
    log, safe, made_by = tmp_path / "log", tmp_path / "safe", {}
    safe.mkdir()
    pair = gitward("audit", "keygen", "--name", "example.com/recovery", "--output", safe / "key").stdout.strip()
    assert gitward("audit", "init", "--log", log, "--origin", ORIGIN, "--recovery", pair).returncode == 0
    stolen = signing(log).public
    for step, words in {
        "request": ("--log", log, "--request"),
        "answer": ("--sign", safe / "request", "--recovery-key", safe / "key"),
        "key": ("--log", log, "--answer", safe / "answer"),
    }.items():
        made_by[step] = done = gitward("audit", "recover", *words)
        assert done.returncode == 0, done.stderr
        (safe / step).write_text(done.stdout) if step != "key" else None
    assert str(stolen) in made_by["answer"].stderr
    assert ORIGIN in made_by["answer"].stderr
    history = signingkey.history(str(log))
    assert str(history.newest) == made_by["key"].stdout.strip() == str(signing(log).public)
    assert history.newest != stolen
    assert history.signers(2) == ()  # between revocation and new key
    assert gitward("audit", "verify", "--log", log).returncode == 0
    again = gitward("audit", "recover", "--log", log, "--answer", safe / "answer")
    assert (again.returncode, "another key than the one that waits" in again.stderr) == (3, True)


@pytest.mark.parametrize("step", [(), ("--request",), ("--log", "x", "--request", "--recovery-key", "y"), ("--sign", "x"),
                                  ("--log", "x", "--sign", "y", "--recovery-key", "z"), ("--answer", "x")])  # fmt: skip
def test_which_step_of_a_recovery_must_be_clear(step: tuple[str, ...], gitward: Run) -> None:
    assert gitward("audit", "recover", *step).returncode == 2


def test_no_other_answer_is_taken(made: Path, tmp_path: Path, recovery: PrivateKey) -> None:
    """Signed by another key, about another log or key, to an earlier request, or changed on the way: the log stays as it was."""
    before = signing(made).public
    early = parcel.read(turnover.request(str(made)).encode(), is_answer=False)
    asked = parcel.read(turnover.request(str(made)).encode(), is_answer=False)
    good = parcel.answered(asked, recovery)
    assert parcel.read(good.text().encode(), is_answer=True) == good
    other = note.new_key(ORIGIN)
    for bad in (
        parcel.answered(asked, note.new_key("example.com/recovery")), parcel.answered(early, recovery),
        parcel.answered(replace(asked, origin="another.example.com/log"), recovery),
        parcel.answered(replace(asked, add=str(other.public)), recovery),
        parcel.answered(replace(asked, revoke=str(other.public)), recovery), parcel.answered(replace(asked, revoke=""), recovery),
        replace(good, revocation=good.addition), replace(good, addition=good.revocation),
    ):
        with pytest.raises(GitwardError):
            turnover.answer(str(made), bad)
        assert signingkey.history(str(made)).newest == before
    text = good.text()
    for changed in (text.replace("recovered", "recovery"), text + "x\n", text.replace("origin", "\x1borigin"), "", "\xff",
                    text.replace("add-signature ", "add-signature A"), text.replace("revoke ", "revoke x"), text * 2):
        with pytest.raises(GitwardError):
            parcel.read(changed.encode("latin-1"), is_answer=True)
    assert turnover.answer(str(made), good) == asked.add


def test_only_the_right_recovery_key_recovers(made: Path, tmp_path: Path) -> None:
    other = note.new_key("example.com/recovery")
    before = {path.name: path.stat().st_size for path in made.iterdir()}
    with pytest.raises(GitwardError, match="not the log's recovery key"):
        turnover.recover(str(made), other)
    assert {path.name: path.stat().st_size for path in made.iterdir()} == {**before, "turnover.lock": 0}
    creation.make(str(tmp_path / "without"), "other.example.com/log")
    with pytest.raises(GitwardError, match="without a recovery key"):
        turnover.recover(str(tmp_path / "without"), other)


def hostile(case: str, directory: Path, recovery: PrivateKey) -> tuple[str, dict[str, object]]:
    """A key event that no key vouches for: its class and its part `key`."""
    own, other = signing(directory), note.new_key(ORIGIN)
    good = added(ORIGIN, other.public, "signing", own)
    revocation = revoked(ORIGIN, own.public, recovery)
    addition = added(ORIGIN, own.public, "recovery", recovery)
    return {
        "no parts": ("key.added", {}),
        "wrong types": ("key.added", {"public": 1, "by": ["signing"], "signature": None}),
        "no key": ("key.added", {**good, "public": "x" * 5_000}),
        "damaged key": ("key.added", {**good, "public": good["public"].replace("+", "+0", 1)}),
        "spaced key": ("key.added", {**good, "public": good["public"] + " "}),
        "no signature": ("key.added", {**good, "signature": ""}),
        "no base 64": ("key.added", {**good, "signature": "\u00e4" * 88}),
        "unknown by": ("key.added", {**good, "by": "anybody"}),
        "signed by itself": ("key.added", added(ORIGIN, other.public, "signing", other)),
        "another origin": ("key.added", added("other.example.com/log", other.public, "signing", own)),
        "another name": ("key.added", added(ORIGIN, note.new_key("x").public, "signing", own)),
        "itself again": ("key.added", added(ORIGIN, own.public, "signing", own)),
        "recovery as signing": ("key.added", added(ORIGIN, recovery.public, "signing", own)),
        "by recovery, but is not": ("key.added", added(ORIGIN, other.public, "recovery", own)),
        "revoked by signing": ("key.revoked", {**revoked(ORIGIN, own.public, own), "by": "signing"}),
        "revoked by thief": ("key.revoked", revoked(ORIGIN, own.public, own)),
        "recovery revoked": ("key.revoked", revoked(ORIGIN, recovery.public, recovery)),
        "never had": ("key.revoked", revoked(ORIGIN, other.public, recovery)),
        "revocation of another log": ("key.revoked", revoked("other.example.com/log", own.public, recovery)),
        "an addition as revocation": ("key.revoked", {**revocation, "signature": addition["signature"]}),
    }[case]


CASES = (
    "no parts", "wrong types", "no key", "damaged key", "spaced key", "no signature", "no base 64", "unknown by",
    "signed by itself", "another origin", "another name", "itself again", "recovery as signing", "by recovery, but is not",
    "revoked by signing", "revoked by thief", "recovery revoked", "never had", "revocation of another log",
    "an addition as revocation",
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_no_key_vouches_for_is_a_contradiction(case: str, made: Path, recovery: PrivateKey) -> None:
    name, key = hostile(case, made, recovery)
    log.append(str(made), b"{}")
    assert say(made, name, **key) == 2
    with pytest.raises(GitwardError, match=f"^entry 2, {name}: "):
        seen(made)
    with pytest.raises(GitwardError, match=r"^entry 2, "):  # and no checkpoint is signed over it by whatever key
        checkpoints.take(str(made))
    assert log.append(str(made), b"{}") == 3  # what is recorded goes on


def test_what_was_signed_once_is_not_taken_twice(made: Path, recovery: PrivateKey) -> None:
    """A key that recovery added, and then revoked, does not come back by a copy of the event that added it."""
    first, second = signing(made), note.new_key(ORIGIN)
    once = added(ORIGIN, second.public, "recovery", recovery)
    say(made, "key.revoked", **revoked(ORIGIN, first.public, recovery))
    say(made, "key.added", **once)
    say(made, "key.revoked", **revoked(ORIGIN, second.public, recovery))
    assert seen(made).signers(4) == ()
    with pytest.raises(Undecided, match="revoked"):
        checkpoints.take(str(made))
    say(made, "key.added", **once)
    with pytest.raises(GitwardError, match=r"^entry 4, .* already"):
        seen(made)


def test_a_revoked_key_adds_none(made: Path, recovery: PrivateKey) -> None:
    stolen = signing(made)
    say(made, "key.revoked", **revoked(ORIGIN, stolen.public, recovery))
    say(made, "key.added", **added(ORIGIN, note.new_key(ORIGIN).public, "signing", stolen))
    with pytest.raises(GitwardError, match=r"^entry 2, .* no key is in force"):
        seen(made)


@pytest.mark.parametrize("part", ["recovery", "key", "origin"])
def test_entry_0_and_the_file_beside_it_say_the_same(made: Path, part: str) -> None:
    about = json.loads((made / "log.json").read_bytes())
    about[part] = str(note.new_key(ORIGIN).public)
    (made / "log.json").write_bytes(canonical(about))
    with pytest.raises(GitwardError, match=r"^entry 0, log.started: "):
        seen(made)


def test_a_wrong_key_signs_nothing(made: Path) -> None:
    log.append(str(made), b"{}")
    before = (made / "checkpoint").read_bytes()
    (made / "signing.key").write_text(note.new_key(ORIGIN).text())
    with pytest.raises(Undecided, match="not the key that the log names"):
        checkpoints.take(str(made))
    with pytest.raises(Undecided):
        turnover.rotate(str(made))
    assert (made / "checkpoint").read_bytes() == before
    copy = shutil.copytree(made, made.parent / "copy")
    with pytest.raises(Undecided, match="copy"):
        turnover.rotate(str(copy))


@pytest.mark.parametrize("kind", ["recover", pytest.param("rotate", marks=long)])
def test_killed_at_any_step_the_log_goes_on(kind: str, made: Path, recovery: PrivateKey) -> None:
    """kill -9 before each call that changes something, one process each, again and again on one log."""
    act = {
        "rotate": lambda: turnover.rotate(str(made)),
        "recover": lambda: turnover.recover(str(made), recovery),
    }[kind]
    keys = {signing(made).public}
    steps = itertools.count(1)
    while killed_before(next(steps), act):
        log.append(str(made), b"{}")
        if kind == "recover" and seen(made).newest is None:  # killed between its two lines
            turnover.recover(str(made), recovery)
        checkpoints.take(str(made))
        keys.add(signer_of(made))
    assert next(steps) > 20
    assert len(keys) > 3
    assert signer_of(made) not in keys
    assert os.listdir(made).count("signing.key.next") == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_root_does_not_write_where_another_user_must(made: Path) -> None:
    os.chown(made, 12_345, 12_345)
    with pytest.raises(GitwardError, match="belongs to user 12345"):
        turnover.rotate(str(made))


def test_two_at_once_make_no_contradiction(made: Path) -> None:
    script = "import sys; sys.path.insert(0, sys.argv[1]); from gitward.audit import turnover; turnover.rotate(sys.argv[2])"
    running = [subprocess.Popen([sys.executable, "-c", script, str(SRC), str(made)], stderr=subprocess.PIPE) for _ in range(5)]
    ended = [(process.communicate()[1], process.returncode) for process in running]
    assert any(code == 0 for _, code in ended)
    assert all(code == 0 or b"another process is giving" in words for words, code in ended)
    assert signer_of(made)


def test_after_pruning_the_landmarks_tell_of_the_keys(made: Path) -> None:
    """Lines that the segments no longer hold stand among the landmarks; those that are in both count once."""
    turnover.rotate(str(made))
    lines = Path(folder.segments(str(made))[0].path).read_bytes()
    (made / "landmarks").write_bytes(lines)
    assert signingkey.history(str(made)).newest == signing(made).public
    os.rename(folder.segments(str(made))[0].path, folder.segment_path(str(made), 256))
    Path(folder.segment_path(str(made), 256)).write_bytes(b"")
    assert signingkey.history(str(made)).newest == signing(made).public


def test_signatures_are_over_the_published_text(made: Path, recovery: PrivateKey) -> None:
    """The bytes are part of the format: another implementation writes them from the documentation."""
    key = note.new_key(ORIGIN).public
    text = f"gitward log key\n{ORIGIN}\n{key}\n".encode()
    assert note.verifies(recovery.public, text, base64.b64decode(added(ORIGIN, key, "recovery", recovery)["signature"]))
    text = f"gitward log key revoked\n{ORIGIN}\n{key}\n".encode()
    assert note.verifies(recovery.public, text, base64.b64decode(revoked(ORIGIN, key, recovery)["signature"]))


def test_a_revocation_counts_once(made: Path, recovery: PrivateKey) -> None:
    once = revoked(ORIGIN, signing(made).public, recovery)
    say(made, "key.revoked", **once)
    say(made, "key.revoked", **once)
    with pytest.raises(GitwardError, match=r"^entry 2, .* revoked already"):
        seen(made)
