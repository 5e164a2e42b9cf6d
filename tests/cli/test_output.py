"""A report that nobody takes: the exit code stays that of the decision, and stderr says what became of the words."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

POLICY = "version: 1\npolicy: {id: demo, revision: 1}\nrules:\n  - {rule: subject-length, refs: [refs/heads/**], max: 10}\n"
MESSAGES = {"short": 0, "much too long for it": 1}


@pytest.fixture
def work(repo: Path) -> Path:
    (repo / ".gitward.yaml").write_text(POLICY)
    return repo


@pytest.fixture
def shell(launcher: Path, work: Path):
    """Run a command line in which `gitward` is ours; gives exit code and stderr."""

    def run(line: str, message: str) -> tuple[int, str]:
        (work / "message").write_text(message)
        script = f"gitward() {{ {shlex.quote(sys.executable)} -I {shlex.quote(str(launcher))} \"$@\"; }}\n{line}"
        done = subprocess.run(["bash", "-c", script], cwd=work, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    return run


COMMANDS = ("gitward hook commit-msg message", "gitward check --message message")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("message", "code"), MESSAGES.items())
@pytest.mark.parametrize("where", [">&-", ">/dev/full", "| true; exit ${PIPESTATUS[0]}"], ids=["closed", "full", "gone"])
def test_stdout_that_takes_nothing(shell, command: str, message: str, code: int, where: str) -> None:
    got, stderr = shell(f"{'(sleep 1; ' if '|' in where else '('}{command}) {where}", message)
    assert got == code
    assert "gitward: the report could not be written" in stderr
    assert "crashed" not in stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("message", "code"), MESSAGES.items())
@pytest.mark.parametrize("where", [">&- 2>&-", ">&- 2>/dev/full", ">/dev/full 2>&-", "<&- >&- 2>&-"])
def test_neither_stdout_nor_stderr(shell, command: str, message: str, code: int, where: str) -> None:
    assert shell(f"{command} {where}", message)[0] == code


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize(("output", "code"), [("none/report", 2), (".", 3), ("/dev/full", 3)])
def test_output_that_cannot_be_written(shell, command: str, message: str, output: str, code: int) -> None:
    words = command.replace("commit-msg ", f"commit-msg --output {output} ").replace("check ", f"check --output {output} ")
    got, stderr = shell(words, message)
    assert got == code
    assert f"gitward: --output {output}: " in stderr
    assert "maintainers" not in stderr


@pytest.mark.parametrize("line", ["check --nonsense 2>/dev/full", "hook none 2>/dev/full", "hook none 2>&-"])
def test_usage_without_stderr(shell, line: str) -> None:
    assert shell(f"gitward {line}", "")[0] == 2


@pytest.mark.parametrize("line", [
    "gitward explain subject-length >/dev/full", "gitward explain subject-length >/dev/full 2>&1",
    "(sleep 0.3; gitward explain subject-length) | true; exit ${PIPESTATUS[0]}",
])  # fmt: skip
def test_another_command_without_stdout(shell, line: str) -> None:
    """No 1, which would be "denied"."""
    assert shell(line, "")[0] == 3


def test_an_option_that_nothing_reads_is_none(shell) -> None:
    code, stderr = shell("gitward hook pre-receive --who ssh", "")
    assert (code, "no such option: --who" in stderr) == (2, True)


def test_a_limit_that_is_no_number(shell) -> None:
    code, stderr = shell("gitward hook pre-receive --limit seconds=\u00b2", "")
    assert code == 2
    assert "--limit seconds=\u00b2: not a budget" in stderr


def test_a_crash_denies_nothing(shell, launcher: Path) -> None:
    """1 would be "denied"."""
    crash = "import gitward.cli.check as c; c._report = lambda *a, **k: 1 / 0"
    launcher.write_text(launcher.read_text().replace("sys.exit", f"{crash}\nsys.exit"))
    code, stderr = shell("gitward check --message message", "short")
    assert code == 3
    assert "ZeroDivisionError" in stderr


@pytest.mark.parametrize("options", [("--output", "none/report"), ("--output", "."), ()])
def test_a_server_hook_keeps_its_decision(gitward, git, repo: Path, bare: Path, launcher: Path, tmp_path: Path, options) -> None:
    """And names no path of the server to the pusher."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    words = shlex.join([sys.executable, "-I", str(launcher), "hook", "pre-receive", "--policy", str(policy), *options])
    for message, code in MESSAGES.items():
        for closed in ("", ">&-", ">/dev/full", ">&- 2>&-"):
            hook.write_text(f"#!/bin/sh\nexec {words} {closed}\n")
            hook.chmod(0o755)
            git("commit", "-q", "--allow-empty", "-m", message, cwd=repo)
            pushed = git("push", bare, "HEAD:refs/heads/main", cwd=repo, ok=False)
            assert pushed.returncode == code, pushed.stderr
            assert "none/report" not in pushed.stderr
            if options and not closed:
                assert "the report file of this server cannot be written" in pushed.stderr
    assert os.path.exists(bare / "refs" / "heads" / "main")
