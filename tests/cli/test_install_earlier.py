"""`gitward install` beside the hooks of others: they run first, as they always did, and none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hookscripts import POLICY, TOO_LONG, picture, script

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run


def hooks_of(repo: Path) -> Path:
    return repo / ".git" / "hooks"


EARLIER = {
    "sh": ("/bin/sh", ['echo "$0|$*" >> ran', "exit 0"]),
    "sh with a flag": ("/bin/sh -e", ['echo "$0|$*" >> ran', "true"]),
    "bash by env": ("/usr/bin/env bash", ['words=("$@"); echo "$0|${words[*]}" >> ran', "exit 0"]),
    "another program": ("/usr/bin/awk -f", ['BEGIN { print "awk|" ARGV[1] >> "ran" }']),
}


@pytest.mark.parametrize("kind", EARLIER)
def test_the_hook_that_was_there_runs_first_with_the_same_arguments(
    gitward: Run, git: Git, repo: Path, kind: str
) -> None:
    interpreter, lines = EARLIER[kind]
    (repo / ".gitward.yaml").write_text(POLICY)
    script(hooks_of(repo) / "commit-msg", *lines, interpreter=interpreter)
    git("commit", "-q", "--allow-empty", "-m", "before it", cwd=repo)
    alone = (repo / "ran").read_text()
    (repo / "ran").unlink()
    assert "commit-msg hook that was here is kept as commit-msg.before-gitward" in gitward("install", cwd=repo).stdout
    git("commit", "-q", "--allow-empty", "-m", "after it", cwd=repo)
    assert (repo / "ran").read_text() == alone
    assert git("commit", "--allow-empty", "-m", TOO_LONG, cwd=repo, ok=False).returncode == 1
    assert (repo / "ran").read_text() == alone * 2


def test_when_the_earlier_hook_fails_nothing_else_runs(gitward: Run, git: Git, repo: Path) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    script(hooks_of(repo) / "commit-msg", "echo no >&2", "exit 7")
    gitward("install", cwd=repo)
    failed = git("commit", "--allow-empty", "-m", TOO_LONG, cwd=repo, ok=False)
    assert (failed.returncode, failed.stderr) == (1, "no\n")


def test_an_earlier_hook_that_git_did_not_run_is_not_run_now(gitward: Run, git: Git, repo: Path) -> None:
    script(hooks_of(repo) / "commit-msg", "exit 1", mode=0o644)
    gitward("install", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "as before", cwd=repo)


def test_a_dispatcher_that_goes_by_its_own_name_still_finds_itself(gitward: Run, git: Git, repo: Path) -> None:
    """husky's shape: core.hooksPath inside the work tree, the script chosen by the last part of `$0`."""
    script(repo / ".husky/_/commit-msg", '. "$(dirname "$0")/h"', interpreter="/usr/bin/env sh")
    script(
        repo / ".husky/_/h",
        's=$(dirname "$(dirname "$0")")/$(basename "$0")',
        '[ -f "$s" ] || exit 0',
        'sh -e "$s" "$@"',
    )
    script(repo / ".husky/commit-msg", 'grep -q TEAM "$1"')
    git("config", "core.hooksPath", ".husky/_", cwd=repo)
    (repo / "sub").mkdir()
    done = gitward("install", cwd=repo / "sub")
    assert f"installed in {repo}/.husky/_: " in done.stdout
    assert "do not commit these files" in done.stdout
    assert git("commit", "--allow-empty", "-m", "without it", cwd=repo, ok=False).returncode == 1
    git("commit", "-q", "--allow-empty", "-m", "TEAM with it", cwd=repo)
    gitward("install", "--remove", cwd=repo)
    assert not (repo / ".husky/_/pre-push").exists()
    assert "gitward" not in (repo / ".husky/_/commit-msg").read_text()


def test_both_hooks_read_what_git_writes_to_pre_push(gitward: Run, git: Git, repo: Path, bare: Path) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    script(hooks_of(repo) / "pre-push", "cat > seen")
    gitward("install", cwd=repo)
    (hooks_of(repo) / "commit-msg").unlink()
    git("commit", "-q", "--allow-empty", "-m", "short enough", cwd=repo)
    git("push", "-q", bare, "HEAD:refs/heads/main", cwd=repo)
    head = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    assert (repo / "seen").read_text() == f"HEAD {head} refs/heads/main {'0' * 40}\n"
    git("commit", "-q", "--allow-empty", "-m", TOO_LONG, cwd=repo)
    denied = git("push", "-q", bare, "HEAD:refs/heads/main", cwd=repo, ok=False)
    assert denied.returncode == 1
    assert "error[subject-length]" in denied.stdout + denied.stderr
    # nothing to push: git runs the hook with nothing on stdin
    (repo / "seen").unlink()
    git("reset", "-q", "--hard", head, cwd=repo)
    git("push", "-q", bare, "HEAD:refs/heads/main", cwd=repo)
    assert (repo / "seen").read_text() == ""


def test_an_earlier_pre_push_that_reads_nothing_stops_nothing(gitward: Run, git: Git, repo: Path, bare: Path) -> None:
    script(hooks_of(repo) / "pre-push", "exit 0")
    gitward("install", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "first", cwd=repo)
    refs = [f"HEAD:refs/heads/{'long-name-' * 15}{number}" for number in range(600)]  # more than a pipe holds
    done = git("push", "-q", bare, *refs, cwd=repo)
    assert done.stderr == ""


def test_a_second_earlier_hook_is_never_lost(gitward: Run, repo: Path) -> None:
    hooks = hooks_of(repo)
    script(hooks / "commit-msg", "echo first")
    gitward("install", cwd=repo)
    script(hooks / "commit-msg", "echo second")  # another tool has put its own over gitward's
    before = picture(hooks)
    done = gitward("install", cwd=repo)
    assert (done.returncode, done.stdout) == (2, "")
    assert "commit-msg is not gitward's, and commit-msg.before-gitward holds an earlier hook already" in done.stderr
    assert "fix: look at both files" in done.stderr
    assert picture(hooks) == before
    script(hooks / "commit-msg", "echo first")  # the same one again: nothing can be lost
    assert gitward("install", cwd=repo).returncode == 0


def test_an_edited_hook_is_never_overwritten(gitward: Run, repo: Path) -> None:
    gitward("install", cwd=repo)
    hook = hooks_of(repo) / "pre-push"
    hook.write_text(hook.read_text().replace("exec ", "make lint && exec "))
    before = picture(hooks_of(repo))
    for words in (["install"], ["install", "--remove"]):
        done = gitward(*words, cwd=repo)
        assert (done.returncode, "pre-push was written by gitward and edited since" in done.stderr) == (2, True)
        assert picture(hooks_of(repo)) == before


def test_the_pre_commit_framework_moves_the_hook_and_runs_it(gitward: Run, repo: Path) -> None:
    hooks = hooks_of(repo)
    gitward("install", cwd=repo)
    (hooks / "commit-msg").rename(hooks / "commit-msg.legacy")
    theirs = script(hooks / "commit-msg", "exit 0", interpreter="/usr/bin/env bash").read_bytes()
    assert gitward("install", cwd=repo).stdout.startswith("unchanged in ")
    assert (hooks / "commit-msg").read_bytes() == theirs
    gitward("install", "--remove", cwd=repo)
    assert (hooks / "commit-msg").read_bytes() == theirs
    assert not (hooks / "commit-msg.legacy").exists()
