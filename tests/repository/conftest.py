"""Every test here runs three times: through libgit2, through git's plumbing, and on a SHA-256 repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from making import Commit, OidOf, Open

from gitward.repository import Repository, open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git


@pytest.fixture(params=["libgit2", "plumbing", "sha256"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def object_format(kind: str) -> str:
    return "sha256" if kind == "sha256" else "sha1"


@pytest.fixture
def repo(tmp_path: Path, git: Git, object_format: str) -> Path:
    path = tmp_path / "work"
    git("init", "-q", f"--object-format={object_format}", path)
    return path


@pytest.fixture
def bare(tmp_path: Path, git: Git, object_format: str) -> Path:
    path = tmp_path / "server.git"
    git("init", "-q", "--bare", f"--object-format={object_format}", path)
    return path


@pytest.fixture
def opened(repo: Path, kind: str) -> Iterator[Open]:
    """Opens `repo` or another repository by the reader of this run, and closes it after the test."""
    repositories: list[Repository] = []

    def open_it(path: Path | str | None = None, *, quarantine: bool = False) -> Repository:
        reader = "libgit2" if kind == "libgit2" else "plumbing"
        repositories.append(open_repository(str(path or repo), quarantine=quarantine, reader=reader))  # type: ignore[arg-type]
        return repositories[-1]

    yield open_it
    for repository in repositories:
        repository.close()


@pytest.fixture
def commit(repo: Path, git: Git) -> Commit:
    """Makes a commit, of the files given (None deletes one; `_` in a name stands for `/`), and gives its oid."""

    def make(subject: str, *options: str, cwd: Path | None = None, **files: str | None) -> str:
        where = cwd or repo
        for name, text in files.items():
            path = where / name.replace("_", "/")
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        git("add", "-A", cwd=where)
        git("commit", "-q", "--allow-empty", "-m", subject, *options, cwd=where)
        return git("rev-parse", "HEAD", cwd=where).stdout.strip()

    return make


@pytest.fixture
def oid_of(repo: Path, git: Git) -> OidOf:
    def find(revision: str, cwd: Path | None = None) -> str:
        return git("rev-parse", "--verify", revision, cwd=cwd or repo).stdout.strip()

    return find
