"""A command as a look-up: one word in time, in a process group that is gone afterwards."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from test_lookup_trackers import ask

from trackers import settings


def command(folder: Path, script: str, **more: object) -> Path:
    """The settings of a look-up by a command with this script."""
    path = folder / "ticket-state"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return settings(folder, kind="command", command=[str(path), "--flag"], timeout=1, **more)


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_the_ticket_comes_on_stdin_and_the_state_goes_out(tmp_path: Path) -> None:
    path = command(tmp_path, 'read -r ticket; case "$ticket" in *-1) echo open;; *-2) echo closed;; *-3) echo absent;; '
                             'X-*) echo moved;; *) echo "$1,$#";; esac')  # fmt: skip
    states, (detail,) = ask(path, "PROJ-1", "PROJ-2", "PROJ-3", "X-4", "PROJ-5")
    assert states == ["open", "closed", "absent", "moved", "outage"]
    assert detail == "look-up it: answers none of open, closed, absent, moved"


def test_a_ticket_is_never_an_option_nor_a_line_more(tmp_path: Path) -> None:
    path = command(tmp_path, f"cat >>{tmp_path}/got; echo open")
    hostile = ["--help", "$(touch /x)", "; id", "`id`", "a b"]
    assert ask(path, *hostile) == (["open"] * 5, [])
    assert sorted((tmp_path / "got").read_text().splitlines()) == sorted(hostile)
    assert ask(path, "P-1\nP-2", "P-1\0", "\x1b[2J", "x" * 201, "\udc80") == (["absent"] * 5, [])


def test_nothing_of_the_environment_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_PUSH_OPTION_0", "x")
    monkeypatch.setenv("LD_PRELOAD", "")
    path = command(tmp_path, f"env >{tmp_path}/env; pwd >>{tmp_path}/env; echo open")
    assert ask(path, "PROJ-1") == (["open"], [])
    names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "LC_ALL", "/"}


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo open; exit 3", "ends with status 3"),
        ("echo OPEN", "answers none of"),
        ("exit 0", "answers none of"),
        ("echo open now", "answers none of"),
        ("printf '\\377\\377\\n'", "answers none of"),
        ("yes | tr -d '\\n'", "answers at length"),
        ("kill -9 $$", "ends with status 9"),
    ],
)
def test_what_is_no_answer(tmp_path: Path, script: str, says: str) -> None:
    states, (detail,) = ask(command(tmp_path, script), "PROJ-1")
    assert states == ["outage"]
    assert says in detail


@pytest.mark.parametrize(
    "script",
    [
        "sleep 60",
        "sleep 60 & echo $! >{0}/pid; wait",
        "echo open; sleep 60",
        "sleep 60 & echo $! >{0}/pid; (trap '' TERM INT HUP; sleep 60) & echo open; wait",
    ],
)
def test_what_hangs_is_killed_with_all_that_it_started(tmp_path: Path, script: str) -> None:
    path = command(tmp_path, f"echo $$ >{tmp_path}/own\n" + script.format(tmp_path))
    start = time.monotonic()
    assert ask(path, "PROJ-1") == (["outage"], ["look-up it: does not answer in time"])
    assert 0.9 < time.monotonic() - start < 20  # of the 60 s that it would hang
    time.sleep(0.2)
    pids = [int(file.read_text()) for file in (tmp_path / "own", tmp_path / "pid") if file.exists()]
    assert [pid for pid in pids if is_alive(pid)] == []


def test_what_it_leaves_behind_is_killed_and_not_waited_for(tmp_path: Path) -> None:
    path = command(tmp_path, f"sleep 60 & echo $! >{tmp_path}/pid; echo open")
    start = time.monotonic()
    assert ask(path, "PROJ-1") == (["open"], [])
    assert time.monotonic() - start < 0.9
    time.sleep(0.2)
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_one_that_leaves_its_group_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = command(tmp_path, f"setsid sleep 3 & echo $! >{tmp_path}/pid")
    start = time.monotonic()
    states, _ = ask(path, "PROJ-1")
    assert states == ["outage"]
    assert time.monotonic() - start < 2.5


def test_one_that_others_could_have_written_is_not_run(tmp_path: Path) -> None:
    path = command(tmp_path, f"touch {tmp_path}/ran; echo open")
    (tmp_path / "ticket-state").chmod(0o775)
    states, (detail,) = ask(path, "PROJ-1")
    assert states == ["unusable"]
    assert "ticket-state can be written by others" in detail
    assert not (tmp_path / "ran").exists()


def test_one_that_cannot_be_started(tmp_path: Path) -> None:
    path = command(tmp_path, "echo open")
    (tmp_path / "ticket-state").chmod(0o644)
    assert ask(path, "PROJ-1") == (["outage"], ["look-up it: cannot be started: Permission denied"])
    os.unlink(tmp_path / "ticket-state")
    states, (detail,) = ask(path, "PROJ-1")
    assert states == ["unusable"]
    assert "cannot be read" in detail
