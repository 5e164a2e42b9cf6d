"""What a commit waits for: the modules of the commit-msg hook import nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gitward

HOT = ["record", "errors", "model", "patterns", "message", "gitobject"]
HEAVY = {
    *("dataclasses", "typing", "enum", "inspect", "pathlib", "subprocess", "datetime", "logging", "collections.abc"),
    *("click", "pydantic", "pydantic_core", "annotated_types", "pygit2", "yaml", "gnupg", "cryptography", "wcwidth"),
}


def imported_by(statement: str) -> set[str]:
    """The modules that a statement brings into a fresh interpreter which has found gitward."""
    source = os.path.dirname(os.path.dirname(os.path.abspath(gitward.__file__)))
    code = (
        f"import sys; sys.path.insert(0, {source!r}); before = set(sys.modules); {statement}; "
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("module", HOT)
def test_the_hook_imports_nothing_heavy(module: str) -> None:
    brought = imported_by(f"import gitward.{module}")
    assert f"gitward.{module}" in brought
    # re2 brings collections.abc from Python 3.13 on, at no cost; re brings enum, and json needs re in this hook anyway
    beside = {"patterns": {"collections.abc"}, "gitobject": {"enum"}}
    assert not (brought & HEAVY) - beside.get(module, set())


def test_heavy_modules_would_be_seen() -> None:
    assert {"dataclasses", "enum", "inspect"} <= imported_by("import dataclasses")


def test_parsing_a_message_imports_nothing_more() -> None:
    brought = imported_by("import gitward.message; gitward.message.parse(b's\\n\\nbody\\n\\nKey: v\\n')")
    assert {name for name in brought if not name.startswith("gitward")} == {"__future__"}


MESSAGES = """\
version: 1
policy: {id: shop}
rules:
  - {rule: message-encoding}
  - {rule: subject-length}
  - {rule: subject-style}
  - {rule: body-line-length}
  - {rule: conventional-commit}
  - {rule: ticket-reference, pattern: 'PAY-[1-9][0-9]*'}
  - {rule: no-fixup}
"""
GOOD, BAD = "feat: round refunds\n\nRefs: PAY-12\n", "rounded refunds\n"


def commit_msg(folder: Path, message: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    """The hook as git runs it, with each import on stderr. The policy was compiled by an earlier commit."""
    source = os.path.dirname(os.path.dirname(os.path.abspath(gitward.__file__)))
    subprocess.run(["git", "init", "-q", "--template=", "-b", "main", folder], check=True)
    (folder / ".gitward.yaml").write_text(MESSAGES)
    (folder / "message").write_text(message)
    code = f"import sys; sys.path.insert(0, {source!r}); from gitward.__main__ import main; {before}; sys.exit(main())"
    hook = [sys.executable, "-I", "-X", "importtime", "-c", code, "hook", "commit-msg", "message"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    for _ in range(2):
        run = subprocess.run(hook, cwd=folder, env=environment, capture_output=True, check=False, text=True)
    return run


@pytest.mark.parametrize(("message", "code", "most"), [(GOOD, 0, 63), (BAD, 1, 65)])
def test_how_much_a_commit_message_imports(tmp_path: Path, message: str, code: int, most: int) -> None:
    """Each costs about 0.3 ms on the machine of the README's figures: one more is to be worth it."""
    run = commit_msg(tmp_path, message)
    assert run.returncode == code, run.stderr
    names = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    own = sorted(name for name in names if name.split(".")[0] == "gitward")
    assert len(own) <= most, own
    heavy = HEAVY - {"enum", "collections.abc"} | {"hashlib", "_hashlib", "contextlib", "difflib", "sqlite3", "socket"}
    assert not names & heavy
    assert not [name for name in own if name.startswith(("gitward.statements", "gitward.waivers", "gitward.repository"))]


def test_a_hook_ends_when_all_is_said(tmp_path: Path) -> None:
    """Nothing that Python would do at its end is waited for; what was printed is there, and the exit code."""
    run = commit_msg(tmp_path, BAD, before="import atexit; atexit.register(print, 'taken apart')")
    assert (run.returncode, "taken apart" in run.stdout) == (1, False)
    assert run.stdout.startswith("error[")
    assert "denied refs/heads/main" in run.stdout
    assert "your message is kept" in run.stderr


POLICY = """\
version: 1
policy: {id: shop}
principals:
  carol: {addresses: [carol@example.com]}
waivers:
  - {rules: [subject-length], who: [carol]}
rules:
  - {rule: subject-length, max: 20}
"""


@pytest.mark.parametrize(("subject", "reads"), [("short", False), ("longer than twenty characters", True)])
def test_a_push_reads_statements_only_where_a_waiver_could_help(tmp_path: Path, subject: str, reads: bool) -> None:
    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", tmp_path, *words], capture_output=True, check=True, text=True).stdout.strip()

    subprocess.run(["git", "init", "-q", "--template=", "-b", "main", tmp_path], check=True)
    (tmp_path / ".gitward.yaml").write_text(POLICY)
    person = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    git(*person, "commit", "-q", "--allow-empty", "-m", subject)
    oid = git("rev-parse", "HEAD")
    line = f"refs/heads/main {oid} refs/heads/main {'0' * 40}\n"
    command = [sys.executable, "-X", "importtime", "-m", "gitward", "hook", "pre-push", "origin", "https://git.example.com/shop"]
    run = subprocess.run(command, cwd=tmp_path, input=line, capture_output=True, check=False, text=True)
    assert run.returncode == int(reads), run.stderr
    assert ("gitward.statements" in run.stderr) == reads
    assert ("git fetch origin" in run.stdout) == reads
