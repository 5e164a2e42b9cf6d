"""Witnesses of each kind, as processes of their own: what they vouch for, what they refuse, and that a quorum is one."""

from __future__ import annotations

import hashlib
import io
import shutil
import socket
import subprocess
import threading
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from timestamping import authority, stamping
from witnessing import witnessing

from gitward.audit import checkpoints, creation, folder, log, turnover, witnesses
from gitward.audit.witness import Statement
from gitward.audit.witness.settings import Settings, Witness, load
from gitward.cli.audit_checkpoint import checkpoint
from gitward.errors import UsageError
from gitward.tlog import note
from gitward.tlog.cosignature import cosigned, cosigner_key, cosigner_of
from servers import need, serving

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run
ORIGIN = "git.example.com/log"
COSIGNER = "  - {{name: {name}, kind: cosigner, url: '{url}', key: '{key}'}}\n"
GIT = "  - {{name: {name}, kind: git, remote: '{remote}', ref: refs/heads/log}}\n"
STAMPER = "  - {{name: {name}, kind: timestamp, url: '{url}', ca_file: {ca}}}\n"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    creation.make(str(tmp_path / "log"), ORIGIN)
    return tmp_path / "log"


def grow(directory: Path, count: int) -> None:
    log.append_all(str(directory), tuple(log.Item(event=b'{"n":%d}' % n) for n in range(count)))


def settle(directory: Path, *lines: str, head: str = "timeout: 10\n") -> None:
    (directory / "settings.yaml").write_text(f"{head}witnesses:\n{''.join(lines)}")


def key_of(directory: Path) -> str:
    return folder.about(str(directory)).key


def said(directory: Path, **how: bool) -> list[Statement]:
    settings, newest = load(str(directory)), checkpoints.newest(str(directory))
    return witnesses.statement(str(directory), newest, settings, **how)


def ask(directory: Path) -> tuple[int, str]:
    """The command in this process, which spares its start: exit code and stderr."""
    words = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(words):
        code = checkpoint.main(["--log", str(directory), "--witness"], standalone_mode=False)
    return code, words.getvalue()


def test_a_witness_cosigns_what_grows(made: Path, tmp_path: Path, gitward: Run) -> None:
    with witnessing(tmp_path / "w", key_of(made)) as witness:
        settle(made, COSIGNER.format(name="city", url=witness.url, key=witness.key))
        assert [each.ok for each in said(made)] == [False]
        for count in (1, 300, 0):
            if count:
                grow(made, count)
            assert "1 of 1 witnesses vouch, 1 must" in ask(made)[1]
        done = gitward("audit", "checkpoint", "--log", made, "--witness", "--heartbeat")
        assert (done.returncode, "1 of 1 witnesses vouch, 1 must" in done.stderr) == (0, True), done.stderr
        newest = checkpoints.newest(str(made))
        assert done.stdout.encode() == (made / "checkpoint").read_bytes()
        assert time.time() - cosigned(newest.note, cosigner_key(witness.key)) < 60
        assert note.verified(newest.note, [note.public_key(key_of(made))])
        assert checkpoints.take(str(made)) == done.stdout  # nothing new: the same bytes, the cosignature with them
    grow(made, 5)
    checkpoints.take(str(made))
    (statement,) = said(made)
    assert (statement.ok, statement.size, statement.detail) == (True, 303, "vouches for 303 of 308 entries")
    code, words = ask(made)
    assert (code, "cannot be reached" in words, "0 of 1" in words) == (3, True, True)


