"""The types of the fixtures that open and fill repositories."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from gitward.repository import Repository


class OidOf(Protocol):
    def __call__(self, revision: str, cwd: Path | None = None) -> str: ...


class Open(Protocol):
    def __call__(self, path: Path | str | None = None, *, quarantine: bool = False) -> Repository: ...


class Commit(Protocol):
    def __call__(self, subject: str, *options: str, cwd: Path | None = None, **files: str | None) -> str: ...
