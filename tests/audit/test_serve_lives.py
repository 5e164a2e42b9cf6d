"""The log's daemon ends, is killed, meets a full disk, and goes on: what it acknowledged is there, and the chain is whole."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitward.audit import checkpoints
from gitward.audit.daemon.scribe import Scribe
from gitward.audit.log import Item
from gitward.errors import Undecided
from logdaemons import SRC, Daemon, Writers, chain_faults, daemon, event
from servers import need
from soaking import FACTOR


def test_it_ends_and_starts_again_and_nothing_is_lost() -> None:
    """Killed at any moment under 16 writers: what was acknowledged is there, the chain is whole, the next one goes on."""
    chance = random.Random(5)
    with daemon(is_started=False) as served:
        acknowledged: dict[str, int] = {}
        for number in [signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGKILL] * FACTOR:
            served.start("--mode", "0600")
            with Writers(served.target, 16) as writers:
                patience = time.monotonic() + 20
                while len(writers.acknowledged) < 2 and time.monotonic() < patience:
                    time.sleep(0.01)
                time.sleep(chance.random() * 0.25)
                assert served.end(number) == (0 if number == signal.SIGTERM else -number)
            assert set(writers.reasons) == {"log-unavailable"}
            assert served.socket.exists() is (number == signal.SIGKILL)
            acknowledged.update(writers.acknowledged)
            there = served.ids()
            assert {name: there.get(name) for name in acknowledged} == acknowledged
        served.start("--checkpoint-every", "0")
        seq = served.record()
        assert checkpoints.newest(str(served.log)).size == seq + 1
        assert chain_faults(served.log) == []
        assert len(acknowledged) > 4


def test_killed_between_sync_and_answer_the_client_denies_and_the_entry_stays() -> None:
    dies = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from gitward.audit.daemon import loop\n"
        "loop.Loop._answer = lambda *_: os.kill(os.getpid(), 9)\n"
        "from gitward.__main__ import main; del sys.argv[:1]; sys.exit(main())"
    )
    with daemon(is_started=False) as served:
        served.start(command=[sys.executable, "-I", "-c", dies, str(SRC), *served.command()[4:]])
        given = event()
        with pytest.raises(Undecided) as raised:
            served.record(given)
        assert raised.value.reason == "log-unavailable"
        assert served.process.wait(timeout=20) == -signal.SIGKILL
        assert json.loads(given)["id"] in served.ids()
        served.start()
        served.record()
        assert chain_faults(served.log) == []


def test_a_full_disk_denies_until_there_is_room() -> None:
    unshare = need("unshare", "util-linux")
    with daemon(is_started=False) as served:
        mount = f"mount -t tmpfs -o size=256k tmpfs {served.log} && mkdir {served.log}/log"
        command = [each if each != str(served.log) else f"{served.log}/log" for each in served.command()]
        init = [*command[:4], "audit", "init", "--log", f"{served.log}/log"]
        script = f'{mount} && {" ".join(init[:3])} "$0" {" ".join(init[4:])} >/dev/null && exec "$@"'
        start = [unshare, "-m" if os.geteuid() == 0 else "-Urm"]
        if subprocess.run([*start, "true"], capture_output=True).returncode:
            pytest.skip("the kernel lets this user mount nothing")
        served.start(command=[*start, "sh", "-c", script, command[3], *command])
        inside = Path(f"/proc/{served.process.pid}/root{served.log}/log")
        served.record()
        said = [_refused(served, event(text="x" * 60_000)) for _ in range(8)]
        assert said[0] == ("", "")
        assert ("log-unavailable", "the decision could not be recorded: No space left on device") in said
        shutil.rmtree(inside / "torn", ignore_errors=True)
        subprocess.run([need("nsenter", "util-linux"), "-m", "-t", str(served.process.pid), "mount", "-o", "remount,size=4m",
                        str(served.log)], check=True)  # fmt: skip
        served.record()
        assert chain_faults(inside) == []


def _refused(served: Daemon, given: bytes) -> tuple[str, str]:
    try:
        served.record(given)
    except Undecided as problem:
        return problem.reason, problem.message
    return "", ""


def test_a_heartbeat_is_recorded_and_signed_when_it_is_due() -> None:
    with daemon(is_started=False) as served:
        said: list[str] = []
        scribe = Scribe(str(served.log), tell=said.append)
        for _ in range(2):
            assert 3_500 < scribe.keep_time() <= 3_600
            assert 3_500 < scribe.keep_time() <= 3_600
            scribe._heartbeat_due = 0.0  # an hour later
        classes = [json.loads(line)["event"]["event"]["class"] for line in served.lines()]
        assert classes == ["log.started", "log.heartbeat", "log.heartbeat"]
        assert checkpoints.newest(str(served.log)).size == 3
        (served.log / "signing.key").unlink()
        assert isinstance(scribe.append([Item(event=event())])[0], int)
        scribe.sign()
        assert "no checkpoint" in said[0]
        shutil.rmtree(served.log)
        scribe.append([Item(event=event())])
        scribe._heartbeat_due = 0.0
        assert scribe.keep_time() <= 5
        assert any("no heartbeat" in line for line in said)
