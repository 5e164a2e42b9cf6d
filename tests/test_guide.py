"""The guide "from nothing to enforced in a month", typed in from its first line to its last, in real repositories."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from servers import developer

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = (DOCS / "adopting.md").read_text()
BLOCKS = re.findall(r"```(sh|yaml)\n(.*?)```", GUIDE, re.DOTALL)


class User:
    """Somebody with a clone of an old repository, and the administrator of its server."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clone = folder, folder / "clone"
        self.places = {"/srv/git/payments.git": folder / "payments.git", "/var/log/gitward": folder / "log"}
        self.environment = developer(folder)
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{self.environment['PATH']}"
        (folder / "log").mkdir()
        self.clone.mkdir()
        for command in (
            "git init -q --bare -b main ../payments.git",
            "git init -q -b main .",
            "git remote add origin ../payments.git",
            *(f"git commit -q --allow-empty -m 'Change the application, part {number}'" for number in range(5)),
            "git push -q origin main",
        ):
            self.types(command)

    def types(self, command: str) -> subprocess.CompletedProcess[str]:
        for place, ours in self.places.items():
            command = command.replace(place, str(ours))
        return subprocess.run(
            ["sh", "-c", command], cwd=self.clone, env=self.environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int, str]]:
    """What each command of the guide answered: (command, exit code, both outputs)."""
    user = User(tmp_path_factory.mktemp("guide"))
    found = []
    for kind, text in BLOCKS:
        if kind == "yaml":
            name = text.split("\n", 1)[0].removeprefix("# ")
            (user.clone / name).write_text(text)
            continue
        for line in text.splitlines():
            done = user.types(line)
            found.append((line, done.returncode, done.stdout + done.stderr))
    return found


def test_every_command_ends_as_the_guide_says(said: list[tuple[str, int, str]]) -> None:
    assert len(said) > 20
    weaker = "policy diff"  # 1: something got weaker, which the guide shows on purpose
    wrong = [each for each in said if each[1] not in ((1,) if "# denied" in each[0] else (0, 1) if weaker in each[0] else (0,))]
    assert [each for each in wrong if "doctor" not in each[0]] == []
    assert not any("Traceback" in each[2] for each in said)


def answers(said: list[tuple[str, int, str]], command: str) -> list[str]:
    return [output for line, _, output in said if command in line]


def test_each_step_does_what_it_says(said: list[tuple[str, int, str]]) -> None:
    pushes = answers(said, "git push")
    assert "evaluate" not in pushes[0], "there is no hook yet"
    assert re.search(r"ticket-reference\s.* 5 ", answers(said, "what-if")[0]), "the old commits are found"
    assert re.search(r"ticket-reference.* 5 ", answers(said, "baseline --repo")[1])
    diffs = answers(said, "policy diff")
    assert re.search(r"stricter +\[policy\] mode: evaluate -> enforce", diffs[0])
    assert re.search(r"stricter +\[ticket-reference\] severity: warning -> error", diffs[1])
    assert "no ticket in the subject or the trailers" in pushes[-1]
    assert "see the change handbook, chapter 3" in pushes[-1]


def test_the_table_of_packs_is_that_of_the_packs() -> None:
    import yaml

    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| ([^|]+) \|$", (DOCS / "packs.md").read_text(), re.MULTILINE)
    packs = {}
    for path in (DOCS.parent / "src/gitward/policy/packs").glob("*.yaml"):
        data = yaml.safe_load(path.read_text())
        own = [entry.get("id") or entry["rule"] for entry in data["rules"]]
        packs[path.stem] = (["those of minimal"] if data.get("extends") else []) + own
    assert {name: entries.split(", ") for name, entries in rows} == packs
