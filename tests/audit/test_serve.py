"""`gitward audit serve`: what is answered is durable, with whom the kernel names; it starts, ends and starts again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from gitward.audit import checkpoints, observed, recorder
from gitward.audit.daemon import client, listening
from gitward.audit.patience import Patience
from gitward.canonical import canonical
from gitward.cli import audit_serve
from gitward.errors import GitwardError, Undecided
from logdaemons import SRC, Daemon, chain_faults, daemon, event


@pytest.fixture(scope="module")
def served() -> Iterator[Daemon]:
    with daemon() as made:
        yield made


def test_what_is_answered_is_in_the_log_with_its_peer(served: Daemon) -> None:
    given = event(policies=[{"id": "p", "source": "/etc/p.yaml", "revision": 7, "digest": "", "mode": "enforce"}])
    seq = served.record(given, evidence=(b"a certificate", b"", b"x" * 3_000_000))
    entry = json.loads(served.lines()[seq])
    assert served.lines()[seq].startswith(b'{"event":' + given + b',"peer":{"gid":')
    assert entry["peer"] == {"pid": os.getpid(), "uid": os.getuid(), "gid": os.getgid()}
    assert sorted(path.stat().st_size for path in served.log.glob("evidence/*")) == [0, 13, 3_000_000]
    assert recorder.last_policies(served.target, "/srv/a.git").revisions == {("p", "/etc/p.yaml"): 7}
    about = client.ask(str(served.socket), "about")
    assert (about["pid"], about["log"], about["origin"]) == (served.process.pid, str(served.log), "git.example.com/log")


def test_what_a_former_policy_said(served: Daemon) -> None:
    """The files of a policy, by its digest, when the hook that asks cannot read the log's folder."""
    piece, digest = b'{"files":[],"name":"org.yaml","version":1}', "7" * 64
    said = {"of": "org", "source": "/etc/org.yaml", "digest": digest, "revision": 2,
            "files": {"sha256": hashlib.sha256(piece).hexdigest(), "bytes": len(piece)}}  # fmt: skip
    recorder.record(served.target, observed.config_changed("/srv/a.git", "installed", {}, [(said, piece)]))
    assert recorder.former_files(served.target, digest) == piece
    assert recorder.former_files(served.target, "8" * 64) == b""


def test_which_updates_no_decision_allows(served: Daemon) -> None:
    updates = [["refs/heads/main", "0" * 40, "1" * 40], [{"b64": "/w=="}, "2" * 40, "3" * 40]]
    decided = [{"ref": ref, "alias": ref, "old": old, "new": new, "ancestry": "ff"} for ref, old, new in updates]
    for outcome, session in (("allowed", "push-1"), ("denied", "push-2")):
        said = {"class": "decision.receive", "outcome": outcome}
        served.record(event(event=said, session={"id": session}, updates=decided, update_count=2))
    other = ["refs/heads/other", "0" * 40, "1" * 40]

    def ask(session: bytes) -> list[int]:
        return client.ask(str(served.socket), "unallowed", session, canonical([updates[0], other, updates[1]]))

    assert [ask(session) for session in (b"push-1", b"push-2", b"push", b"")] == [[1], [0, 1, 2], [0, 1, 2], [0, 1, 2]]


def test_personal_values_stand_beside_the_segment(served: Daemon) -> None:
    given = event()
    personal = b'{"id":"%s","values":[["actor.display","00","Ann"]]}' % json.loads(given)["id"].encode()
    served.record(given, personal=personal)
    assert personal in (served.log / "personal" / f"{0:020}.values").read_bytes().split(b"\n")


def test_a_checkpoint_follows_within_a_second(served: Daemon) -> None:
    seq = served.record()
    deadline = time.monotonic() + 10
    while checkpoints.newest(str(served.log)).size <= seq:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_thirty_two_writers_at_once(served: Daemon) -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from gitward.audit import recorder; from gitward.audit.log import Item\n"
        "children = []\n"
        "for writer in range(32):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        code = 1\n"
        "        try:\n"
        "            for number in range(8):\n"
        "                event = sys.argv[3].encode() % (100 * writer + number)\n"
        "                recorder.record(sys.argv[2], Item(event=event))\n"
        "            code = 0\n"
        "        finally: os._exit(code)\n"
        "    children.append(child)\n"
        "sys.exit(any(os.waitpid(child, 0)[1] for child in children))"
    )
    given = event(id="%026d").decode()
    done = subprocess.run([sys.executable, "-I", "-c", code, str(SRC), served.target, given], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert {f"{100 * writer + number:026}" for writer in range(32) for number in range(8)} <= served.ids().keys()
    assert chain_faults(served.log) == []


def test_a_hung_daemon_is_undecided_in_time(served: Daemon) -> None:
    said: list[str] = []
    served.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(Undecided) as raised:
            client.ask(str(served.socket), "record", event(), b"", patience=Patience(seconds=0.3, tell=said.append))
        assert said == []
        assert (raised.value.reason, raised.value.exit_code) == ("log-unavailable", 3)
        assert str(served.folder) not in f"{raised.value.message}{raised.value.fix}"
    finally:
        served.process.send_signal(signal.SIGCONT)
    served.record()


def test_a_hangup_is_nothing_to_it(served: Daemon) -> None:
    served.process.send_signal(signal.SIGHUP)
    served.record()


def test_a_second_daemon_is_refused(served: Daemon) -> None:
    done = subprocess.run(served.command(), capture_output=True, text=True, timeout=20)
    assert (done.returncode, "another gitward audit serve runs on" in done.stderr) == (3, True)
    copy = served.folder / "copy"
    shutil.copytree(served.log, copy)
    for directory, says in ((copy, "is the copy of a log"), (served.folder, "holds no log")):
        with pytest.raises(GitwardError, match=says):
            audit_serve._own(str(directory))
    taken, file = (served.socket, "a process listens on"), (served.log / "log.json", "is no socket")
    for path, says in (taken, file, ("x" * 107, "too long")):
        with pytest.raises(GitwardError, match=says):
            listening.listen(str(path), 0o600)
    with pytest.raises(GitwardError, match="no such group"):
        listening.listen(str(served.folder / "other"), 0o600, "no-such-group")
    assert sorted(path.name for path in served.folder.iterdir()) == ["copy", "log", "socket"]
    assert [path.name for path in served.socket.parent.iterdir()] == ["log.sock"]
    served.record()
