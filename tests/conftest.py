"""Real repositories in `tmp_path`, real git, and gitward as a separate process, without this machine's configuration.

`GITWARD_SRC` names another copy of `src` (a mutated one, for instance); gitward and its hooks come from there.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import Phase, settings

from forked import Started
from launching import LAUNCHER, SRC
from soaking import FACTOR, examples

# A busy machine is not a slow program. In CI each run tries the same examples: new ones are for the developer and the soak.
settings.register_profile("suite", max_examples=40, deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("suite")
if FACTOR > 1:
    settings.register_profile("soak", max_examples=examples(100), deadline=None)
    settings.load_profile("soak")
if "GITWARD_SRC" in os.environ:  # a mutant: that the guard fails is all there is to find out, and it is found each time
    settings.register_profile("mutant", phases=[Phase.explicit, Phase.generate], derandomize=True)
    settings.load_profile("mutant")

FIRST = {"test_same_judgement.py", "test_readme.py", "test_pre_commit_framework.py"}
CONFIG = """\
[init]
	defaultBranch = main
[protocol "file"]
	allow = always
[maintenance]
	auto = false
"""
"""Of the developer. A repository of a test does not live to be tidied; git would start a process after each commit to see."""
Done = subprocess.CompletedProcess[str]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Ten thousand tests are collected, and all of them stay: looking for garbage among them, then and later, takes seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The modules with tests of half a minute and more come first: at the end of a run no worker waits for one of another."""
    items.sort(key=lambda item: item.path.name not in FIRST)


class Run(Protocol):
    def __call__(
        self, *args: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
    ) -> Done: ...


class Git(Protocol):
    def __call__(
        self, *args: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = "",
        ok: bool = True,
    ) -> Done: ...  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HOME; nothing of this machine's git configuration or of this terminal reaches a test."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_", "PYTHON", "GITHUB_", "GITLAB_", "BITBUCKET_", "CI_")) or name == "NO_COLOR":
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    settings = {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_EDITOR": ":",
        "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    (folder / ".gitconfig").write_text(CONFIG)
    return folder


@pytest.fixture
def launcher(tmp_path: Path, home: Path) -> Path:
    """The `gitward` that hooks of a test run."""
    path = tmp_path / "bin" / "gitward"
    path.parent.mkdir()
    path.write_text(LAUNCHER)
    path.chmod(0o755)
    return path


@pytest.fixture
def forked_hooks(launcher: Path, started: Started | None) -> None:
    """Hooks are forked from a started gitward: where neither their start nor the processes above them are what is tested."""
    if started:
        launcher.write_text(started.knocking(LAUNCHER))


def _run(command: list[str], cwd: Path, env: dict[str, str] | None, stdin: str) -> Done:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **(env or {})}, input=stdin, capture_output=True,
        encoding="utf-8", errors="surrogateescape", timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def started() -> Iterator[Started | None]:
    """gitward with its modules in memory; none of a mutant, which ends before that would pay."""
    if "GITWARD_SRC" in os.environ:
        yield None
        return
    process = Started(SRC)
    yield process
    process.end()


@pytest.fixture
def gitward(launcher: Path, tmp_path: Path, started: Started | None) -> Run:
    """Runs the command line as an installed one runs, in a process of its own; gives how it ended, whatever its exit code."""

    def run(*args: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = "") -> Done:
        words, environment = [str(launcher), *map(str, args)], {**os.environ, **(env or {})}
        if started and started.takes(environment):
            return started.run(words, cwd or tmp_path, environment, stdin, timeout=120)
        return _run([sys.executable, "-I", *words], cwd or tmp_path, env, stdin)

    return run


@pytest.fixture
def git(tmp_path: Path, home: Path) -> Git:
    """Runs git; unless `ok=False` its failure fails the test, with what it said."""

    def run(
        *args: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = "", ok: bool = True
    ) -> Done:
        command = ["git", *map(str, args)]
        done = _run(command, cwd or tmp_path, env, stdin)
        assert not ok or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    return run


@pytest.fixture
def repo(tmp_path: Path, git: Git) -> Path:
    """A work tree on an unborn `main`."""
    path = tmp_path / "work"
    git("init", "-q", path)
    return path


@pytest.fixture
def bare(tmp_path: Path, git: Git) -> Path:
    """An empty bare repository, as a server has it."""
    path = tmp_path / "server.git"
    git("init", "-q", "--bare", path)
    return path
