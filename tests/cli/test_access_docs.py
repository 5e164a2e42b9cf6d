"""docs/access.md: its second policy loads, and the commands of its pages on asking and changing run as they stand there."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from gitward.cli import main

sys.path.insert(0, str(Path(__file__).parent.parent / "audit"))
from indexed import add, event, made, update

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")
FIRST, PROTECTED = re.findall(r"^```yaml\n(version: 1\n.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
GROUPS = ("developers", "policy-admins", "reviewers", "auditors")


def commands() -> list[list[str]]:
    """Of the `sh` blocks, those of gitward that need no server and no directory."""
    text = "".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)).replace("\\\n", "")
    found = [shlex.split(line, comments=True) for line in text.splitlines() if line.startswith("gitward ")]
    return [words for words in found if words[1:3] != ["access", "sync"]]


def test_every_command_runs(
    repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo / "gitward").mkdir()
    (repo / "gitward" / "principals.yaml").write_text("{ann: {}, bob: {}, carol: {}}\n")
    (repo / "gitward" / "groups.yaml").write_text("".join(f"{name}: {{members: [ann, carol]}}\n" for name in GROUPS))
    for revision in (41, 42):
        (repo / ".gitward.yaml").write_text(PROTECTED.replace("revision: 42", f"revision: {revision}"))
        git("add", "-A", cwd=repo)
        git("commit", "-q", "-m", f"revision {revision}", cwd=repo)
    git("tag", "audit-2026", "HEAD~1", cwd=repo)
    (tmp_path / "org.yaml").write_text(FIRST)
    add(made(tmp_path / "log"), event(policies=[{"id": "payments"}], updates=[update()]))
    monkeypatch.chdir(repo)
    ran = commands()
    assert len(ran) >= 9
    for words in ran:
        moved = [word.replace("/etc/gitward", str(tmp_path)).replace("/var/lib/gitward", str(tmp_path / "log")) for word in words]
        monkeypatch.setattr(sys, "argv", moved)
        code = main.main()
        said, error = capsys.readouterr()
        assert (code in (0, 1), error) == (True, ""), f"{shlex.join(words)}\n{said}{error}"
