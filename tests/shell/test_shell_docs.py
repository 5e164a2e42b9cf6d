"""docs/access.md, Over ssh: its options and reasons are the program's. Its examples of sshd's files run in test_sshd.py."""

from __future__ import annotations

import re
from pathlib import Path

from gitward.cli import access_keys, access_shell
from gitward.shell.command import LONGEST

SECTION = (Path(__file__).parents[2] / "docs" / "access.md").read_text().split("\n## Over ssh\n")[1].split("\n## ")[0]
SOURCES = "".join(path.read_text() for path in Path(access_shell.__file__).parents[1].glob("shell/*.py"))


def test_every_option_is_there() -> None:
    assert set(re.findall(r"^\| `(--[a-z]+)` \|", SECTION, re.MULTILINE)) == {*access_shell.OPTIONS, *access_keys.OPTIONS}
    assert f"at most {LONGEST:,} bytes" in SECTION


def test_every_reason_of_a_denial_is_there() -> None:
    reasons = set(re.findall(r'Denied\([^()]*(?:\([^()]*\)[^()]*)*"([a-z]+-[a-z]+)"\s*,?\s*\)', SOURCES))
    reasons |= set(re.findall(r'"([a-z]+-[a-z]+)" if why else "([a-z]+-[a-z]+)"\)', SOURCES)[0])
    assert {"no-command", "no-hook", "no-grant", "unknown-principal"} <= reasons
    listed = SECTION.partition("| `access.refused` |")[2].partition("or why it is undecided")[0]
    assert set(re.findall(r"`([a-z]+-[a-z]+)`", listed)) == reasons
