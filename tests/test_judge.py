"""What a server decides about whole pushes, where the pieces meet: aliases, tags to files, the policy's own ref."""

from __future__ import annotations

import pytest

from gitward.judge import judge
from gitward.model import Host, Limits, RawUpdate, Request

ZERO = "0" * 40
PROTECTED = """\
version: 1
policy: {id: org, revision: 3}
refsets: {protected: [refs/heads/main, refs/heads/release/**]}
rules:
  - {rule: ticket-reference, refs: [protected], pattern: 'PAY-[1-9][0-9]*'}
"""
LIMITED = """\
version: 1
policy: {id: org}
rules:
  - {rule: push-limits, bytes: 1000}
"""


@pytest.fixture
def commit(bare, git, tmp_path):
    """Makes a commit in the bare repository and gives its oid; `files` are names and texts."""

    def make(message, *parents, **files):
        lines = []
        for name, text in files.items():
            oid = git("hash-object", "-w", "--stdin", cwd=bare, stdin=text).stdout.strip()
            lines.append(f"100644 blob {oid}\t{name}\n")
        tree = git("mktree", cwd=bare, stdin="".join(lines)).stdout.strip()
        options = [part for parent in parents for part in ("-p", parent)]
        return git("commit-tree", tree, *options, cwd=bare, stdin=message).stdout.strip()

    return make


@pytest.fixture
def decide(bare, tmp_path):
    def run(*updates, policy=PROTECTED, limits=None, source=""):
        if not source:
            source = tmp_path / "policy.yaml"
            source.write_text(policy)
        host = Host(policies=(str(source),), repository=str(bare), limits=limits or Limits())
        raw = tuple(RawUpdate(old=old, new=new, ref=ref) for old, new, ref in updates)
        return judge(Request(stage="receive", updates=raw), host)

    return run


def violated(decision):
    return {result.entry for result in decision.results if result.outcome == "violated"}


def test_parked_commits_are_judged_where_they_land(decide, commit, bare, git):
    base, bad = commit("PAY-1 base"), None
    git("update-ref", "refs/heads/main", base, cwd=bare)
    bad = commit("no ticket", base)
    assert decide((ZERO, bad, "refs/heads/topic")).allowed
    git("update-ref", "refs/heads/topic", bad, cwd=bare)
    assert violated(decide((base, bad, "refs/heads/main"))) == {"ticket-reference"}


def test_an_alias_makes_nothing_judged(decide, commit, bare, git):
    bad = commit("no ticket")
    git("symbolic-ref", "refs/heads/release/latest", "refs/heads/topic", cwd=bare)
    git("update-ref", "refs/heads/topic", bad, cwd=bare)
    assert violated(decide((ZERO, bad, "refs/heads/release/9"))) == {"ticket-reference"}


def test_a_push_through_an_alias_is_judged_for_both_names(decide, commit, bare, git):
    git("symbolic-ref", "refs/heads/release/stable", "refs/heads/topic", cwd=bare)
    decision = decide((ZERO, commit("no ticket"), "refs/heads/release/stable"))
    assert violated(decision) == {"ticket-reference"}
    assert decision.updates[0].ref == "refs/heads/topic"


@pytest.mark.parametrize("kind", ["blob", "tree", "tag"])
def test_a_tag_to_a_file_counts_its_bytes(decide, commit, bare, git, kind):
    git("update-ref", "refs/heads/main", commit("one"), cwd=bare)
    oid = git("hash-object", "-w", "--stdin", cwd=bare, stdin="x" * 5000).stdout.strip()
    if kind == "tree":
        oid = git("mktree", cwd=bare, stdin=f"100644 blob {oid}\ta\n").stdout.strip()
    if kind == "tag":
        git("tag", "-a", "-m", "t", "made", oid, cwd=bare)
        oid = git("rev-parse", "made", cwd=bare).stdout.strip()
        git("update-ref", "-d", "refs/tags/made", cwd=bare)
    assert violated(decide((ZERO, oid, "refs/tags/made"), policy=LIMITED)) == {"push-limits"}


def test_a_push_over_its_limits_is_not_read(decide, commit):
    decision = decide((ZERO, commit("one", a="x" * 5000), "refs/heads/main"), policy=LIMITED)
    assert violated(decision) == {"push-limits"}
    assert decision.commits == 0
    assert any("not read" in notice for notice in decision.notices)


@pytest.mark.parametrize(
    ("following", "problem"),
    [
        (PROTECTED.replace("revision: 3", "revision: 2"), "goes back from 3 to 2"),
        (PROTECTED.replace(", revision: 3", ""), "goes back from 3 to none"),
        ("{", "unusable"),
        (None, "unusable"),
    ],
)
def test_a_policy_that_cannot_follow_is_refused(decide, commit, bare, git, following, problem):
    first = commit("PAY-1 policy", **{".gitward.yaml": PROTECTED})
    git("update-ref", "refs/heads/main", first, cwd=bare)
    files = {} if following is None else {".gitward.yaml": following}
    decision = decide((first, commit("PAY-2 next", first, **files), "refs/heads/main"),
                      source="refs/heads/main:.gitward.yaml")  # fmt: skip
    assert decision.exit_code == 1
    assert violated(decision) == {"push-integrity"}
    assert problem in decision.results[0].violations[0].message