def test_a_witness_remembers_through_kill_9_and_a_new_key(made: Path, tmp_path: Path) -> None:
    """Cut, rolled back or rewritten, the log gets no cosignature any more, and the statement says what contradicts."""
    rolled = tmp_path / "rolled"
    first = key_of(made)
    with witnessing(tmp_path / "w", first) as witness:
        settle(made, COSIGNER.format(name="city", url=witness.url, key=witness.key))
        shutil.copytree(made, rolled)
        grow(made, 3)
        assert ask(made)[0] == 0
    second = turnover.rotate(str(made))
    with witnessing(tmp_path / "w", first) as again:
        assert again.key == witness.key
        settle(made, COSIGNER.format(name="city", url=again.url, key=again.key))
        code, words = ask(made)
        assert (code, "(403)" in words) == (3, True)
    with witnessing(tmp_path / "w", first, second) as again:
        settle(made, COSIGNER.format(name="city", url=again.url, key=again.key))
        shutil.rmtree(made / "witnessed")  # it says itself what it has seen
        assert ask(made)[0] == 0
        settle(rolled, COSIGNER.format(name="city", url=again.url, key=again.key))
        folder.mark_live(str(rolled))  # whoever has the disk can do that
        code, words = ask(rolled)
        assert (code, "cut or rolled back" in words) == (1, True)
        grow(rolled, 30)
        code, words = ask(rolled)
        assert (code, "(422)" in words) == (1, True)
        shutil.copytree(made / "witnessed", rolled / "witnessed", dirs_exist_ok=True)
        (statement,) = said(rolled)
        assert (statement.ok, statement.contradicts) == (False, True)
        assert "5 entries that are not those" in statement.detail
        other = tmp_path / "other"
        creation.make(str(other), "other.example.com/log")
        settle(other, COSIGNER.format(name="city", url=again.url, key=again.key))
        assert "(404)" in ask(other)[1]


def test_a_ref_on_another_server(made: Path, git: Git, bare: Path, tmp_path: Path) -> None:
    settle(made, GIT.format(name="backup", remote=bare))
    rolled = shutil.copytree(made, tmp_path / "rolled")
    for _ in range(2):
        grow(made, 3)
        code, words = ask(made)
        assert (code, words.count("vouches for")) == (0, 1), words
    assert ask(made)[0] == 0  # nothing new, nothing pushed
    assert git("show", "log:checkpoint", cwd=bare).stdout.encode() == (made / "checkpoint").read_bytes()
    (offline,), (online,) = said(made), said(made, online=True)
    assert (offline.ok, "was not asked" in offline.detail) == (False, True)
    assert (online.ok, online.size) == (True, 7)
    folder.mark_live(str(rolled))
    code, words = ask(rolled)
    assert (code, "cut or rolled back" in words) == (1, True)
    grow(rolled, 30)
    code, words = ask(rolled)
    assert (code, "another log of 7 entries" in words) == (1, True)
    assert said(rolled, online=True)[0].contradicts
    assert git("rev-list", "--count", "log", cwd=bare).stdout == "2\n"


def test_a_ref_over_ssh(made: Path, bare: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("ssh") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        settle(made, GIT.format(name="backup", remote=server.url(bare)))
        code, words = ask(made)
        assert (code, "vouches for 1 entry" in words) == (0, True), words
    assert git("show", "log:checkpoint", cwd=bare).stdout.encode() == (made / "checkpoint").read_bytes()


@pytest.mark.parametrize("content", ["nonsense\n", None, "unsigned", "x" * 70_000])
def test_a_ref_with_something_else_on_it(content: str | None, made: Path, git: Git, bare: Path, repo: Path) -> None:
    settle(made, GIT.format(name="backup", remote=bare))
    text = checkpoints.newest(str(made)).note.text
    forged = note.signed(text.replace("\n1\n", "\n900\n"), note.new_key(ORIGIN))
    (repo / ("other" if content is None else "checkpoint")).write_text(forged if content == "unsigned" else content or "")
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "x", cwd=repo)
    git("push", "-q", bare, "HEAD:refs/heads/log", cwd=repo)
    code, words = ask(made)
    assert (code, "something else on its ref" in words) == (3, True), words
    assert git("rev-list", "--count", "log", cwd=bare).stdout == "1\n"


