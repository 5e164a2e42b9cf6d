"""Inside a real pre-receive hook: the pushed objects are in quarantine, the old ones somewhere else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from making import Commit, Open

from gitward import git as runner
from gitward.errors import MissingObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

SRC = Path(runner.__file__).parent.parent
HOOK = f"""#!{sys.executable} -I
import os, sys
sys.path.insert(0, {str(SRC)!r})
from gitward.repository import open_at, open_repository, ranges
ranges._FEW = 0  # all questions in one walk
assert "GIT_QUARANTINE_PATH" in os.environ
with open_repository(".", quarantine=QUARANTINE, reader=READER) as repository:
    for line in sys.stdin:
        old, new, ref = line.split()
        print(repository.header(new)[0], repository.ancestry(old, new), "was", repository.ref(ref) == old)
        tags, oid, kind = repository.peel(new)
        print(len(tags), kind, len(list(repository.walk([oid], [] if set(old) == {{"0"}} else [old]))))
        with open_at(repository.location) as again:
            for commit in again.commits(again.walk([oid], [])):
                print(commit.message.subject)
        print(repository.totals([oid], repository.refs().values()), repository.read_path(oid, "a"))
        walk = list(repository.walk([oid], []))
        print([repository.is_ancestor(found, oid) for found in walk])
        pairs = [(found[:length], oid) for found in walk for length in (7, 20, len(oid))]
        print(sorted(repository.walk_down([oid])) == sorted(walk), set(repository.are_ancestors(pairs).values()))
sys.exit(EXIT)
"""


def install(server: Path, kind: str, *, quarantine: bool = True, code: int = 0) -> None:
    reader = "libgit2" if kind == "libgit2" else "plumbing"
    hook = server / "hooks" / "pre-receive"
    text = HOOK.replace("=QUARANTINE", f"={quarantine}").replace("READER", repr(reader)).replace("EXIT", str(code))
    hook.write_text(text)
    hook.chmod(0o755)


def said(stderr: str) -> list[str]:
    return [line.removeprefix("remote: ").rstrip() for line in stderr.split("\n") if line.startswith("remote: ")]


@pytest.fixture(params=["server", "ser:ver", 'ser"ver', "ser\\ver", "ser\tver", "sérver", "ser ver;x"])
def server(request: pytest.FixtureRequest, tmp_path: Path, git: Git, object_format: str) -> Path:
    """A bare repository whose path git has to quote when it hands the old objects to the hook."""
    path = tmp_path / f"{request.param}.git"
    git("init", "-q", "--bare", f"--object-format={object_format}", path)
    return path


def test_objects_in_quarantine(repo: Path, git: Git, commit: Commit, server: Path, kind: str) -> None:
    commit("one", a="old")
    git("push", "-q", server.as_uri(), "main", cwd=repo)
    git("--git-dir", server, "gc", "-q")
    install(server, kind)
    commit("two", a="newer")
    git("tag", "-a", "-m", "x", "v1", cwd=repo)
    pushed = git("push", server.as_uri(), "main", "v1", cwd=repo)
    assert said(pushed.stderr) == [
        "commit ff was True", "0 commit 1", "one", "two", "(1, 5) b'newer'", "[True, True]", "True {True}",
        "tag create was False", "1 commit 2", "one", "two", "(1, 5) b'newer'", "[True, True]", "True {True}",
    ]  # fmt: skip
    assert git("--git-dir", server, "rev-list", "--count", "main").stdout == "2\n"


def test_a_large_push_stays_packed(repo: Path, git: Git, commit: Commit, bare: Path, kind: str) -> None:
    git("config", "receive.unpackLimit", "1", cwd=bare)
    install(bare, kind)
    for number in range(5):
        commit(f"c{number}", a=str(number))
    lines = said(git("push", bare.as_uri(), "main", cwd=repo).stderr)
    assert lines[:7] == ["commit create was False", "0 commit 5", "c0", "c1", "c2", "c3", "c4"]


def test_a_denied_push_leaves_nothing(repo: Path, git: Git, commit: Commit, bare: Path, kind: str) -> None:
    install(bare, kind, code=1)
    commit("one", a="a")
    before = {path: path.stat().st_mtime_ns for path in bare.rglob("*") if path.name != "objects"}
    pushed = git("push", bare.as_uri(), "main", cwd=repo, ok=False)
    assert "pre-receive hook declined" in pushed.stderr
    assert "(1, 1) b'a'" in said(pushed.stderr)
    assert {path: path.stat().st_mtime_ns for path in bare.rglob("*") if path.name != "objects"} == before


def test_old_objects_in_an_alternate(
    repo: Path, git: Git, commit: Commit, tmp_path: Path, kind: str, object_format: str
) -> None:
    commit("one", a="old")
    pool, fork = tmp_path / "po:ol.git", tmp_path / "fo:rk.git"
    git("clone", "-q", "--bare", repo, pool)
    git("init", "-q", "--bare", f"--object-format={object_format}", fork)
    (fork / "objects" / "info" / "alternates").write_text(f"{pool}/objects\n")
    git("--git-dir", fork, "update-ref", "refs/heads/main", git("rev-parse", "HEAD", cwd=repo).stdout.strip())
    install(fork, kind)
    commit("two", b="b")
    lines = said(git("push", fork.as_uri(), "main", cwd=repo).stderr)
    assert lines[:5] == ["commit ff was True", "0 commit 1", "one", "two", "(1, 1) b'old'"]
    assert list(fork.glob("objects/pack/*")) == []


def test_without_quarantine_new_objects_are_missing_and_that_is_said(
    repo: Path, git: Git, commit: Commit, bare: Path, kind: str
) -> None:
    install(bare, kind, quarantine=False)
    oid = commit("one")
    pushed = git("push", bare.as_uri(), "main", cwd=repo, ok=False)
    assert pushed.returncode == 1
    assert f"gitward.errors.MissingObject: object {oid} is not in the repository" in said(pushed.stderr)


def test_a_deletion_has_no_quarantine(repo: Path, git: Git, commit: Commit, bare: Path, kind: str) -> None:
    commit("one")
    git("push", "-q", bare.as_uri(), "main", "main:topic", cwd=repo)
    hook = bare / "hooks" / "pre-receive"
    hook.write_text(
        f"#!{sys.executable} -I\nimport os, sys\nsys.path.insert(0, {str(SRC)!r})\n"
        "from gitward.repository import open_repository\n"
        "old, new, ref = sys.stdin.read().split()\n"
        "with open_repository(quarantine=True) as repository:\n"
        "    print(repository.ancestry(old, new), repository.ref(ref) == old, 'GIT_OBJECT_DIRECTORY' in os.environ)\n"
    )
    hook.chmod(0o755)
    assert said(git("push", bare.as_uri(), ":topic", cwd=repo).stderr) == ["delete True False"]


def test_object_variables_count_only_in_quarantine(
    repo: Path, git: Git, commit: Commit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    oid = commit("one")
    git("init", "-q", f"--object-format={'sha256' if len(oid) == 64 else 'sha1'}", tmp_path / "other")
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", os.fspath(repo / ".git" / "objects"))
    assert opened(tmp_path / "other", quarantine=True).header(oid)[0] == "commit"
    with pytest.raises(MissingObject):
        opened(tmp_path / "other").header(oid)
