"""Every command explains itself: what it does, examples that name it, exit codes."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Run

COMMANDS = (
    "install",
    "doctor",
    "init",
    "explain",
    "waive",
    "policy",
    "policy validate",
    "policy show",
    "policy schema",
    "policy test",
    "policy baseline",
    "policy baseline",
    "policy what-if",
    "policy diff",
    "policy import",
    "policy vendor",
    "completion",
    "audit list",
    "audit show",
    "access check",
    "report access",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help(gitward: Run, command: str) -> None:
    done = gitward(*command.split(" "), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: gitward {command} ")
    _, found, examples = done.stdout.partition("example")
    assert found
    assert f"gitward {command}" in examples or command == "policy schema"
    assert "exit codes: " in done.stdout or command.startswith("policy ")
