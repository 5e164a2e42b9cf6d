"""What commits change: paths, sizes, new lines; and what merges make of their parents."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from making import Commit, OidOf, Open

from gitward.errors import BudgetExceeded, MissingObject, Undecided
from gitward.model import File
from gitward.repository import Repository, Wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git


def changes(repository: Repository, *oids: str, limit: int | None = None, **wanted: bool) -> list[tuple[File, ...]]:
    return list(repository.files(oids, Wanted(**wanted), repository.file_reader(limit)))


def shown(files: tuple[File, ...]) -> list[tuple[bytes, str, str]]:
    return [(file.path, file.old_mode, file.mode) for file in files]


def test_paths_and_modes(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    first = commit("one", a="1\n", b="2\n")
    (repo / "a").rename(repo / "c")
    os.symlink("c", repo / "link")
    (repo / "b").chmod(0o755)
    git("update-index", "--add", "--cacheinfo", f"160000,{first},module", cwd=repo)
    git("add", "-A", "--", "a", "b", "c", "link", cwd=repo)
    git("commit", "-q", "-m", "two", cwd=repo)
    second = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    git("commit", "-q", "--allow-empty", "-m", "three", cwd=repo)
    third = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    one, three, two = changes(opened(), first, third, second)
    assert shown(one) == [(b"a", "", "100644"), (b"b", "", "100644")]
    assert shown(two) == [
        (b"a", "100644", ""),
        (b"b", "100644", "100755"),
        (b"c", "", "100644"),
        (b"link", "", "120000"),
        (b"module", "", "160000"),
    ]
    assert three == ()
    assert [file.size for file in two] == [None] * 5


def test_names_are_bytes(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    names = [b"\xff", b"a\tb", b"a\nb", b'"q"', "é".encode(), b":100644 x", b" "]
    for name in names:
        with open(os.path.join(os.fsencode(repo), name), "wb") as file:
            file.write(name)
    git("add", "-A", cwd=repo)
    oid = commit("one")
    (found,) = changes(opened(), oid, sizes=True)
    assert {file.path: file.size for file in found} == {name: len(name) for name in names}


def test_new_lines(repo: Path, opened: Open, commit: Commit) -> None:
    first = commit("one", a="x\ny\nz\n", empty="")
    second = commit("two", a="new\nx\nz\nnewer")
    one, two = changes(opened(), first, second, content=True)
    assert [file.added for file in one] == [((1, b"x"), (2, b"y"), (3, b"z")), ()]
    assert two[0].added == ((1, b"new"), (4, b"newer"))
    assert (two[0].size, two[0].content) == (13, b"new\nx\nz\nnewer")


def test_small_blobs_come_with_sizes(repo: Path, opened: Open, commit: Commit) -> None:
    oid = commit("one", large="x" * 1025, small="x" * 1024)
    ((large, small),) = changes(opened(), oid, sizes=True)
    assert (large.size, large.content, small.size, small.content) == (1025, None, 1024, b"x" * 1024)
    assert small.added is None


def test_the_budget_is_for_all_of_a_push(repo: Path, opened: Open, commit: Commit) -> None:
    oids = [commit(str(number), a=str(number) * 100) for number in range(3)]
    assert len(changes(opened(), *oids, content=True, limit=300)) == 3  # a blob that the commit before made is at hand
    with pytest.raises(BudgetExceeded, match="more than 299 bytes"):
        changes(opened(), *oids, content=True, limit=299)
    assert changes(opened(), *oids, content=True)[1:] == changes(opened(), *oids[1:], content=True)


def test_what_is_missing_is_said(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    oid = commit("one", a="content")
    blob = oid_of("HEAD:a")
    path = repo / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.unlink()
    assert shown(changes(opened(), oid)[0]) == [(b"a", "", "100644")]
    with pytest.raises(MissingObject, match=blob):
        changes(opened(), oid, sizes=True)
    with pytest.raises(MissingObject):
        changes(opened(), "1" * len(oid))


def merged(repo: Path, git: Git, commit: Commit, **change: str) -> str:
    """A merge of two sides, with something changed on the way."""
    commit("one", a="1\n2\n3\n4\n5\n", b="1\n")
    git("checkout", "-q", "-b", "side", cwd=repo)
    commit("side", a="1\n2\n3\n4\nside\n", c="side\n")
    git("checkout", "-q", "-", cwd=repo)
    commit("main", a="main\n2\n3\n4\n5\n", d="main\n")
    git("merge", "-q", "--no-commit", "side", cwd=repo)
    for name, text in change.items():
        (repo / name).write_text(text)
    git("add", "-A", cwd=repo)
    git("commit", "-q", "-m", "merge", cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).stdout.strip()


def test_a_merge_is_asked_for_what_no_side_has(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    oid = merged(repo, git, commit, evil="x\n")
    (found,) = changes(opened(), oid, content=True)
    assert shown(found) == [(b"a", "100644", "100644"), (b"evil", "", "100644")]
    assert found[0].added == ()  # each line is one of the sides'
    assert found[1].added == ((1, b"x"),)


def test_what_a_merge_drops_is_told_by_no_commit(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    commit("one", a="1\n")
    git("checkout", "-q", "-b", "side", cwd=repo)
    commit("side", b="side\n")
    git("checkout", "-q", "-", cwd=repo)
    main = commit("main", guarded="main\n")
    git("checkout", "-q", "side", cwd=repo)
    git("merge", "-q", "-s", "ours", "-m", "merge", "-", cwd=repo)
    repository = opened()
    new = oid_of("HEAD")
    assert changes(repository, new) == [()]
    assert shown(repository.untold_files(main, new)) == [(b"guarded", "100644", "")]
    assert shown(repository.untold_files(new, main)) == [(b"b", "100644", ""), (b"guarded", "", "100644")]
    assert repository.untold_files(new, new) == ()
    with pytest.raises(BudgetExceeded):
        repository.untold_files(main, new, at_most=0)
    assert repository.has_merges(new, main)
    assert not repository.has_merges(main, oid_of(f"{main}~"))
    assert repository.merge_base(main, oid_of("HEAD^1")) == oid_of(f"{main}~")


def test_remade_merges(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    clean = merged(repo, git, commit)
    before = sorted(path for path in (repo / ".git" / "objects").rglob("*"))
    assert opened().is_remade(clean, resolved=False) is True
    assert sorted(path for path in (repo / ".git" / "objects").rglob("*")) == before, "nothing is written"
    tree = git("rev-parse", "HEAD^1^{tree}", cwd=repo).stdout.strip()
    evil = git("commit-tree", tree, "-p", "HEAD^1", "-p", "HEAD^2", "-m", "x", cwd=repo).stdout.strip()
    assert opened().is_remade(evil, resolved=False) is False
    assert opened().is_remade(evil, resolved=True) is False


def test_remade_where_there_was_a_conflict(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    commit("one", a="1\n", b="1\n")
    git("checkout", "-q", "-b", "side", cwd=repo)
    commit("side", a="side\n")
    git("checkout", "-q", "-", cwd=repo)
    commit("main", a="main\n")
    subprocess.run(["git", "merge", "-q", "side"], cwd=repo, capture_output=True, check=False)
    (repo / "a").write_text("both\n")
    git("commit", "-q", "-am", "merge", cwd=repo)
    honest = oid_of("HEAD")
    (repo / "b").write_text("evil\n")
    git("commit", "-q", "-a", "--amend", "-m", "merge", cwd=repo)
    evil = oid_of("HEAD")
    repository = opened()
    assert [repository.is_remade(oid, resolved=False) for oid in (honest, evil)] == [False, False]
    assert [repository.is_remade(oid, resolved=True) for oid in (honest, evil)] == [True, False]


def test_a_folder_with_a_colon(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    clean = merged(repo, git, commit)
    moved = repo.parent / 'a:b"c\\d'
    repo.rename(moved)
    assert opened(moved).is_remade(clean, resolved=False) is True


def test_collisions(repo: Path, opened: Open, commit: Commit) -> None:
    oid = commit("one", Readme="x", README="y", other="z", Dir_a="1", dir_b="2")
    repository = opened()
    assert repository.collides(oid, "Readme")
    assert repository.collides(oid, "Dir/a")
    assert not repository.collides(oid, "other")


def test_a_merge_base_that_git_cannot_find_is_not_none(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    first = commit("one", a="1")
    git("checkout", "-q", "--orphan", "other", cwd=repo)
    second = commit("two", a="2")
    assert opened().merge_base(first, second) is None
    with pytest.raises(Undecided, match="merge-base failed"):
        opened().merge_base(first, "1" * len(first))
    (repo / ".git" / "shallow").write_text(f"{second}\n")
    with pytest.raises(Undecided, match="too shallow"):
        opened().merge_base(first, second)
