"""What a change brings, for the log: counted as git counts, with a reason where it is not known, and never in the way."""

from __future__ import annotations

import hashlib
import subprocess

import pytest

from gitward import brought
from gitward.judge import judge
from gitward.model import Host, RawUpdate, Request

ZERO = "0" * 40
POLICY = """\
version: 1
policy: {id: org}
rules:
  - {rule: ticket-reference, refs: [refs/heads/**]}
"""


@pytest.fixture
def commit(bare, git):
    """Makes a commit in the bare repository and gives its oid; `files` are names and texts."""

    def make(message, *parents, author="Ann <ann@example.com>", **files):
        lines = []
        for name, text in files.items():
            oid = git("hash-object", "-w", "--stdin", cwd=bare, stdin=text).stdout.strip()
            lines.append(f"100644 blob {oid}\t{name}\n")
        tree = git("mktree", cwd=bare, stdin="".join(lines)).stdout.strip()
        head = "".join(f"parent {parent}\n" for parent in parents)
        when = "1700000000 +0000"
        raw = f"tree {tree}\n{head}author {author} {when}\ncommitter Bob <bob@example.com> {when}\n\n{message}\n"
        return git("hash-object", "-t", "commit", "-w", "--stdin", cwd=bare, stdin=raw).stdout.strip()

    return make


@pytest.fixture
def decide(bare, tmp_path):
    def run(*updates, policy=POLICY, log="somewhere", stage="receive"):
        source = tmp_path / "policy.yaml"
        source.write_text(policy)
        raw = tuple(RawUpdate(old=old, new=new, ref=ref) for old, new, ref in updates)
        return judge(Request(stage=stage, updates=raw), Host(policies=(str(source),), repository=str(bare), log=log))

    return run


def by_git(bare, *pairs):
    """Files, insertions, deletions and the digest, from one git for each pair."""
    files = insertions = deletions = 0
    digest = hashlib.sha256()
    for pair in pairs:
        words = ["git", "--git-dir", str(bare), "diff-tree", "-r", "-z", "--no-abbrev", "--no-renames"]
        digest.update(subprocess.run([*words, "--raw", *pair], check=True, capture_output=True).stdout)
        counted = subprocess.run([*words[:5], "--numstat", "--no-renames", *pair], check=True, capture_output=True).stdout
        for line in counted.splitlines():
            added, removed, _ = line.split(b"\t", 2)
            files, insertions, deletions = files + 1, insertions + int(added), deletions + int(removed)
    return files, insertions, deletions, digest.hexdigest()


def measured(found):
    return found.files, found.insertions, found.deletions, found.diff


def test_the_trees_are_compared_as_git_compares_them(decide, commit, bare, git):
    base = commit("PROJ-1 base", a="1\n2\n3\n", b="x\n")
    git("update-ref", "refs/heads/main", base, cwd=bare)
    other = commit("PROJ-2 other", base, a="1\n2\n3\n", b="x\n", new="1\n")
    forced = commit("PROJ-3 forced", a="9\n")
    ff = decide((base, other, "refs/heads/main")).brought
    assert measured(ff) == by_git(bare, (base, other)) == (1, 1, 0, ff.diff)
    assert measured(decide((base, forced, "refs/heads/main")).brought) == by_git(bare, (base, forced))
    two = decide((base, other, "refs/heads/main"), (ZERO, forced, "refs/heads/topic")).brought
    empty = git("hash-object", "-t", "tree", "/dev/null", cwd=bare).stdout.strip()
    assert measured(two) == by_git(bare, (base, other), (empty, forced))
    assert measured(decide((ZERO, other, "refs/heads/topic")).brought) == measured(ff), "from where it left HEAD"
    assert measured(decide((ZERO, base, "refs/heads/topic")).brought)[:3] == (0, 0, 0)


def test_the_first_push_of_all(decide, commit, bare, git):
    first = commit("PROJ-1 first", a="1\n2\n")
    assert measured(decide((ZERO, first, "refs/heads/main")).brought)[:3] == (1, 2, 0)


