"""Every command explains itself: what it does, examples that name it, exit codes."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from gitward.cli.main import gitward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Run

OWN_WORDS = ("hook", "access shell", "access keys")  # run by programs, and read without click


def commands(group: click.Group, above: str = "") -> Iterator[str]:
    for name in group.list_commands(click.Context(group)):
        found = group.get_command(click.Context(group), name)
        path = f"{above} {name}".strip()
        yield path
        if isinstance(found, click.Group):
            yield from commands(found, path)


EVERY = tuple(commands(gitward))
GROUPS = ("policy", "keys", "audit", "access", "report", "statement")


@pytest.mark.parametrize("command", [name for name in EVERY if name not in (*OWN_WORDS, *GROUPS, "audit witness")])
def test_help(command: str) -> None:
    done = CliRunner().invoke(gitward, [*command.split(" "), "--help"], prog_name="gitward")
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: gitward {command} ")
    assert f"gitward {command}" in done.output.partition("example")[2]
    assert "exit codes: " in done.output


@pytest.mark.parametrize("command", ["", *GROUPS])
def test_a_listing_is_whole(command: str) -> None:
    """Each command with all that its first sentence says, however narrow the terminal."""
    words = command.split()
    done = CliRunner().invoke(gitward, [*words, "--help"], prog_name="gitward", terminal_width=60)
    listing = done.output.partition("Commands:")[2].partition("exit codes")[0]
    assert [line for line in listing.splitlines() if line.endswith("...")] == []
    inside = [name for name in EVERY if name.split()[:-1] == words]
    assert [line.split()[0] for line in listing.splitlines() if line[:3].strip() and line[2:3] != " "] == [
        name.split()[-1] for name in inside
    ]


@pytest.mark.parametrize("command", OWN_WORDS)
def test_what_programs_run_explains_itself_too(gitward: Run, command: str) -> None:
    done = gitward(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: gitward {command} ")