def test_a_time_stamp(made: Path, tmp_path: Path) -> None:
    need("openssl", "openssl")
    config = authority(tmp_path / "tsa")
    ca = tmp_path / "tsa" / "ca.pem"
    with stamping(config) as url:
        settle(made, STAMPER.format(name="notary", url=url, ca=ca))
        grow(made, 2)
        assert ask(made)[0] == 0
    (token,) = (made / "witnessed").glob("*.tsr")
    assert token.name == f"{3:020d}.notary.tsr"
    (statement,) = said(made)
    assert (statement.ok, statement.size, statement.time[:13]) == (True, 3, time.strftime("%Y-%m-%dT%H", time.gmtime()))
    (tmp_path / "text").write_text(checkpoints.newest(str(made)).text())
    by_hand = ["openssl", "ts", "-verify", "-in", token, "-data", tmp_path / "text", "-CAfile", ca]
    assert subprocess.run(by_hand, capture_output=True).returncode == 0
    good = token.read_bytes()
    imprint = hashlib.sha256((tmp_path / "text").read_bytes()).digest()
    for place in (good.index(imprint), good.index(imprint) - 5, len(good) - 10):
        token.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert not said(made)[0].ok
    token.write_bytes(b"")
    assert not said(made)[0].ok
    token.write_bytes(good)
    kept = made / "witnessed" / f"{3:020d}.note"
    kept.write_text(kept.read_text().replace("\n3\n", "\n2\n"))
    assert "does not verify" in said(made)[0].detail
    authority(tmp_path / "another")
    settle(made, STAMPER.format(name="notary", url=url, ca=tmp_path / "another" / "ca.pem"))
    assert "does not verify" in said(made)[0].detail


def test_of_three_two_are_a_quorum(made: Path, tmp_path: Path, bare: Path) -> None:
    """One that takes the connection and says nothing costs its limit, not the others, and no writer waits."""
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    with witnessing(tmp_path / "w", key_of(made)) as witness:
        lines = [
            COSIGNER.format(name="city", url=witness.url, key=witness.key),
            GIT.format(name="backup", remote=bare),
            COSIGNER.format(name="silent", url=url, key=str(cosigner_key(witness.key))),
        ]
        settle(made, *lines, head="timeout: 1\nquorum: 2\n")
        recorded = []

        def record() -> None:
            while None not in recorded:
                started = time.monotonic()
                log.append(str(made), b"{}")
                recorded.append(time.monotonic() - started)
                time.sleep(0.02)

        writer = threading.Thread(target=record)
        writer.start()
        started = time.monotonic()
        try:
            code, words = ask(made)
        finally:
            recorded.append(None)
            writer.join()
        assert (code, "2 of 3 witnesses vouch, 2 must" in words) == (0, True), words
        assert "silent (cosigner): does not answer in time" in words
        assert time.monotonic() - started < 30
        assert len(recorded) > 5
        assert max(each for each in recorded if each is not None) < 1.5
    silent.close()


def test_a_newer_checkpoint_is_never_replaced(made: Path, tmp_path: Path) -> None:
    """Cosignatures are put under the checkpoint with the checkpoints' lock, and never with that of the writers."""
    with witnessing(tmp_path / "w", key_of(made)) as witness:
        settle(made, COSIGNER.format(name="city", url=witness.url, key=witness.key))
        asking = threading.Thread(target=witnesses.ask, args=(str(made),))
        with log.locked(str(made), folder.CHECKPOINT_LOCK):
            asking.start()
            asking.join(0.7)
            assert asking.is_alive()
        asking.join()
        assert len(checkpoints.newest(str(made)).note.signatures) == 2
        grow(made, 1)
        checkpoints.take(str(made))
        with log.locked(str(made)):
            assert witnesses.ask(str(made))[1][0].ok
        assert len(checkpoints.newest(str(made)).note.signatures) == 2


