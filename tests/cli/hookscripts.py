"""Hooks of others, pictures of folders, and the policy that these tests judge by."""

from __future__ import annotations

import os
import stat
from pathlib import Path

POLICY = "version: 1\npolicy: {id: test, revision: 3}\nrules:\n  - {rule: subject-length, min: 5, max: 40}\n"
TOO_LONG = "x" * 41


def script(path: Path, *lines: str, interpreter: str = "/bin/sh", mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([f"#!{interpreter}", *lines, ""]))
    path.chmod(mode)
    return path


def picture(folder: Path) -> dict[str, tuple[int, bytes | str]]:
    """Every file with mode and content, every link with its target."""
    return {
        str(path.relative_to(folder)): (
            (0, os.readlink(path)) if path.is_symlink() else (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        )
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def not_ok(text: str) -> list[str]:
    """The lines of `gitward doctor` that are not ok."""
    return [line for line in text.splitlines() if not line.startswith("ok ")]