def test_a_policy_that_changes_is_named(decide, commit, bare, git):
    first = commit("PAY-1 policy", **{".gitward.yaml": PROTECTED})
    git("update-ref", "refs/heads/main", first, cwd=bare)
    weaker = PROTECTED.replace("revision: 3", "revision: 4").replace("PAY-[1-9][0-9]*", "[A-Z]+")
    source = "refs/heads/main:.gitward.yaml"
    decision = decide((first, commit("PAY-2 next", first, **{".gitward.yaml": weaker}), "refs/heads/main"), source=source)
    assert decision.allowed
    assert decision.notices == (
        "this push changes the policy org, revision 3 to 4: 0 weaker, 0 stricter, 1 different; the old one judges it",
    )
    smuggled = commit("X", commit("PAY-2 next", first, **{".gitward.yaml": weaker}), **{".gitward.yaml": weaker})
    assert violated(decide((first, smuggled, "refs/heads/main"), source=source)) == {"ticket-reference"}


def test_the_ref_of_the_policy_cannot_be_deleted(decide, commit, bare, git):
    first = commit("PAY-1 policy", **{".gitward.yaml": PROTECTED})
    git("update-ref", "refs/heads/main", first, cwd=bare)
    decision = decide((first, ZERO, "refs/heads/main"), source="refs/heads/main:.gitward.yaml")
    assert violated(decision) == {"push-integrity"}


@pytest.mark.parametrize(
    ("settings", "ref", "code"),
    [
        (("refs/for",), "refs/for/main", 3),
        (("refs/for/", "refs/drafts"), "refs/for/main", 3),
        (("refs/drafts", "refs/for"), "refs/drafts", 3),
        (("refs/for",), "refs/heads/main", 0),
        (("refs/for",), "refs/forward/main", 0),
        (("ad:refs/heads",), "refs/heads/main", 3),
        (("refs/for", "!:refs/heads"), "refs/tags/v1", 3),
        (("",), "refs/heads/main", 3),
    ],
)
def test_what_goes_to_proc_receive_cannot_be_judged(decide, commit, bare, git, settings, ref, code):
    """Gitea sets refs/for in every repository. The refs that it does not name git moves itself."""
    for value in settings:
        git("config", "--add", "receive.procReceiveRefs", value, cwd=bare)
    assert decide((ZERO, commit("PAY-1 x"), ref)).exit_code == code


def test_one_ref_for_proc_receive_leaves_the_push_undecided(decide, commit, bare, git):
    git("config", "receive.procReceiveRefs", "refs/for", cwd=bare)
    tip = commit("PAY-1 x")
    decision = decide((ZERO, tip, "refs/heads/main"), (ZERO, tip, "refs/for/main"))
    assert (decision.exit_code, decision.failure.reason) == (3, "proc-receive")


def test_budgets_come_before_everything_else(decide, commit):
    many = [(ZERO, "1" * 40, f"refs/heads/{number}") for number in range(5)]
    decision = decide(*many, limits=Limits(refs=4))  # the objects do not exist: nobody has looked for them yet
    assert (decision.failure.reason, decision.exit_code) == ("too-large", 3)
    tip = commit("PAY-3 c", commit("PAY-2 b", commit("PAY-1 a")))
    assert decide((ZERO, tip, "refs/heads/main"), limits=Limits(commits=2)).failure.reason == "too-large"
    assert decide((ZERO, tip, "refs/heads/main"), limits=Limits(commits=3)).allowed


def test_an_object_that_is_not_there_is_undecided(decide):
    assert decide((ZERO, "1" * 40, "refs/heads/main")).failure.reason == "missing-object"


@pytest.mark.parametrize("ref", ["refs/replace/" + "1" * 40, "refs/gitward/baseline", "refs/gitward/receipts/x"])
def test_reserved_refs(decide, commit, ref):
    assert violated(decide((ZERO, commit("PAY-1 x"), ref))) == {"push-integrity"}


def test_a_false_old_value_and_a_ref_named_twice(decide, commit, bare, git):
    one, two = commit("PAY-1 x"), commit("PAY-2 y")
    git("update-ref", "refs/heads/main", one, cwd=bare)
    assert violated(decide((two, two, "refs/heads/main"))) >= {"push-integrity"}
    twice = decide((ZERO, one, "refs/heads/a"), (ZERO, two, "refs/heads/a"))
    assert violated(twice) == {"push-integrity"}
    assert twice.results[0].violated == 2


@pytest.mark.parametrize(("old", "words"), [(1, "1 commit"), (2, "2 commits")])
def test_what_is_taken_as_judged_is_counted_in_words(decide, commit, bare, git, old, words):
    tip = None
    for number in range(1, old + 1):
        tip = commit(f"PAY-{number} x", *([tip] if tip else []))
    git("update-ref", "refs/heads/main", tip, cwd=bare)
    assert decide((ZERO, commit("PAY-9 y", tip), "refs/heads/topic")).notices == (f"taken as judged: {words}",)
