"""Refs, symbolic refs, revisions and settings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from making import Commit, OidOf, Open

from gitward.errors import MissingObject, Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git


def test_refs_hold_their_own_values(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    oid = commit("one", a="a")
    git("tag", "-a", "-m", "x", "v1", cwd=repo)
    git("update-ref", "refs/odd/blob", "HEAD:a", cwd=repo)
    git("symbolic-ref", "refs/heads/alias", "refs/heads/main", cwd=repo)
    git("pack-refs", "--all", cwd=repo)
    git("branch", "topic/deep", cwd=repo)
    assert opened().refs() == {
        "refs/heads/alias": oid,
        "refs/heads/main": oid,
        "refs/heads/topic/deep": oid,
        "refs/odd/blob": oid_of("HEAD:a"),
        "refs/tags/v1": oid_of("v1"),
    }


def test_one_ref_is_named_in_full(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    oid = commit("one")
    git("update-ref", "refs/heads/refs/heads/nested", "HEAD", cwd=repo)
    git("tag", "main", cwd=repo)
    repository = opened()
    assert repository.ref("refs/heads/main") == repository.ref("HEAD") == oid
    for name in ("main", "heads/main", "refs/heads/nested", "refs/heads/Main", "refs/heads/main/", "refs/heads/m*", ""):
        assert repository.ref(name) is None


def test_names_that_are_no_utf8(repo: Path, opened: Open, commit: Commit) -> None:
    oid = commit("one")
    command = ["git", "update-ref", b"refs/heads/caf\xe9\xc3\xa9", oid]
    subprocess.run(command, cwd=repo, check=True)
    name = "refs/heads/caf\udce9é"
    repository = opened()
    assert repository.refs()[name] == repository.ref(name) == oid
    assert repository.symbolic_target(name) == ""
    subprocess.run(["git", "symbolic-ref", b"refs/heads/dangling\xff", b"refs/heads/\xfe"], cwd=repo, check=True)
    assert opened().symbolic_target("refs/heads/dangling\udcff") == "refs/heads/\udcfe"


def test_refs_are_of_one_moment(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    old = commit("one")
    repository = opened()
    assert repository.ref("refs/heads/main") == old
    new = commit("two")
    git("branch", "other", cwd=repo)
    assert repository.refs() == {"refs/heads/main": old}
    assert repository.symbolic_target("refs/heads/other") == ""
    assert opened().refs() == {"refs/heads/main": new, "refs/heads/other": new}


def test_head(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    unborn = opened()
    assert (unborn.head_ref(), unborn.ref("HEAD"), unborn.refs()) == ("refs/heads/main", None, {})
    oid = commit("one")
    assert (opened().head_ref(), opened().ref("HEAD")) == ("refs/heads/main", oid)
    git("checkout", "-q", "--detach", cwd=repo)
    detached = commit("two")
    assert (opened().head_ref(), opened().ref("HEAD")) == ("", detached)


def test_symbolic_refs(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    commit("one")
    chain = ["alias", "alias2", "alias3"]
    for name, target in zip(chain, ["main", *chain], strict=False):
        git("symbolic-ref", f"refs/heads/{name}", f"refs/heads/{target}", cwd=repo)
    git("symbolic-ref", "refs/heads/dangling", "refs/heads/new", cwd=repo)
    git("symbolic-ref", "refs/heads/dangling2", "refs/heads/dangling", cwd=repo)
    repository = opened()
    assert [repository.symbolic_target(f"refs/heads/{name}") for name in chain] == ["refs/heads/main"] * 3
    assert repository.symbolic_target("refs/heads/dangling") == "refs/heads/new"
    assert repository.symbolic_target("refs/heads/dangling2") == "refs/heads/new"
    assert "refs/heads/dangling" not in repository.refs()
    odd = ("refs/heads/main", "refs/heads/absent", "refs/heads/a..b", "refs/../HEAD", "refs/heads/../../HEAD", "main",
           "refs/heads/x\0y", "refs/heads/", "refs/heads", "--help", "")  # fmt: skip
    assert [repository.symbolic_target(name) for name in odd] == [""] * len(odd)


def test_symbolic_refs_without_an_end(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    commit("one")
    git("symbolic-ref", "refs/heads/a", "refs/heads/b", cwd=repo)
    git("symbolic-ref", "refs/heads/b", "refs/heads/a", cwd=repo)
    git("symbolic-ref", "refs/heads/self", "refs/heads/self", cwd=repo)
    for number in range(7):
        git("symbolic-ref", f"refs/heads/c{number}", f"refs/heads/c{number + 1}", cwd=repo)
    git("branch", "c7", cwd=repo)
    repository = opened()
    for name in ("a", "b", "self", "c0", "c1"):
        with pytest.raises(Undecided, match="loop") as caught:
            repository.symbolic_target(f"refs/heads/{name}")
        assert (caught.value.exit_code, caught.value.reason) == (3, "symbolic-ref")
        assert caught.value.fix == f"git symbolic-ref --delete refs/heads/{name}"
    assert repository.symbolic_target("refs/heads/c4") == "refs/heads/c7"
    assert set(repository.refs()) == {f"refs/heads/{name}" for name in ("main", "c3", "c4", "c5", "c6", "c7")}


def test_symbolic_refs_in_a_linked_work_tree(
    repo: Path, git: Git, opened: Open, commit: Commit, tmp_path: Path
) -> None:
    commit("one")
    git("worktree", "add", "-q", tmp_path / "linked", cwd=repo)
    git("symbolic-ref", "refs/heads/dangling", "refs/heads/new", cwd=repo)
    git("symbolic-ref", "refs/worktree/mine", "refs/heads/new", cwd=tmp_path / "linked")
    repository = opened(tmp_path / "linked")
    assert repository.symbolic_target("refs/heads/dangling") == "refs/heads/new"
    assert repository.symbolic_target("refs/worktree/mine") == "refs/heads/new"


def has_reftable(folder: Path) -> bool:
    command = ["git", "init", "-q", "--ref-format=reftable", str(folder / "probe")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_reftable_where_git_has_it_or_its_refusal(
    repo: Path, git: Git, opened: Open, commit: Commit, tmp_path: Path
) -> None:
    oid = commit("one")
    if has_reftable(tmp_path):
        git("refs", "migrate", "--ref-format=reftable", cwd=repo)
        git("symbolic-ref", "refs/heads/alias", "refs/heads/main", cwd=repo)
        git("symbolic-ref", "refs/heads/dangling", "refs/heads/new", cwd=repo)
        repository = opened()
        assert repository.refs() == {"refs/heads/main": oid, "refs/heads/alias": oid}
        assert repository.symbolic_target("refs/heads/alias") == "refs/heads/main"
        assert repository.symbolic_target("refs/heads/dangling") == "refs/heads/new"
        assert (repository.head_ref(), repository.ref("HEAD")) == ("refs/heads/main", oid)
    else:
        git("config", "core.repositoryFormatVersion", "1", cwd=repo)
        git("config", "extensions.refStorage", "reftable", cwd=repo)
        with pytest.raises(Undecided, match=r"refstorage|unknown repository extension"):
            opened()


# --- revisions --------------------------------------------------------------------------------------------------------


def test_resolve(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    one, two = commit("one", a="a"), commit("two")
    git("tag", "-a", "-m", "x", "v1", cwd=repo)
    repository = opened()
    for revision in ("HEAD", "main", "v1", "HEAD~1", "v1^{commit}", "HEAD:a", "HEAD^{tree}", one, two[:8], ":/one"):
        assert repository.resolve(revision) == oid_of(revision)


@pytest.mark.parametrize(
    "revision",
    ["absent", "", "--all", "--help", "-n1", "--git-dir", "--end-of-options", "HEAD~9", "HEAD:absent", "a\0b",
     "HEAD..HEAD", "HEAD HEAD", "HEAD\nHEAD", "\udcff"],
)  # fmt: skip
def test_a_revision_that_git_does_not_know(opened: Open, commit: Commit, revision: str) -> None:
    commit("one")
    repository = opened()
    for ask in (repository.resolve, repository.bounds) if ".." not in revision else (repository.resolve,):
        with pytest.raises(Undecided, match="unknown revision") as caught:
            ask(revision)
        assert (caught.value.exit_code, caught.value.reason) == (3, "unknown-revision")


def test_a_full_oid_that_names_nothing(opened: Open, commit: Commit) -> None:
    oid = "1" * len(commit("one"))
    with pytest.raises(MissingObject) as caught:
        opened().resolve(oid)
    assert caught.value.fix == "fetch it, from a branch or a bundle of who has it; or look at its spelling"
    with pytest.raises(MissingObject):
        opened().bounds(f"HEAD..{oid}")


def test_bounds(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    one, two, three = commit("one"), commit("two"), commit("three")
    git("tag", "-a", "-m", "x", "v1", two, cwd=repo)
    git("checkout", "-q", "-b", "side", one, cwd=repo)
    side = commit("side")
    git("checkout", "-q", "--orphan", "alone", cwd=repo)
    commit("alone")
    repository = opened()
    assert repository.bounds("v1..main") == ((three,), (two,))
    assert repository.bounds("main...side") == ((side, three), (one,))
    assert repository.bounds(f"{three}^!") == ((three,), (two,))
    assert repository.bounds("main..main") == ((three,), (three,))
    for given in ("main..absent", "absent..main", "--all..main"):
        with pytest.raises(Undecided, match="unknown revision"):
            repository.bounds(given)
    with pytest.raises(Undecided, match="no merge base") as caught:
        repository.bounds("main...alone")
    assert caught.value.reason == "incomplete-range"


def test_config_is_the_callers(repo: Path, git: Git, opened: Open) -> None:
    assert opened().config("gitward.target") == ""
    git("config", "--global", "gitward.target", "trunk")
    assert opened().config("gitward.target") == "trunk"
    git("config", "gitward.target", "main\tå", cwd=repo)
    assert opened().config("gitward.target") == "main\tå"
    repository = opened()
    (repo / ".git" / "config").write_text("[unclosed")
    with pytest.raises(Undecided, match=r"git config failed \(exit status 128\): fatal: bad config"):
        repository.config("gitward.target")
