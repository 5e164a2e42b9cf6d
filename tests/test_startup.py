"""What a commit waits for: the modules of the commit-msg hook import nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys

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
