"""What commits touch, against every one of their parents: nothing that changes a path does so unnamed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from making import Commit, OidOf, Open

from gitward.errors import MissingObject, Undecided
from soaking import long

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

CI = b"ci/x"


@pytest.fixture(params=["sha256", pytest.param("plumbing", marks=long)])
def kind(request: pytest.FixtureRequest) -> str:
    """git alone reads these, whatever reads the objects."""
    return str(request.param)


def staged(repo: Path, git: Git, *entries: str, subject: str = "x") -> str:
    """A commit with these entries of the index (MODE,OID,PATH), whatever the work tree holds."""
    for entry in entries:
        git("update-index", "--add", "--cacheinfo", entry, cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", subject, cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).stdout.strip()


def test_every_way_to_change_a_path(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    """A rename and a copy by both paths, a mode, a link, a submodule, a file that becomes a folder, and one that goes."""
    one = commit("one", ci_x="1\n", a="a\n", d="d\n")
    blob = oid_of("HEAD:a")
    steps: dict[str, set[bytes]] = {}

    def step(oid: str, *paths: bytes) -> None:
        steps[oid] = set(paths)

    git("mv", "ci/x", "moved", cwd=repo)
    step(commit("rename away"), CI, b"moved")
    git("mv", "moved", "ci_y", cwd=repo)
    step(commit("rename"), b"moved", b"ci_y")
    step(staged(repo, git, f"100644,{blob},ci/copy"), b"ci/copy")
    step(staged(repo, git, f"100755,{blob},ci/copy"), b"ci/copy")
    step(staged(repo, git, f"120000,{blob},ci/copy"), b"ci/copy")
    step(staged(repo, git, f"160000,{one},ci/module"), b"ci/module")
    step(staged(repo, git, f"160000,{oid_of('HEAD')},ci/module"), b"ci/module")
    git("rm", "-q", "--cached", "d", cwd=repo)
    step(staged(repo, git, f"100644,{blob},d/e"), b"d", b"d/e")
    git("rm", "-q", "-r", "--cached", "ci", cwd=repo)
    step(staged(repo, git), b"ci/copy", b"ci/module")
    repository = opened()
    for oid, paths in steps.items():
        assert set(repository.touched(oid, (oid_of(f"{oid}~"),))) == paths, git("log", "-1", oid, cwd=repo).stdout
        assert set(repository.differing(oid_of(f"{oid}~"), oid)) == paths
    assert set(repository.touched(oid_of("HEAD"), (one,))) == set().union(*steps.values())
    assert set(repository.touched(one, ())) == {CI, b"a", b"d"} == set(repository.listed(one)), "a root brings all it holds"
    assert set(repository.touched(one, (one,))) == set() == set(repository.differing(one, one))


def test_a_submodule_that_wants_to_be_passed_over(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    """`.gitmodules` is the pusher's, and the repository's own settings change nothing either."""
    one = commit("one")
    (repo / ".gitmodules").write_text('[submodule "m"]\n\tpath = m\n\turl = x\n\tignore = all\n')
    git("add", ".gitmodules", cwd=repo)
    git("config", "diff.ignoreSubmodules", "all", cwd=repo)
    git("config", "diff.renames", "copies", cwd=repo)
    two = staged(repo, git, f"160000,{one},m")
    three = staged(repo, git, f"160000,{two},m")
    assert set(opened().touched(three, (two,))) == {b"m"} == set(opened().differing(two, three))
    assert opened().changed_paths((three,), (two,), None) == {b"m"} == opened().different_paths(two, three, None)


def test_added_and_reverted_in_one_range(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    one = commit("one", a="1")
    commit("two", ci_x="evil")
    git("revert", "--no-edit", "HEAD", cwd=repo)
    assert set(opened().touched(oid_of("HEAD"), (one,))) == {CI}
    assert set(opened().differing(one, oid_of("HEAD"))) == set()


@pytest.mark.parametrize("strategy", ["ours", "theirs"])
def test_a_merge_that_drops_or_takes(
    repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf, strategy: str
) -> None:
    """Of a merge that is as one of its sides git says nothing by default: against the other it changed `ci/x`."""
    commit("one", ci_x="1\n", a="1\n")
    git("checkout", "-q", "-b", "side", cwd=repo)
    side = commit("side", b="side\n")
    git("checkout", "-q", "-", cwd=repo)
    main = commit("main", ci_x="2\n")
    tree = oid_of(f"{main if strategy == 'ours' else side}^{{tree}}")
    merge = git("commit-tree", tree, "-p", main, "-p", side, "-m", "merge", cwd=repo).stdout.strip()
    repository = opened()
    found = set(repository.touched(merge, (main, side)))
    assert found == {CI, b"b"}
    if strategy == "theirs":  # what main had is gone
        assert set(repository.touched(merge, (main,))) == {CI, b"b"} == set(repository.differing(main, merge))


def test_every_parent_of_an_octopus(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    base = commit("base", a="1")
    sides = []
    for name in ("p", "q", "r"):
        git("checkout", "-q", "--detach", base, cwd=repo)
        sides.append(commit(name, **{name: name}))
    tree = oid_of(f"{sides[0]}^{{tree}}")
    parents = [word for side in sides for word in ("-p", side)]
    merge = git("commit-tree", tree, *parents, "-m", "octopus", cwd=repo).stdout.strip()
    assert set(opened().touched(merge, sides)) == {b"p", b"q", b"r"}


def test_paths_are_bytes(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    names = [b"\xff", b"a\tb", b"a\nb", b'"q"', "é".encode(), b":100644 x", b" ", b"-x", b"\x1b[31m"]
    for name in names:
        with open(os.path.join(os.fsencode(repo), name), "wb") as file:
            file.write(name)
    oid = commit("one")
    assert set(opened().touched(oid, ())) == set(names) == set(opened().listed(oid))
    empty = git("hash-object", "-t", "tree", "-w", os.devnull, cwd=repo).stdout.strip()
    assert set(opened().differing(empty, oid)) == set(names)


def test_what_cannot_be_read_is_no_answer(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    one, two, three = commit("one", a_x="1"), commit("two", a_x="2"), commit("three", a_x="3")
    repository = opened()
    for wrong in ("1" * len(one), "HEAD", "--all"):
        with pytest.raises(MissingObject):
            set(repository.touched(wrong, ()))
        with pytest.raises((MissingObject, Undecided)):
            set(repository.differing(wrong, one))
    assert set(repository.touched(three, ("1" * len(one), two))) == {b"a/x"}, "what is excluded need not be there"
    tree = oid_of(f"{two}:a")
    path = repo / ".git" / "objects" / tree[:2] / tree[2:]
    path.chmod(0o644)
    path.unlink()
    for paths in (repository.touched(three, (one,)), repository.differing(one, two), repository.listed(two)):
        with pytest.raises(Undecided):
            set(paths)


def test_a_shallow_end_is_no_root(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    commit("one", ci_x="1", a="1")
    two = commit("two", ci_x=None)
    (repo / ".git" / "shallow").write_text(f"{two}\n")
    with pytest.raises(Undecided, match="shallow"):
        set(opened().touched(two, ()))
    assert set(opened().touched(two, (two,))) == set()


def crafted(repo: Path, git: Git, parent: str, *entries: tuple[str, bytes, str]) -> str:
    """A commit on `parent` whose tree holds these entries in this very order, which git itself would not write."""
    raw = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
    (repo / ".git" / "raw").write_bytes(raw)
    tree = git("hash-object", "-t", "tree", "-w", "--literally", ".git/raw", cwd=repo).stdout.strip()
    return git("commit-tree", tree, "-p", parent, "-m", "x", cwd=repo).stdout.strip()


def test_trees_that_git_would_not_write(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    """Threat 20: `ci` named twice, out of order, or as one name with a slash; each tree has an honest `ci` as well."""
    one = commit("one", ci_x="1\n", a="a\n", z="z\n")
    ci, a, z, evil = oid_of("HEAD:ci"), oid_of("HEAD:a"), oid_of("HEAD:z"), commit("evil", ci_x="evil\n")
    bad, blob = oid_of(f"{evil}:ci"), oid_of(f"{evil}:ci/x")
    honest, lower, upper = ("40000", b"ci", ci), ("100644", b"a", a), ("100644", b"z", z)
    for entries in (
        (lower, honest, ("40000", b"ci", bad), upper), (lower, ("40000", b"ci", bad), honest, upper),
        (("40000", b"ci", bad), lower, honest, upper), (lower, honest, upper, ("40000", b"ci", bad)),
        (upper, honest, lower, ("40000", b"ci", bad)), (lower, honest, ("100644", b"ci/x", blob), upper),
        (("100644", b"ci/x", blob), lower, honest, upper), (lower, honest, upper, ("100644", b"ci/x", blob)),
    ):  # fmt: skip
        oid = crafted(repo, git, one, *entries)
        assert CI in set(opened().touched(oid, (one,))), entries
        assert CI in set(opened().differing(one, oid)), entries


def test_replaced_and_grafted_commits_are_what_they_are(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    """Threat 18: what the server's own refs and files say in their place does not count."""
    one = commit("one", ci_x="1")
    clean = commit("clean", a="1")
    git("reset", "-q", "--hard", one, cwd=repo)
    evil = commit("evil", ci_x="2")
    git("replace", evil, clean, cwd=repo)
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "grafts").write_text(f"{evil}\n")
    assert set(opened().touched(evil, (one,))) == {CI}
    assert set(opened().differing(one, evil)) == {CI}
