"""A repository with a past: three branches and a tag, old commits that nobody judged."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pytest

from gitward.cli.main import main

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

POLICY = """\
version: 1
policy: {id: cut-over, revision: 2}
refsets: {protected: [refs/heads/main, refs/heads/release/**]}
rules:
  - {rule: ticket-reference, refs: [protected], since: baseline}
  - {rule: subject-length, min: 4, severity: warning}
  - {rule: no-force-push}
"""
MAIN = "HEAD:refs/heads/main"


class Past:
    """main: one - two - three; topic leaves two, release/1 leaves one; the annotated tag v1 stands on release/1.

    In `bare`, as a server has it; `repo` is the clone it came from.
    """

    def __init__(self, git: Git, repo: Path, bare: Path, oids: dict[str, str] | None = None) -> None:
        self.git, self.repo, self.bare = git, repo, bare
        self.oids = oids or self._made()
        self.one, self.two, self.three, self.topic, self.release = self.oids.values()

    def _made(self) -> dict[str, str]:
        git, repo, bare = self.git, self.repo, self.bare
        oids = {name: self.commit(subject) for name, subject in
                (("one", "one"), ("two", "number two"), ("three", "PROJ-3 three"))}  # fmt: skip
        git("checkout", "-q", "-b", "topic", oids["two"], cwd=repo)
        oids["topic"] = self.commit("on the topic")
        git("checkout", "-q", "-b", "release/1", oids["one"], cwd=repo)
        oids["release"] = self.commit("the release")
        git("tag", "-a", "-m", "v1", "v1", cwd=repo)
        git("tag", "-a", "-m", "no commit", "notes", git("hash-object", "-w", "--stdin", cwd=repo).stdout.strip(), cwd=repo)
        git("checkout", "-q", "main", cwd=repo)
        git("push", "-q", bare, "--all", cwd=repo)
        git("push", "-q", bare, "--tags", cwd=repo)
        return oids

    def commit(self, subject: str) -> str:
        self.git("commit", "-q", "--allow-empty", "-m", subject, cwd=self.repo)
        return self.git("rev-parse", "HEAD", cwd=self.repo).stdout.strip()

    def push(self, what: str = MAIN) -> bool:
        return self.git("push", "-q", self.bare, what, cwd=self.repo, ok=False).returncode == 0

    def parents(self, revision: str = "refs/gitward/baseline") -> set[str]:
        return set(self.git("rev-parse", f"{revision}^@", cwd=self.bare).stdout.split())

    def baseline(self) -> str:
        return self.git("rev-parse", "refs/gitward/baseline", cwd=self.bare).stdout.strip()

    def hook(self) -> list[str]:
        """The baselines that the server's hook names."""
        words = (self.bare / "hooks/pre-receive").read_text().split()
        return [value for name, value in pairwise(words) if name == "--baseline"]


class Call(Protocol):
    def __call__(self, *words: str | Path) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def past(git: Git, repo: Path, bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A copy of the one that the first test made."""
    made = tmp_path_factory.getbasetemp() / "past"
    if not made.exists():
        oids = Past(git, repo, bare).oids
        shutil.copytree(repo, made / "repo")
        shutil.copytree(bare, made / "bare")
        (made / "oids.json").write_text(json.dumps(oids))
    for name, path in (("repo", repo), ("bare", bare)):
        shutil.rmtree(path)
        shutil.copytree(made / name, path)
    return Past(git, repo, bare, json.loads((made / "oids.json").read_text()))


@pytest.fixture
def call(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """`gitward`, in this process: what a separate one does, without the half second that it takes to start."""

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = ["gitward", *map(str, words)]
        monkeypatch.setattr(sys, "argv", command)
        capsys.readouterr()
        code = main()
        said = capsys.readouterr()
        return subprocess.CompletedProcess(command, code, said.out, said.err)

    return run


def report(call: Call, *words: str | Path) -> dict[str, Any]:
    done = call(*words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]
