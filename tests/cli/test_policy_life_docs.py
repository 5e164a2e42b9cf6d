"""docs/policy-life.md: every command in it runs, in its order, and it documents what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from pasts import POLICY, Call, Past, call, past, report

from gitward.life import burndown, whatif_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

__all__ = ["call", "past"]  # fixtures

PAGE = (Path(__file__).parents[2] / "docs" / "policy-life.md").read_text()
SERVER = "/srv/git/payments.git"


def commands() -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def documented(head: str) -> set[str]:
    """The names in the first column of the table below a heading or a line."""
    rows = PAGE.split(head, 1)[1].split("|---|---|\n", 1)[1].split("\n\n", 1)[0].splitlines()
    return {name for row in rows for name in re.findall(r"`(\S+?)`", row.split("|")[1])}


@pytest.fixture
def clone(past: Past, git: Git, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with an old and a new policy, in which the commands are typed."""
    path = past.bare.parent / "payments"
    git("tag", "v1.0", past.one, cwd=past.bare)
    git("clone", "-q", past.bare, path)
    monkeypatch.chdir(path)
    Path(".gitward.yaml").write_text(POLICY)
    Path("new.yaml").write_text(POLICY.replace("since: baseline", "pattern: 'PAY-[0-9]+'"))
    return path


def test_every_command_runs(past: Past, clone: Path, git: Git, call: Call) -> None:
    ran = 0
    for command in commands():
        program, *words = shlex.split(command.replace(SERVER, str(past.bare)))
        if program == "git":
            git(*words, cwd=clone)
        else:
            assert program == "gitward"
            # a day that all commits of this test are older than
            done = call(*(word if word != "2026-01-31" else "2100-01-31" for word in words))
            assert (done.returncode, done.stderr) == (0, ""), command
        ran += 1
    assert ran >= 10


def test_the_tables_are_the_programs(past: Past, clone: Path, call: Call) -> None:
    for columns in (burndown._HEAD, whatif_report._HEAD):
        assert re.search(r" +".join(map(re.escape, columns)), PAGE)
    found = report(call, "policy", "baseline")
    assert set(found) == documented("### `gitward.baseline/1`")
    assert set(found["burn_down"]) == documented("| field of `burn_down` |")
    for name in found["burn_down"]["entries"][0]:
        assert f"`{name}`" in PAGE
    found = report(call, "policy", "what-if", "new.yaml", "--policy", ".gitward.yaml")
    assert set(found) == documented("### `gitward.what-if/1`")
    assert set(found["entries"][0]) == documented("| field of `entries` |")
    (example, *_) = found["newly_denied"]["examples"]
    for name in (*example, *found["entries"][0]["new"], *found["new"]):
        assert f"`{name}`" in PAGE
