"""A file of a commit, and what a range brings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from making import Commit, OidOf, Open
from test_repository_objects import make_object, make_tag

from gitward.errors import BudgetExceeded, MissingObject, Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git


def test_read_path(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    (repo / "bin").mkdir()
    (repo / "bin" / "run").write_text("#!/bin/sh\n")
    (repo / "bin" / "run").chmod(0o755)
    first = commit("one", policy="old\n", a_b_c_policy="deep\n", empty="")
    second = commit("two", policy="new\r\n")
    git("tag", "-a", "-m", "x", "v1", cwd=repo)
    repository = opened()
    assert repository.read_path(first, "policy") == b"old\n"
    assert repository.read_path(second, "policy") == repository.read_path(oid_of("v1"), "policy") == b"new\r\n"
    assert repository.read_path(second, "a/b/c/policy") == b"deep\n"
    assert repository.read_path(second, "bin/run") == b"#!/bin/sh\n"
    assert repository.read_path(second, "empty") == b""
    for path in ("absent", "a/absent", "absent/policy", "a/b/absent/policy", "Policy", "policy ", "", "./policy"):
        assert repository.read_path(second, path) is None
    with pytest.raises(MissingObject, match="is a blob, no commit"):
        repository.read_path(oid_of("HEAD:policy"), "policy")


def test_what_is_no_file(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    os.symlink("policy", repo / "link")
    os.symlink("a", repo / "linked")
    commit("one", policy="x", a_policy="y")
    one = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    git("update-index", "--add", "--cacheinfo", f"160000,{one},module", cwd=repo)
    git("commit", "-q", "-m", "two", cwd=repo)
    oid = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    repository = opened()
    for path, words in (
        ("link", "link is a symbolic link, no file"),
        ("module", "module is a submodule, no file"),
        ("a", "a is a directory, no file"),
        ("linked/policy", "linked/policy: linked is a symbolic link, no directory"),
        ("module/policy", "module/policy: module is a submodule, no directory"),
        ("policy/x", "policy/x: policy is a file, no directory"),
        ("a/", None),
    ):
        if words is None:
            assert repository.read_path(oid, path) is None
            continue
        with pytest.raises(Undecided) as caught:
            repository.read_path(oid, path)
        assert (caught.value.message, caught.value.exit_code) == (words, 3)


def test_paths_are_bytes(repo: Path, git: Git, opened: Open) -> None:
    names = [b"caf\xe9", "é".encode(), b"tab\there", b'quo"te', b"new\nline", b"sp ace"]
    for name in names:
        (repo / os.fsdecode(name)).write_bytes(name)
    git("add", "-A", cwd=repo)
    git("commit", "-q", "-m", "one", cwd=repo)
    repository = opened()
    tip = repository.ref("HEAD")
    for name in names:
        assert repository.read_path(tip, name.decode("utf-8", "surrogateescape")) == name
    assert repository.totals([tip], []) == (len(names), sum(map(len, names)))


def test_a_file_over_a_mebibyte(opened: Open, commit: Commit) -> None:
    oid = commit("one", fits="x" * (1 << 20), over="x" * ((1 << 20) + 1))
    repository = opened()
    assert len(repository.read_path(oid, "fits")) == 1 << 20
    with pytest.raises(BudgetExceeded):
        repository.read_path(oid, "over")


def test_a_tree_that_names_a_file_twice(repo: Path, opened: Open) -> None:
    blobs = [make_object(repo, "blob", text) for text in (b"mild", b"strict")]
    entries = b"".join(b"100644 policy\0" + bytes.fromhex(blob) for blob in blobs)
    ident = "A <a@b> 1 +0000"
    twice, absent = make_object(repo, "tree", entries), "1" * len(blobs[0])
    for words, tree in (("twice", twice), ("is a blob, no tree", blobs[0]), ("is not in", absent)):
        text = f"tree {tree}\nauthor {ident}\ncommitter {ident}\n\nx\n"
        commit = make_object(repo, "commit", text.encode())
        with pytest.raises(Undecided, match=words):
            opened().read_path(commit, "policy")
    cut = make_object(repo, "tree", entries[:-3])
    text = f"tree {cut}\nauthor {ident}\ncommitter {ident}\n\nx\n"
    with pytest.raises(Undecided):
        opened().read_path(make_object(repo, "commit", text.encode()), "policy")


# --- totals -----------------------------------------------------------------------------------------------------------


def test_totals(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    one = commit("one", a="1234", b="12")
    assert opened().totals([one], []) == (2, 6)
    two = commit("two", a="12345")
    three = commit("three", a="1234", b=None, d_c="123456789")
    assert opened().totals([two], [one]) == (1, 5)
    assert opened().totals([three], [one]) == (3, 14)  # a again as it was in one: no new blob
    assert opened().totals([three], [three]) == opened().totals([], [one]) == (0, 0)
    git("mv", "d/c", "moved", cwd=repo)
    assert opened().totals([commit("four")], [three]) == (2, 0)
    assert opened().totals([commit("five")], [commit("six")]) == (0, 0)


def test_totals_of_merges(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    one = commit("one", a="a\n", b="b\n")
    git("checkout", "-q", "-b", "side", cwd=repo)
    side = commit("side", c="side\n")
    git("checkout", "-q", "main", cwd=repo)
    main = commit("main", a="main\n")
    git("merge", "-q", "--no-ff", "--no-commit", "side", cwd=repo)
    clean = git("write-tree", cwd=repo).stdout.strip()
    clean = git("commit-tree", "-p", main, "-p", side, "-m", "clean", clean, cwd=repo).stdout.strip()
    evil = commit("evil", b="evil\n")
    assert opened().totals([clean], [main, side]) == (0, 0)
    assert opened().totals([evil], [main, side]) == (1, 5)
    assert opened().totals([evil], [one]) == (3, 15)


def test_totals_with_ends_that_hold_no_commit(repo: Path, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    one = commit("one", a="1234")
    blob = oid_of("HEAD:a")
    two = commit("two", b="12")
    repository = opened()
    assert repository.totals([two], [make_tag(repo, blob, "blob"), make_tag(repo, one, "commit")]) == (1, 2)
    assert repository.totals([two], [one, "1" * len(one)]) == (1, 2)


def test_totals_stop_at_the_budget(opened: Open, commit: Commit) -> None:
    oid = commit("one", a="1234", b="123456", c="1")
    repository = opened()
    assert repository.totals([oid], [], max_files=3) == (3, 11)
    with pytest.raises(BudgetExceeded, match="more than 2 paths"):
        repository.totals([oid], [], max_files=2)
    assert not any(process.is_running for process in repository._plumbing._started if process.args[0] != "cat-file")


def test_settings_of_the_repository_change_no_sum(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    one = commit("one", a="text\n" * 50)
    git("mv", "a", "b", cwd=repo)
    two = commit("two", c="x\n")
    for key, value in (("diff.renames", "copies"), ("diff.noprefix", "true"), ("diff.external", "false"),
                       ("log.showRoot", "false"), ("diff.orderFile", "c"), ("core.quotePath", "true")):  # fmt: skip
        git("config", key, value, cwd=repo)
    (repo / ".gitattributes").write_text("* diff=odd\n")
    git("config", "diff.odd.textconv", "false", cwd=repo)
    assert opened().totals([two], [one]) == (3, 2)
    assert opened().totals([one], []) == (1, 250)


def test_deep_trees(repo: Path, opened: Open) -> None:
    blob = make_object(repo, "blob", b"deep")
    tree = make_object(repo, "tree", b"100644 f\0" + bytes.fromhex(blob))
    for _ in range(300):
        tree = make_object(repo, "tree", b"40000 d\0" + bytes.fromhex(tree))
    ident = "A <a@b> 1 +0000"
    text = f"tree {tree}\nauthor {ident}\ncommitter {ident}\n\nx\n"
    commit = make_object(repo, "commit", text.encode())
    repository = opened()
    assert repository.read_path(commit, "d/" * 300 + "f") == b"deep"
    assert repository.totals([commit], []) == (1, 4)


def test_a_blob_that_is_gone(repo: Path, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    oid = commit("one", a="a", b="b")
    blob = oid_of("HEAD:a")
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    repository = opened()
    for ask in (lambda: repository.totals([oid], []), lambda: repository.read_path(oid, "a")):
        with pytest.raises(MissingObject, match=blob):
            ask()
    assert repository.read_path(oid, "b") == b"b"
    assert subprocess.run(["git", "cat-file", "-e", blob], cwd=repo, check=False).returncode == 1