BAD = {
    "witnesses: []\n": "1",
    "quorum: 1\n": "witnesses",
    "quorum: 2\nwitnesses:\n  - {name: a, kind: git, remote: /srv/x.git, ref: refs/heads/log}\n": "quorum of 2",
    "witnesses:\n  - {name: a, kind: git, remote: /srv/x.git, ref: refs/gitward/log}\n": "refs/gitward/",
    "witnesses:\n  - {name: a, kind: git, remote: 'ext::sh -c id', ref: refs/heads/log}\n": "no repository",
    "witnesses:\n  - {name: a, kind: git, remote: --upload-pack=x, ref: refs/heads/log}\n": "no repository",
    "witnesses:\n  - {name: ../a, kind: git, remote: /srv/x.git, ref: refs/heads/log}\n": "no name",
    "witnesses:\n  - {name: a, kind: git, url: 'http://example.com', ref: refs/heads/log}\n": "ref and remote",
    "witnesses:\n  - {name: a, kind: cosigner, url: 'http://example.com', key: x+1+Aa}\n": "key of a witness",
    "witnesses:\n  - {name: a, kind: timestamp, url: 'ftp://example.com', ca_file: /etc/ca}\n": "no address",
    "witnesses:\n  - {name: a, kind: timestamp, url: 'http://example.com', ca_file: ca}\n": "absolute",
    "witnesses:\n  - {name: a, kind: fax}\n": "fax",
    "witnesses:\n  - {name: a, kind: git, remote: /x, ref: refs/heads/l, color: red}\n": "color",
    "witnesses:\n" + 2 * "  - {name: a, kind: git, remote: /x, ref: refs/heads/l}\n": "one name",
}


@pytest.mark.parametrize(("text", "words"), BAD.items())
def test_settings_are_held_to_their_form(text: str, words: str, made: Path) -> None:
    (made / "settings.yaml").write_text(text)
    with pytest.raises(Exception, match=r"settings\.yaml:\d+:\d+: ") as raised:
        load(str(made))
    assert raised.value.exit_code == 2
    assert words in f"{raised.value} {raised.value.fix}"


def test_hostile_evidence_is_no_witness(made: Path) -> None:
    """An auditor looks at a folder that somebody else has filled."""
    key = cosigner_of(note.new_key("witness.example.com"))
    nowhere = "http://127.0.0.1:1"
    settle(made, COSIGNER.format(name="city", url=nowhere, key=key), GIT.format(name="b", remote="/x"),
           STAMPER.format(name="notary", url=nowhere, ca="/etc/hostname"))  # fmt: skip
    kept, newest = made / "witnessed", checkpoints.newest(str(made))
    kept.mkdir()
    forged = note.Signature(name=key.name, hint=key.hint, raw=bytes(72))
    lines = note.text_of(note.Note(text=newest.text(), signatures=(*newest.note.signatures, forged)))
    hostile = {
        "note": [lines.encode(), b"\xff" * 100, b"x" * 70_000, lines.encode()[:-5]],
        "notary.tsr": [b"", b"0" * 70_000, b"\x30\x84"],
        "b.git": [lines.encode()],
    }
    for kind, contents in hostile.items():
        for content in contents:
            (kept / f"{1:020d}.{kind}").write_bytes(content)
            assert [each.ok for each in said(made)] == [False] * 3
    (kept / f"{'9' * 20}.note").write_bytes(lines.encode())
    (kept / f"{'9' * 20}.notary.tsr").mkdir()
    assert [(each.ok, each.contradicts) for each in said(made)] == [(False, False)] * 3
    (made / "checkpoint").write_bytes(b"")
    settings = load(str(made))
    assert [each.ok for each in witnesses.statement(str(made), newest, settings)] == [False] * 3


@pytest.mark.parametrize(("quorum", "met"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_quorum_counts_who_vouches(quorum: int, met: bool) -> None:
    each = Witness(name="a", kind="git", remote="/srv/x.git", ref="refs/heads/log")
    said = [Statement(kind="git", name=name, ok=name != "c") for name in "abc"]
    assert witnesses.is_met(said, Settings(witnesses=(each,) * 3, quorum=quorum)) is met


def test_without_settings_there_is_nobody_to_ask(made: Path) -> None:
    with pytest.raises(UsageError, match=r"settings\.yaml"):
        ask(made)
    settle(made, GIT.format(name="backup", remote="/srv/x.git"))
    (made / "settings.yaml").chmod(0o666)
    with pytest.raises(UsageError, match="written by others"):
        load(str(made))
