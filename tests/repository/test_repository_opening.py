"""Where a repository is found, whose it may be, which reader it gets, and opening it again in another process."""

from __future__ import annotations

import multiprocessing
import pickle
from pathlib import Path

import pytest
from making import Open

from gitward.errors import Undecided
from gitward.repository import Location, Repository, open_at, open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git


def reader_of(repository: Repository) -> str:
    return type(repository._reader).__name__


@pytest.fixture
def tip(repo: Path, git: Git) -> str:
    git("commit", "-q", "--allow-empty", "-m", "one", cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).stdout.strip()


def test_work_tree_subdirectory_and_git_directory(repo: Path, opened: Open, tip: str) -> None:
    (repo / "a" / "b").mkdir(parents=True)
    for path in (repo, repo / "a" / "b", repo / ".git"):
        repository = opened(path)
        assert repository.path == str(repo / ".git")
        assert repository.ref("HEAD") == tip


def test_linked_work_tree_and_its_git_file(repo: Path, git: Git, opened: Open, tip: str, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git("worktree", "add", "-q", "-b", "topic", linked, cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "two", cwd=linked)
    for path in (linked, linked / ".git", repo / ".git" / "worktrees" / "linked"):
        repository = opened(path)
        assert repository.path == str(repo / ".git" / "worktrees" / "linked")
        assert repository.head_ref() == "refs/heads/topic"
        assert repository.refs()["refs/heads/main"] == tip
        assert repository.header(repository.ref("HEAD"))[0] == "commit"
        assert Path(repository.common_dir).resolve() == repo / ".git"


def test_bare_and_submodule(repo: Path, git: Git, opened: Open, tip: str, tmp_path: Path, object_format: str) -> None:
    git("clone", "-q", "--bare", repo, tmp_path / "bare.git")
    assert opened(tmp_path / "bare.git").ref("HEAD") == tip
    git("init", "-q", f"--object-format={object_format}", tmp_path / "outer")
    git("submodule", "--quiet", "add", repo, "inner", cwd=tmp_path / "outer")
    for path in (tmp_path / "outer" / "inner", tmp_path / "outer" / ".git" / "modules" / "inner"):
        assert opened(path).path == str(tmp_path / "outer" / ".git" / "modules" / "inner")


@pytest.mark.parametrize("name", ["a b", "a:b", 'a"b', "a\nb", "å", "a\udcffb"])
def test_names_of_directories(tmp_path: Path, git: Git, opened: Open, kind: str, object_format: str, name: str) -> None:
    path = tmp_path / name
    git("init", "-q", f"--object-format={object_format}", path)
    git("commit", "-q", "--allow-empty", "-m", "one", cwd=path)
    repository = opened(path)
    assert repository.path == str(path / ".git")
    tip = repository.ref("refs/heads/main")
    assert repository.read(tip)[0] == "commit"
    assert list(repository.walk([tip], [])) == [tip]


def test_dot_is_where_git_looks(repo: Path, tip: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(repo)
    with open_repository() as repository:
        assert repository.path == str(repo / ".git")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", "work/.git")
    with open_repository() as repository:
        assert repository.path == str(repo / ".git")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    with open_repository(str(repo)) as repository:
        assert repository.path == str(repo / ".git")


def test_which_reader(repo: Path, git: Git, opened: Open, kind: str, tip: str) -> None:
    assert reader_of(opened()) == ("Pygit2Reader" if kind == "libgit2" else "PlumbingReader")
    assert opened().oid_length == len(tip) == (64 if kind == "sha256" else 40)
    with open_repository(str(repo), reader="libgit2") as repository:
        assert reader_of(repository) == ("PlumbingReader" if kind == "sha256" else "Pygit2Reader")
        assert repository.read(tip)[0] == "commit"
    git("config", "core.repositoryFormatVersion", "1", cwd=repo)
    git("config", "extensions.partialClone", "origin", cwd=repo)
    assert opened().read(tip)[0] == "commit"


def test_no_repository(tmp_path: Path, home: Path) -> None:
    for path in (tmp_path, tmp_path / "absent", tmp_path / "absent" / "deeper", home / ".gitconfig"):
        with pytest.raises(Undecided) as caught:
            open_repository(str(path))
        assert (caught.value.reason, caught.value.exit_code) == ("no-repository", 3)
        assert str(path) in caught.value.message


def test_a_format_that_git_does_not_know(repo: Path, git: Git) -> None:
    git("config", "core.repositoryFormatVersion", "1", cwd=repo)
    git("config", "extensions.fromTheFuture", "yes", cwd=repo)
    with pytest.raises(Undecided, match="unknown repository extension") as caught:
        open_repository(str(repo))
    assert caught.value.reason == "no-repository"


def test_a_repository_of_somebody_else(
    repo: Path, git: Git, opened: Open, tip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(Undecided, match="belongs to another user") as caught:
        opened()
    assert caught.value.reason == "ownership"
    assert caught.value.fix == f"git config --global --add safe.directory {repo}"
    git(*caught.value.fix.split()[1:])
    with opened() as repository:
        assert list(repository.walk([tip], [])) == [tip]
        assert repository.read(tip)[0] == "commit"


def test_namespaces_are_refused_in_quarantine(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_NAMESPACE", "tenant")
    with open_repository(str(repo)) as repository:
        assert repository.refs() == {}
    with pytest.raises(Undecided, match="GIT_NAMESPACE") as caught:
        open_repository(str(repo), quarantine=True)
    assert caught.value.reason == "namespace"


def _subjects(location: Location, oids: list[str]) -> list[str]:
    with open_at(location) as repository:
        return [commit.message.subject for commit in repository.commits(oids)]


def test_a_location_opens_in_another_process(opened: Open, tip: str) -> None:
    location = opened().location
    assert pickle.loads(pickle.dumps(location)) == location
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_subjects, (location, [tip] * 300)) == ["one"] * 300


def test_nothing_of_git_is_left_after_close(repo: Path, opened: Open, tip: str) -> None:
    repository = opened()
    unfinished = [repository.walk([tip], []), repository.read_many([tip] * 500), repository.commits([tip] * 500)]
    for each in unfinished:
        next(each)
    processes = list(repository._plumbing._started)
    assert sum(process.is_running for process in processes) >= 2
    repository.close()
    assert not any(process.is_running for process in processes)


def test_nothing_is_written(repo: Path, git: Git, opened: Open, tip: str) -> None:
    git("tag", "-a", "-m", "x", "v1", cwd=repo)
    tree = git("write-tree", cwd=repo).stdout.strip()
    more = git("commit-tree", "-p", tip, "-m", "two", tree, cwd=repo).stdout.strip()
    before = {path: path.stat().st_mtime_ns for path in repo.rglob("*")}
    with opened() as repository:
        assert repository.refs()
        assert repository.resolve("v1")
        assert repository.ancestry(tip, more) == "ff"
        assert set(repository.are_ancestors([(tip[:size], more) for size in range(7, 15)]).values()) == {True}
        assert repository.totals([more], []) == (0, 0)
        assert len(list(repository.commits(list(repository.walk([more], []))))) == 2
        assert repository.read_path(more, "absent") is None
    assert {path: path.stat().st_mtime_ns for path in repo.rglob("*")} == before
