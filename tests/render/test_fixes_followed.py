"""The printed fixes, typed in as they stand, in real repositories: afterwards the same check allows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("forked_hooks")

POLICY = """version: 1
policy: {id: demo, revision: 1}
rules:
  - {rule: ticket-reference, refs: [refs/heads/**], pattern: 'DEMO-[1-9][0-9]*', merges: judge}
"""
ADD_TICKET = "git interpret-trailers --in-place --if-exists doNothing --trailer 'Refs: DEMO-1'"
IDENT = "Ann <ann@example.com> 1700000000 +0000"
FOLLOWED = {  # what the words after the rebase ask of the list, as a sed expression
    'mark it "reword"': "s/^pick/reword/",
    'mark them "reword"': "s/^pick/reword/",
    'write "merge -c" for "merge -C" in its line': "s/^merge -C/merge -c/",
    'of a merge write "merge -c" for "merge -C"': "s/^merge -C/merge -c/",
    'mark it "edit"': "0,/^pick/s//edit/",
}


@pytest.fixture
def work(repo: Path, git) -> Path:
    """A work tree with a policy that asks every commit for a ticket."""
    (repo / ".gitward.yaml").write_text(POLICY)
    return repo


@pytest.fixture
def commit(work: Path, git):
    """A commit that adds a file of its own, so that a rebase has something to carry."""

    def make(message: str) -> str:
        (work / message.replace("\n", "").replace(" ", "-")).write_text(message)
        git("add", "--all", ".", ":!.gitward.yaml", cwd=work)
        git("commit", "-q", "-m", message, cwd=work)
        return git("rev-parse", "HEAD", cwd=work).stdout.strip()

    return make


@pytest.fixture
def literally(work: Path, git):
    """Write a commit of these header lines and message on top, the tree that of the index."""

    def make(*headers: str, root: bool = False, message: bytes = b"bad\n\nRefs: DEMO-1\n") -> None:
        (work / "bad").write_text("bad")
        git("add", "bad", cwd=work)
        lines = [f"tree {git('write-tree', cwd=work).stdout.strip()}"]
        if not root:
            lines.append(f"parent {git('rev-parse', 'HEAD', cwd=work).stdout.strip()}")
        raw = work.parent / "raw"
        raw.write_bytes("\n".join([*lines, *headers]).encode() + b"\n\n" + message)
        oid = git("hash-object", "-t", "commit", "-w", "--literally", raw, cwd=work).stdout.strip()
        git("reset", "-q", "--hard", oid, cwd=work)

    return make


@pytest.fixture
def follow(work: Path, git, gitward):
    """Type in the fix that `gitward check` prints for one entry; gives that fix."""

    def run(entry: str) -> str:
        denied = gitward("check", "--all", "--repo", work)
        assert denied.returncode == 1, denied.stdout + denied.stderr
        text = denied.stdout.partition(f"error[{entry}]")[2]
        fix = re.search(r"^  fix: (.*)$", text, re.MULTILINE)[1]
        parts = re.split("[,;] ", fix)
        marks = ";".join(FOLLOWED[part] for part in parts if part in FOLLOWED)
        env = {"GIT_SEQUENCE_EDITOR": f"sed -i -e {shlex.quote(marks)}", "GIT_EDITOR": ADD_TICKET}
        for command in (part for part in parts if part.startswith("git ")):
            git(*shlex.split(command)[1:], cwd=work, env=env)
        allowed = gitward("check", "--all", "--repo", work)
        assert allowed.returncode == 0, allowed.stdout + allowed.stderr
        return fix

    return run


def merge(work: Path, git, message: str) -> None:
    """`side` into `main`, by a merge commit."""
    git("merge", "-q", "--no-ff", "-m", message, "side", cwd=work)
    git("branch", "-q", "-D", "side", cwd=work)


def test_from_the_root(commit, follow) -> None:
    commit("one")
    commit("two")
    assert follow("ticket-reference").startswith("git rebase -i -r --root, ")


def test_from_a_commit_with_a_parent(commit, follow) -> None:
    commit("good\n\nRefs: DEMO-1")
    oid = commit("one")
    commit("two")
    assert follow("ticket-reference").startswith(f"git rebase -i -r {oid[:7]}^, ")


def test_merges_on_the_way_stay(work: Path, git, commit, follow) -> None:
    commit("good\n\nRefs: DEMO-1")
    git("switch", "-q", "-c", "side", cwd=work)
    commit("one")
    git("switch", "-q", "main", cwd=work)
    commit("two\n\nRefs: DEMO-2")
    merge(work, git, "merge\n\nRefs: DEMO-3")
    follow("ticket-reference")
    assert git("rev-list", "--merges", "--count", "HEAD", cwd=work).stdout == "1\n"


@pytest.mark.parametrize("between", ["Refs: DEMO-2", "none"])
def test_a_merge_that_is_named(work: Path, git, commit, follow, between: str) -> None:
    commit("good\n\nRefs: DEMO-1")
    git("switch", "-q", "-c", "side", cwd=work)
    commit(f"side\n\n{between}")
    git("switch", "-q", "main", cwd=work)
    merge(work, git, "merge")
    commit("top\n\nRefs: DEMO-3")
    assert 'write "merge -c" for "merge -C"' in follow("ticket-reference")
    assert git("rev-list", "--merges", "--count", "HEAD", cwd=work).stdout == "1\n"


MALFORMED = {
    "a header": (f"author {IDENT}", f"committer {IDENT}", "build-id 17"),
    "two authors": (f"author {IDENT}", "author Bob <bob@example.com> 1700000000 +0000", f"committer {IDENT}"),
    "two committers": (f"author {IDENT}", f"committer {IDENT}", f"committer {IDENT}"),
    "two signatures": (f"author {IDENT}", f"committer {IDENT}", "gpgsig x", "gpgsig y"),
    "two addresses": ("author A <a@b> <c@d> 1 +0000", f"committer {IDENT}"),
    "a zone": ("author A <a@b> 1 +9999", f"committer {IDENT}"),
    "no author": (f"committer {IDENT}",),
}


def _each_kind_in_two_places() -> Iterator[object]:
    """Each with and without a commit below it and one above it; every place with one kind at least."""
    for number, (name, headers) in enumerate(MALFORMED.items()):
        for below, above in [((True, True), (False, False)), ((True, False), (False, True))][number % 2]:
            place = f"{'on another' if below else 'root'}-{'below another' if above else 'tip'}"
            yield pytest.param(headers, below, above, id=f"{name}-{place}")


@pytest.mark.parametrize(("headers", "below", "above"), list(_each_kind_in_two_places()))
def test_a_malformed_commit(commit, literally, follow, headers: tuple[str, ...], below: bool, above: bool) -> None:
    if below:
        commit("good\n\nRefs: DEMO-1")
    literally(*headers, root=not below)
    if above:
        commit("top\n\nRefs: DEMO-2")
    follow("malformed-object")


def test_a_nul_in_the_message(commit, literally, follow) -> None:
    commit("good\n\nRefs: DEMO-1")
    literally(f"author {IDENT}", f"committer {IDENT}", message=b"bad\n\nRefs: DEMO-1\n\0more\n")
    follow("malformed-object")
