"""docs/access.md, Over ssh: its options and reasons are the program's. Its examples of sshd's files run in test_sshd.py."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from gitward.cli import access_keys, access_shell
from gitward.shell.command import LONGEST
from launching import LAUNCHER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

SECTION = (Path(__file__).parents[2] / "docs" / "access.md").read_text().split("\n## Over ssh\n")[1].split("\n## ")[0]
BLOCKS = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
POLICY = """\
version: 1
policy: {id: org}
principals: {ann: {}, bob: {roles: [reviewer]}}
access: [{who: [ann, bob], may: [read, update]}]
rules: [{rule: approval, refs: [refs/heads/main]}]
"""
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


def test_a_server_is_set_up_by_these_lines(tmp_path: Path, repo: Path, git: Git) -> None:
    """As the user who runs the tests, below a folder of ours, by this gitward: then doctor has nothing to say."""
    (tmp_path / "org.yaml").write_text(POLICY)
    (tmp_path / "gitward").write_text(LAUNCHER)
    git("commit", "-q", "--allow-empty", "-m", "first", cwd=repo)
    head = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    made_by_root = ("python3 -m venv", "/opt/gitward/bin/pip", "useradd")
    lines = [line for line in BLOCKS[0].splitlines() if not line.startswith(made_by_root)]
    assert len(BLOCKS[0].splitlines()) - len(lines) == 3
    script = "\n".join((*lines, BLOCKS[1]))
    for said, meant in (
        ("runuser -u git -- ", ""), (" -o git -g git", ""), ("/srv/git", str(tmp_path / "git")),
        ("/var/lib/gitward", str(tmp_path / "log")), ("/etc/gitward", str(tmp_path)),
        ("/opt/gitward/bin/gitward", f"{sys.executable} -I {tmp_path}/gitward"), ("https://old.example.com/shop.git", str(repo)),
    ):  # fmt: skip
        assert said in script
        script = script.replace(said, meant)
    done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith(("warn", "fail", "unknown"))] == []
    assert "ok   actor: ssh-command" in done.stdout
    found = subprocess.run(["git", "-C", tmp_path / "git/shop.git", "rev-parse", "main"], capture_output=True, text=True).stdout
    assert found.strip() == head
