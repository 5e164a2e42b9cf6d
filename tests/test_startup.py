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
