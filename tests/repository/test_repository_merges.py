"""Merges that are made again: of more than two sides, and whatever lies about where git is started."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from making import Commit, OidOf

    from conftest import Git

pytestmark = pytest.mark.parametrize("kind", ["plumbing"], indirect=True)  # git merges, whoever reads
WHO = "A <a@example.com> 1700000000 +0000"


def remade(repo: Path, oid: str, *, resolved: bool) -> bool | None:
    with open_repository(str(repo)) as repository:
        return repository.is_remade(oid, resolved=resolved)


def sides(git: Git, repo: Path, oid_of: OidOf, *files: dict[str, str | None]) -> list[str]:
    """Branches from where the work tree stands, each with these files."""
    start, found = oid_of("HEAD"), []
    for each in files:
        git("checkout", "-q", "--detach", start, cwd=repo)
        for name, content in each.items():
            if content is None:
                git("rm", "-q", name, cwd=repo)
            else:
                (repo / name).parent.mkdir(exist_ok=True)
                (repo / name).write_text(content)
        git("add", "-A", cwd=repo)
        git("commit", "-q", "-m", "x", cwd=repo)
        found.append(oid_of("HEAD"))
    git("checkout", "-q", "--detach", start, cwd=repo)
    return found


def test_an_octopus_is_made_again(repo: Path, git: Git, commit: Commit, oid_of: OidOf) -> None:
    """As git makes it: one side after the other, without renames."""
    lines = [f"{number}\n" for number in range(9)]
    commit("one", a="".join(lines), b="1\n")
    first, last = "".join(["x\n", *lines[1:]]), "".join([*lines[:8], "y\n"])
    ends = sides(git, repo, oid_of, {"a": first}, {"b": None, "c": "1\n"}, {"a": last})
    git("merge", "-q", "-m", "octopus", *ends, cwd=repo)
    octopus = oid_of("HEAD")
    assert len(git('rev-parse', 'HEAD^@', cwd=repo).stdout.split()) == 3
    assert remade(repo, octopus, resolved=False) is True
    evil = sides(git, repo, oid_of, {"evil": "x\n"})[0]
    parents = [word for each in ends for word in ("-p", each)]
    slipped = git("commit-tree", f"{evil}^{{tree}}", *parents, "-m", "x", cwd=repo).stdout.strip()
    dropped = git("commit-tree", f"{ends[0]}^{{tree}}", *parents, "-m", "x", cwd=repo).stdout.strip()
    for resolved in (False, True):
        assert [remade(repo, each, resolved=resolved) for each in (slipped, dropped)] == [False, False]


def test_an_octopus_with_conflicts(repo: Path, git: Git, commit: Commit, oid_of: OidOf) -> None:
    """git leaves those of the last side to whoever merges, and makes nothing of others."""
    commit("one", a="1\n", b="1\n")
    one, two, three = sides(git, repo, oid_of, {"a": "x\n"}, {"b": "x\n"}, {"a": "y\n", "c": "c\n"})
    resolved = sides(git, repo, oid_of, {"a": "both\n", "b": "x\n", "c": "c\n"})[0]
    for ends, answers in (((one, two, three), [False, True]), ((one, three, two), [False, False])):
        parents = [word for each in ends for word in ("-p", each)]
        octopus = git("commit-tree", f"{resolved}^{{tree}}", *parents, "-m", "x", cwd=repo).stdout.strip()
        assert [remade(repo, octopus, resolved=each) for each in (False, True)] == answers
        git("checkout", "-q", "--detach", "-f", ends[0], cwd=repo)
        done = subprocess.run(["git", "-C", repo, "merge", "-q", "-m", "x", *ends[1:]], capture_output=True, check=False)
        assert done.returncode


def test_an_octopus_that_git_makes_in_a_way_of_its_own(repo: Path, git: Git, commit: Commit, oid_of: OidOf) -> None:
    """Several best common ancestors: not known, and so are more parents than it is worth."""
    commit("one", a="1\n")
    one, two, three = sides(git, repo, oid_of, {"a": "x\n"}, {"b": "x\n"}, {"c": "x\n"})
    both = sides(git, repo, oid_of, {"a": "x\n", "b": "x\n"})[0]
    crossed = [
        git("commit-tree", f"{both}^{{tree}}", "-p", first, "-p", second, "-m", "x", cwd=repo).stdout.strip()
        for first, second in ((one, two), (two, one))
    ]
    tree = oid_of(f"{both}^{{tree}}")
    for parents, answer in (((*crossed, three), None), ((three,) * 65, None), ((one, one, both, both), True)):
        text = "".join([f"tree {tree}\n", *(f"parent {each}\n" for each in parents), f"author {WHO}\ncommitter {WHO}\n\nx\n"])
        done = subprocess.run(["git", "-C", repo, "hash-object", "-t", "commit", "-w", "--stdin"], input=text.encode(),
                              capture_output=True, check=True)  # fmt: skip
        assert remade(repo, done.stdout.decode().strip(), resolved=False) is answer


def test_no_attribute_of_a_work_tree_says_how_to_merge(
    repo: Path, git: Git, commit: Commit, oid_of: OidOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one of the very change that is judged, which lies where git is started."""
    commit("one", a="1\n")
    one, two = sides(git, repo, oid_of, {"a": "x\n"}, {"a": "y\n"})
    union = sides(git, repo, oid_of, {"a": "x\ny\n"})[0]
    merge = git("commit-tree", f"{union}^{{tree}}", "-p", one, "-p", two, "-m", "x", cwd=repo).stdout.strip()
    (repo / ".gitattributes").write_text("* merge=union\n")
    monkeypatch.chdir(repo)
    assert subprocess.run(["git", "merge-tree", "--write-tree", one, two], capture_output=True, check=False).returncode == 0
    assert remade(repo, merge, resolved=False) is False
