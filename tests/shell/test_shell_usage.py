"""The shell's own command line: an administrator's mistakes, and what a run by hand tells that a client is not told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitward.cli.access_shell import main

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Run


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "exit codes: " in shown
    assert "example" in shown
    assert main([]) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--root", "/srv/git"], ["ann", "bob"], ["ann bob"], ["ann;id"], ["ann\n"], ["-ann"], ["ann", "--rot", "/srv/git"],
        ["ann", "--root"], ["ann", "--root", "git"], ["ann", "--key", "SHA256:x"], ["x" * 129], [""],
    ],
)  # fmt: skip
def test_a_wrong_line_serves_nobody(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    out, error = capsys.readouterr()
    assert (out, error[:9]) == ("", "gitward: ")


def test_what_is_undecided_is_told_to_who_runs_it_by_hand(gitward: Run, tmp_path: Path) -> None:
    asked = {"SSH_ORIGINAL_COMMAND": "git-upload-pack 'shop'"}
    done = gitward("access", "shell", "ann", "--root", tmp_path / "nix", env=asked)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"gitward: undecided: the root {tmp_path}/nix is not there\n  fix: make it")
    asked["SSH_CONNECTION"] = "192.0.2.1 1 192.0.2.2 22"
    done = gitward("access", "shell", "ann", "--root", tmp_path / "nix", env=asked)
    assert done.returncode == 3
    assert str(tmp_path) not in done.stderr
    assert "(no-root)" in done.stderr
    listed = gitward("access", "--help").stdout
    assert "shell" in listed
    assert "keys" in listed


def test_who_asks_for_no_command_is_told_who_they_are(gitward: Run, tmp_path: Path) -> None:
    done = gitward("access", "shell", "ann", "--root", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == "gitward: denied: you are ann; this account has no shell: it serves git alone"
