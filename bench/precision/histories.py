"""Commits of real histories, for the figures of bench/precision.md: the same ones for the same history and seed."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from gitward.gitobject import parse_commit
from gitward.model import Commit, Oid

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
}


def git(repository: Path, *words: str, stdin: bytes = b"") -> bytes:
    """What a git command prints. Raises CalledProcessError where it fails."""
    command = ["git", "--git-dir", str(git_dir(repository)), *words]
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, env=ENVIRONMENT, check=True).stdout


def git_dir(repository: Path) -> Path:
    return repository / ".git" if (repository / ".git").is_dir() else repository


def oids(repository: Path, *options: str) -> list[str]:
    """The commits that HEAD reaches, in the order of their oids, which no walk changes."""
    return sorted(git(repository, "rev-list", *options, "HEAD").decode().split())


def sample(among: list[str], count: int, seed: int) -> list[str]:
    return random.Random(seed).sample(among, min(count, len(among)))


def commits(repository: Path, wanted: list[str]) -> Iterator[Commit]:
    """These commits, as gitward reads them."""
    data = git(repository, "cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode())
    at = 0
    for oid in wanted:
        end = data.index(b"\n", at)
        size = int(data[at:end].split()[2])
        yield parse_commit(Oid(oid), data[end + 1 : end + 1 + size])
        at = end + size + 2


def head(repository: Path) -> str:
    return git(repository, "rev-parse", "HEAD").decode().strip()[:12]


def name(repository: Path) -> str:
    """What a history is called in a table: the folder, or the one above a folder that is called `repo`."""
    folder = repository.resolve()
    return folder.parent.name if folder.name in ("repo", ".git") else folder.name
