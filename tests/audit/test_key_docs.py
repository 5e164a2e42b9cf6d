"""The page about keys, witnesses and the heartbeat: its commands run, its settings load, its table of keys is what is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from gitward.audit import checkpoints, folder, signingkey
from gitward.audit.witness.settings import Settings
from gitward.policy.load import load_record

PAGE = (Path(__file__).parents[2] / "docs/audit.md").read_text()


def section(name: str) -> str:
    return PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def test_the_commands_about_keys_run(launcher: Path, tmp_path: Path) -> None:
    """Recovery key, log, rotation, recovery: in that order, as they stand."""
    rotate, make, recover = re.findall(r"(?ms)^```sh\n(.*?)^```", section("Keys"))
    (witness,) = re.findall(r"(?ms)^```sh\n(.*?)^```", section("Witnesses"))
    script = f"set -eu\n{make}{rotate}{recover}{witness}"
    script = script.replace("/var/lib/gitward", f"{tmp_path}/log").replace("/media/safe", str(tmp_path)).replace(
        "gitward audit", f"{launcher} audit")  # fmt: skip
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1), done.stderr
    assert done.stderr.startswith("signed by example.com/recovery+")
    history = signingkey.history(str(tmp_path / "log"))
    assert [bool(history.signers(size)) for size in range(6)] == [True, True, True, False, True, True]
    newest = checkpoints.newest(str(tmp_path / "log"))
    assert newest.size == 4
    assert folder.about(str(tmp_path / "log")).recovery == (tmp_path / "recovery.pub").read_text().strip()


def test_the_settings_load() -> None:
    (text,) = re.findall(r"(?ms)^```yaml\n(.*?)^```", section("Witnesses"))
    settings = load_record(Settings, text.encode(), "settings.yaml")
    assert [each.kind for each in settings.witnesses] == ["cosigner", "git", "timestamp"]
    assert (settings.quorum, settings.timeout, settings.needed) == (2, Settings.__defaults__["timeout"], 2)


COMMANDS = {
    command
    for name in ("Keys", "Witnesses", "Heartbeat")
    for command in re.findall(r"gitward (audit [a-z]+(?: serve)?)", section(name))
} | {"audit witness"}


@pytest.mark.parametrize("command", sorted(COMMANDS - {"audit serve"}))
def test_every_command_is_there_and_explains_itself(command: str) -> None:
    import click

    from gitward.cli.audit import audit

    found: click.Command = audit
    for word in command.split()[1:]:
        found = found.get_command(click.Context(found), word)
        assert found, command
    help_text = found.get_help(click.Context(found))
    assert "example" in help_text
    assert "exit codes: " in help_text or isinstance(found, click.Group)
