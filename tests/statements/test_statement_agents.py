"""Agents that are dead, empty, locked, or never answer while a statement is signed: why, what to do, and nothing half kept."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from saying import URL, Keys, payload, repository

from gitward.adapters import waiving
from gitward.errors import GitwardError
from gitward.statements import keeping, signing
from servers import need
from soaking import long


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return repository(tmp_path / "clone")


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent that holds no key."""
    said = subprocess.run(["ssh-agent", "-c"], capture_output=True, text=True, check=True).stdout
    path, pid = (line.split()[2].rstrip(";") for line in said.splitlines()[:2])
    monkeypatch.setenv("SSH_AUTH_SOCK", path)
    yield
    os.kill(int(pid), signal.SIGTERM)


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent that takes a question and never answers."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "silent"))
        listening.listen(5)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "silent"))
        yield


def refused(clone: Path, key: str) -> tuple[str, str]:
    with pytest.raises(GitwardError) as problem:
        signing.signed(payload(), str(clone), key)
    return problem.value.message, problem.value.fix


def test_no_agent(clone: Path, people: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nowhere/agent")
    message, fix = refused(clone, f"key::{people.public('ann')}")
    assert message == "ssh-keygen could not sign: Couldn't get agent socket"
    assert "ssh-agent" in fix


@pytest.mark.usefixtures("agent")
def test_an_agent_without_the_key(clone: Path, people: Keys) -> None:
    message, fix = refused(clone, f"key::{people.public('ann')}")
    assert "Couldn't find key in agent" in message
    assert "ssh-add FILE" in fix


@pytest.mark.usefixtures("silent")
def test_an_agent_that_never_answers(clone: Path, people: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said what is waited for, and there is an end to it."""
    monkeypatch.setattr(signing, "_SECONDS", 0.4)
    monkeypatch.setattr(signing, "_PATIENCE", 0.1)
    told: list[str] = []
    at = keeping.Place(folder=str(clone), oid_length=40, url=URL, key=f"key::{people.public('ann')}", notice=told.append)
    with pytest.raises(GitwardError, match=r"ssh-keygen took more than 0\.4 s: its agent or token does not answer"):
        waiving.close("d" * 64, "looked at", at)
    assert ["waiting for ssh-keygen" in each for each in told] == [True]
    assert not (clone / ".git" / "refs" / "gitward").exists()


@long
@pytest.mark.usefixtures("silent")
def test_ctrl_c_ends_it(clone: Path, people: Keys, launcher: Path, tmp_path: Path) -> None:
    import sys

    words = [sys.executable, "-I", launcher, "waive", "--close", "d" * 64, "--reason", "x", "--repo", clone, "--url", URL]
    with subprocess.Popen([*words, "--key", f"key::{people.public('ann')}"], stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as waiting:  # fmt: skip
        assert waiting.stderr
        assert waiting.stderr.readline().startswith("waiting for ssh-keygen")
        started = time.monotonic()
        os.killpg(waiting.pid, signal.SIGINT)
        assert waiting.wait(20) == 130
    assert time.monotonic() - started < 15
    assert not (clone / ".git" / "refs" / "gitward").exists()


def test_of_several_none_is_kept_before_all_are_signed(clone: Path, people: Keys, tmp_path: Path) -> None:
    """A range of 300 commits is waived by two statements, and the key signs once."""
    once = tmp_path / "once"
    once.write_text(f'#!/bin/sh\n[ -e {tmp_path}/done ] && {{ echo "device not found" >&2; exit 1; }}\n'
                    f'touch {tmp_path}/done\nexec ssh-keygen "$@"\n')  # fmt: skip
    once.chmod(0o755)
    subprocess.run(["git", "-C", clone, "config", "gpg.ssh.program", once], check=True)
    at = keeping.Place(folder=str(clone), oid_length=40, url=URL, key=people.path("ann"))
    asked = waiving.Asked(policy="p", entries=("x",), commits=tuple(f"{number:040x}" for number in range(1, 301)), ref="",
                          reason="x", ticket="", expires=int(time.time()) + 60)  # fmt: skip
    with pytest.raises(GitwardError, match="ssh-keygen could not sign: device not found") as problem:
        waiving.waive(asked, at)
    assert problem.value.fix == "plug the token in, and touch it when it blinks"
    assert not (clone / ".git" / "refs" / "gitward").exists()


@long
def test_gpg_without_its_agent_or_a_pinentry(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("gpg-agent", "gpg-agent")
    home = Path("/tmp") / f"gw-{os.getpid()}"  # a socket's path is short
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    try:
        (home / "gpg-agent.conf").write_text("pinentry-program /nowhere/pinentry\n")
        making = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "x", "--quick-gen-key"]
        subprocess.run([*making, "A <a@example.com>", "rsa2048"], capture_output=True, check=True)
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True)
        message, fix = refused(clone, "a@example.com")
        assert (message, "install pinentry" in fix) == ("gpg could not sign: gpg: signing failed: No pinentry", True)
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True)
        (home / "gpg.conf").write_text("agent-program /nowhere/gpg-agent\n")
        message, fix = refused(clone, "a@example.com")
        assert "could not sign" in message
        assert fix
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False)
        subprocess.run(["rm", "-rf", str(home)], check=True)