def test_paths_that_git_would_quote(decide, commit, bare, git):
    base = commit("PROJ-1 base")
    git("update-ref", "refs/heads/main", base, cwd=bare)
    new = commit("PROJ-2 odd", base, **{"a\\tb": "1\n", ":100644 x": "1\n", "é": "1\n", '"q"': "2\n3\n"})
    found = decide((base, new, "refs/heads/main")).brought
    assert measured(found)[:3] == (4, 5, 0)
    assert found.diff == by_git(bare, (base, new))[3]


def test_who_and_which_tickets(decide, commit, bare, git):
    base = commit("PROJ-1 base")
    git("update-ref", "refs/heads/main", base, cwd=bare)
    one = commit("PROJ-2 one, PROJ-3", base)
    two = commit("none\n\nRefs: PROJ-4", one, author="Bob <bob@example.com>")
    found = decide((base, two, "refs/heads/main")).brought
    assert set(found.authors) == {("Ann", "ann@example.com"), ("Bob", "bob@example.com")}
    assert (found.author_count, set(found.tickets)) == (2, {"PROJ-2", "PROJ-3", "PROJ-4"})
    assert (found.signers, dict(found.unknown)) == (None, {"signers": "no entry asks"})


@pytest.mark.parametrize(("update", "reasons"), [
    ("deletion", {"diff": "no-commit", **dict.fromkeys(("authors", "signers", "tickets"), "no commit was read")}),
    ("many", {"diff": "too-many-updates", "signers": "no entry asks"}),
])  # fmt: skip
def test_what_is_not_known_has_a_reason(decide, commit, bare, git, update, reasons):
    base = commit("PROJ-1 base")
    git("update-ref", "refs/heads/main", base, cwd=bare)
    updates = [(base, ZERO, "refs/heads/main")] if update == "deletion" else [
        (ZERO, commit(f"PROJ-{number} x"), f"refs/heads/{number}") for number in range(1, 12)
    ]  # fmt: skip
    assert dict(decide(*updates).brought.unknown) == reasons


def test_a_comparison_that_takes_too_long_is_left(decide, commit, bare, git, monkeypatch):
    base = commit("PROJ-1 base")
    git("update-ref", "refs/heads/main", base, cwd=bare)
    new = commit("PROJ-2 new", base, a="1\n")
    monkeypatch.setattr(brought, "_WAIT", -1)
    decision = decide((base, new, "refs/heads/main"))
    assert decision.allowed
    assert (decision.brought.files, dict(decision.brought.unknown)["diff"]) == (None, "too-large")


def test_a_repository_in_which_git_fails_is_judged_all_the_same(decide, commit, bare, git):
    """The tree of a subfolder is gone: nobody asks for it but the comparison."""
    base = commit("PROJ-1 base")
    git("update-ref", "refs/heads/main", base, cwd=bare)
    sub = git("mktree", cwd=bare, stdin="").stdout.strip()
    blob = git("hash-object", "-w", "--stdin", cwd=bare, stdin="x").stdout.strip()
    sub = git("mktree", cwd=bare, stdin=f"100644 blob {blob}\tx\n").stdout.strip()
    tree = git("mktree", cwd=bare, stdin=f"040000 tree {sub}\tsub\n").stdout.strip()
    new = git("commit-tree", tree, "-p", base, cwd=bare, stdin="PROJ-2 new").stdout.strip()
    (bare / "objects" / sub[:2] / sub[2:]).unlink()
    decision = decide((base, new, "refs/heads/main"))
    assert decision.allowed
    assert dict(decision.brought.unknown)["diff"] == "git-failed"


def test_nobody_gathers_where_there_is_no_log(decide, commit, bare, git):
    new = commit("PROJ-1 base")
    assert decide((ZERO, new, "refs/heads/main"), log="").brought is None
