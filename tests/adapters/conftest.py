"""A project on a forge, and `gitward ci` in a checkout of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from forge import POLICY, Project


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the projects that all others are copies of: one for each object format."""
    return tmp_path_factory.mktemp("first")


@pytest.fixture
def project(git: Any, tmp_path: Path, first: Path) -> Project:
    """main holds the policy and one good commit; `topic` forks off it and has none of its own yet."""
    made, first = Project(git, tmp_path), first / os.environ.get("GIT_DEFAULT_HASH", "sha1")
    if made.is_copied(first):
        return made
    made.begin()
    git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=made.origin)
    made.commit("ACME-1: begin", policy=POLICY)
    made.commit("ACME-2: write a README", readme="hello\n")
    made.push("main")
    made.branch("topic")
    made.copy(first)
    return made


@pytest.fixture
def ci(gitward: Any, tmp_path: Path) -> Any:
    """`gitward ci` in a checkout, with a provider's variables and, for GitHub, its event."""

    def run(*options: str, at: Path, env: dict[str, str], event: Any = None) -> Any:
        variables = dict(env)
        if event is not None:
            path = tmp_path / "event.json"
            path.write_text(event if isinstance(event, str) else json.dumps(event))
            variables["GITHUB_EVENT_PATH"] = str(path)
        return gitward("ci", *options, cwd=at, env=variables)

    return run
