"""`gitward init`: the policy fits the history, loads, passes its own tests, and is never written over another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from conftest import Git, Run


def history(git: Git, repo: Path, messages: Iterable[str], branch: str = "main") -> None:
    """One commit per message, written in one go."""
    stream = []
    for number, message in enumerate(messages, 1):
        data = message + "\n"
        stream.append(
            f"commit refs/heads/{branch}\nmark :{number}\ncommitter Ada <ada@example.org> {1700000000 + number} +0000\n"
            f"data {len(data.encode())}\n{data}" + (f"from :{number - 1}\n" if number > 1 else "")
        )
    git("fast-import", "--quiet", cwd=repo, stdin="".join(stream))


def written(gitward: Run, repo: Path) -> tuple[str, str]:
    """The report and the policy, after a look whether it loads and is green."""
    done = gitward("init", cwd=repo)
    assert (done.returncode, done.stderr) == (0, "")
    checked = gitward("policy", "test", cwd=repo)
    assert (checked.returncode, checked.stdout[:3]) == (0, "ok:"), checked.stdout
    return done.stdout, (repo / ".gitward.yaml").read_text()


def shown(gitward: Run, repo: Path, rule: str) -> list[str]:
    """The lines of one entry in `policy show`."""
    lines = gitward("policy", "show", cwd=repo).stdout.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(f"  - rule: {rule} "))
    end = next((index for index in range(start + 1, len(lines)) if lines[index].startswith("  - ")), len(lines))
    return [line.strip() for line in lines[start:end]]


def test_an_unborn_branch(gitward: Run, git: Git, repo: Path) -> None:
    git("symbolic-ref", "HEAD", "refs/heads/développement", cwd=repo)
    report, policy = written(gitward, repo)
    assert report == (
        f"wrote {repo}/.gitward.yaml\nthere is no history to try it on\nnext: gitward install, and commit the policy\n"
    )
    assert 'protected: ["refs/heads/développement"]' in policy
    assert 'extends: ["builtin:minimal"]' in policy
    assert "policy: {id: work, revision: 1}" in policy


def test_conventional_commits_with_tickets(gitward: Run, git: Git, repo: Path) -> None:
    good = [f"feat(part): change number {number}\n\nRefs: PAY-{number}" for number in range(1, 46)]
    bad = [
        "Update the readme\n\nRefs: PAY-1",
        "fix: no ticket here",
        "fix: handle UTF-8 and SHA-256",
        "WIP",
        "docs: x (PAY-2)",
    ]
    history(git, repo, good + bad)
    report, policy = written(gitward, repo)
    assert (
        "46 of 50 commits (92%) would pass; most denied: ticket-reference 3, conventional-commit 2, subject-length 1"
        in report
    )
    assert 'extends: ["builtin:conventional"]' in policy
    assert "pattern: 'PAY-[1-9][0-9]*'" in policy
    assert "Conventional Commits  96% (feat, fix, docs)" in policy
    assert shown(gitward, repo, "ticket-reference")[1] == 'refs: ["refs/heads/main"]'


def test_a_word_before_a_colon_is_not_yet_a_conventional_commit(gitward: Run, git: Git, repo: Path) -> None:
    history(git, repo, [f"parser: change number {number}" for number in range(20)])
    report, policy = written(gitward, repo)
    assert 'extends: ["builtin:minimal"]' in policy
    assert "20 of 20 commits (100%) would pass\n" in report


def test_long_subjects_get_a_longer_limit(gitward: Run, git: Git, repo: Path) -> None:
    history(git, repo, ["x" * 83] * 20 + ["y" * 120])
    report, _ = written(gitward, repo)
    assert "max: 90" in shown(gitward, repo, "subject-length")
    assert "20 of 21 commits (95%) would pass; most denied: subject-length 1" in report


@pytest.mark.parametrize("conventional", [False, True])
@pytest.mark.parametrize("ticket", [False, True])
@pytest.mark.parametrize("long", [False, True])
def test_every_mixture_is_green(
    gitward: Run, git: Git, repo: Path, *, conventional: bool, ticket: bool, long: bool
) -> None:
    subject = ("fix: " if conventional else "") + ("x" * 95 if long else "handle it") + (" OPS-7" if ticket else "")
    history(git, repo, [subject] * 5)
    report, policy = written(gitward, repo)
    assert "5 of 5 commits (100%) would pass" in report
    assert ("builtin:conventional" in policy, "OPS-[1-9]" in policy, "max: 1" in policy) == (conventional, ticket, long)


def test_what_many_do_is_a_comment(gitward: Run, git: Git, repo: Path) -> None:
    history(git, repo, ["fix: handle it (#1)", "Handle it, OPS-1 (#2)"] * 10, "release/1.0")
    git("update-ref", "refs/heads/main", "refs/heads/release/1.0", cwd=repo)
    _, policy = written(gitward, repo)
    comments = [line for line in policy.splitlines() if line.startswith("# ")]
    assert "# 50% of the commits name a ticket of OPS: to ask for it, add" in comments
    assert "#   - {rule: ticket-reference, refs: [protected], pattern: 'OPS-[1-9][0-9]*'}" in comments
    assert "# 50% of the subjects are Conventional Commits: to ask for it, extend" in comments
    assert "# landing: [{refs: [protected], method: squash}]" in comments
    assert 'protected: ["refs/heads/main", "refs/heads/release/**"]' in policy


def test_merges_are_put_aside(gitward: Run, git: Git, repo: Path) -> None:
    history(git, repo, ["first subject", "second subject"])
    git("checkout", "-q", "-f", "main", cwd=repo)
    git("checkout", "-q", "-b", "topic", "HEAD^", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "third subject", cwd=repo)
    git("checkout", "-q", "main", cwd=repo)
    git("merge", "-q", "-m", "M", "topic", cwd=repo)
    report, policy = written(gitward, repo)
    assert "3 of 3 commits (100%) would pass" in report
    assert "of refs/heads/main, without 1 merges:" in policy


def test_messages_that_are_no_text_and_objects_that_are_malformed(gitward: Run, git: Git, repo: Path) -> None:
    tree = git("mktree", cwd=repo).stdout.strip()
    head = f"tree {tree}\nauthor A <a@b.c> 1700000000 +0000\ncommitter A <a@b.c> 1700000000 +0000\n"
    first = git(
        "hash-object", "-t", "commit", "-w", "--stdin", "--literally", cwd=repo, stdin=head + "\n\udcff\udcfe PAY-1\n"
    )
    second = f"tree {tree}\nparent {first.stdout}{head.partition(chr(10))[2]}nonsense\n\nno such header here\n"
    second_oid = git(
        "hash-object", "-t", "commit", "-w", "--stdin", "--literally", cwd=repo, stdin=second
    ).stdout.strip()
    git("update-ref", "refs/heads/main", second_oid, cwd=repo)
    report, _ = written(gitward, repo)
    assert "0 of 2 commits (0%) would pass" in report
    assert "malformed-object 1" in report


def test_only_the_newest_thousand_are_looked_at(gitward: Run, git: Git, repo: Path) -> None:
    history(git, repo, ["WIP"] * 200 + ["a good subject"] * 1000)
    assert "1000 of 1000 commits (100%) would pass" in written(gitward, repo)[0]


def test_a_shallow_clone_is_looked_at_as_far_as_it_goes(gitward: Run, git: Git, repo: Path, tmp_path: Path) -> None:
    history(git, repo, [f"commit number {number}" for number in range(9)])
    git("clone", "-q", "--depth=4", f"file://{repo}", tmp_path / "shallow")
    assert "4 of 4 commits" in written(gitward, tmp_path / "shallow")[0]


def test_a_repository_that_libgit2_cannot_read(gitward: Run, git: Git, tmp_path: Path) -> None:
    repo = tmp_path / "sha256"
    git("init", "-q", "--object-format=sha256", repo)
    history(git, repo, ["fix: a good subject"] * 3)
    assert "3 of 3 commits (100%) would pass" in written(gitward, repo)[0]
    assert gitward("install", cwd=repo).returncode == 0
    assert gitward("doctor", cwd=repo).returncode == 0
    assert "passed         conventional-commit" in gitward("explain", "HEAD", cwd=repo).stdout


def test_the_branch_is_the_remotes(gitward: Run, git: Git, repo: Path, tmp_path: Path) -> None:
    history(git, repo, ["a good subject"], "trunk")
    git("symbolic-ref", "HEAD", "refs/heads/trunk", cwd=repo)
    git("clone", "-q", repo, tmp_path / "clone")
    git("checkout", "-q", "-b", "topic", cwd=tmp_path / "clone")
    assert 'protected: ["refs/heads/trunk"]' in written(gitward, tmp_path / "clone")[1]


def test_a_policy_that_is_there_is_not_overwritten(gitward: Run, repo: Path, tmp_path: Path) -> None:
    (repo / "sub").mkdir()
    policy = repo / ".gitward.yaml"
    policy.symlink_to(tmp_path / "nowhere")
    done = gitward("init", cwd=repo / "sub")
    assert (done.returncode, done.stdout) == (2, "")
    fix = "  fix: look at it with `gitward policy show`, or say --force to replace it\n"
    assert done.stderr == f"gitward: {policy} is there already\n{fix}"
    policy.unlink()
    policy.write_text("mine\n")
    assert gitward("init", cwd=repo).returncode == 2
    assert policy.read_text() == "mine\n"
    assert gitward("init", "--force", cwd=repo).returncode == 0
    assert "version: 1" in policy.read_text()


def test_other_places(gitward: Run, git: Git, repo: Path, bare: Path, tmp_path: Path) -> None:
    done = gitward("init", "--output", "-", cwd=repo)
    assert done.stdout.startswith("# The policy of this repository.")
    assert done.stderr.startswith("there is no history")
    assert not (repo / ".gitward.yaml").exists()
    done = gitward("init", "--repo", bare)
    assert (done.returncode, "fix: say where with --output F" in done.stderr) == (2, True)
    assert gitward("init", "--repo", bare, "--output", "p.yaml", cwd=tmp_path).returncode == 0
    assert "policy: {id: server, revision: 1}" in (tmp_path / "p.yaml").read_text()
    assert gitward("init", "--repo", bare, "--output", "p.yaml", cwd=tmp_path).returncode == 2
    done = gitward("init", "--repo", tmp_path)
    assert (done.returncode, "not a git repository" in done.stderr) == (3, True)


def test_editors_can_check_what_was_written(gitward: Run, git: Git, repo: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    yaml = pytest.importorskip("yaml")
    history(git, repo, ["fix: " + "x" * 90 + " OPS-7"] * 5)
    _, policy = written(gitward, repo)
    schema = json.loads(gitward("policy", "schema", cwd=repo).stdout)
    jsonschema.validate(yaml.safe_load(policy), schema)
