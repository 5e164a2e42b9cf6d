"""`check` and `ci` look up; commit-msg, pre-push and `check --message` do not, and never load what it takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trackers import always, jira, settings, tracking

if TYPE_CHECKING:
    from conftest import Git, Run

POLICY = """\
version: 1
policy: {id: test}
rules:
  - {rule: ticket-reference, refs: [refs/heads/main], lookup: jira, on_outage: warn}
"""


def committed(repo: Path, git: Git, *messages: str) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    for message in messages:
        git("commit", "-q", "--allow-empty", "-m", message, cwd=repo)


def test_check(repo: Path, git: Git, gitward: Run, tmp_path: Path) -> None:
    committed(repo, git, "PROJ-1: x", "PROJ-2: y", "PROJ-3: z")
    with tracking(jira({"PROJ-1": "new", "PROJ-2": "done", "PROJ-3": "new"})) as tracker:
        given = ("--lookup", f"jira={settings(tmp_path, kind='jira', url=tracker.url)}")
        done = gitward("check", "HEAD~2..", *given, cwd=repo)
        assert (done.returncode, len(tracker.heads)) == (1, 2)
        assert '"PROJ-2: y": PROJ-2 is closed' in done.stdout
        done = gitward("check", "--all", "--jobs", "2", *given, cwd=repo)
        assert (done.returncode, len(tracker.heads)) == (1, 5)
        assert gitward("check", "HEAD~2..", "--no-lookup", cwd=repo).returncode == 0
        assert len(tracker.heads) == 5


def test_the_message_that_a_squash_writes_is_looked_up(repo: Path, git: Git, gitward: Run, tmp_path: Path) -> None:
    committed(repo, git, "x", "PROJ-1: y", "PROJ-2: z")
    with tracking(jira({"PROJ-1": "done", "PROJ-2": "new"})) as tracker:
        given = ("--lookup", f"jira={settings(tmp_path, kind='jira', url=tracker.url)}")
        done = gitward("check", "--squash", "HEAD~2..HEAD", *given, cwd=repo)
        assert "PROJ-1 is closed" in done.stdout
        assert "/PROJ-1?" in tracker.paths[0]


def test_an_outage_is_told_with_its_reason(repo: Path, git: Git, gitward: Run, tmp_path: Path) -> None:
    committed(repo, git, "x", "PROJ-1: x")
    with tracking(always({}, 403)) as tracker:
        path = settings(tmp_path, kind="jira", url=tracker.url)
        done = gitward("check", "HEAD~..", "--lookup", f"jira={path}", cwd=repo)
    assert done.returncode == 0
    assert "warning: [ticket-reference] 1 not looked up: the look-up jira gives no answer\n" in done.stdout
    assert "note: look-up jira: refuses the token (403)\n" in done.stdout


def test_without_settings_check_cannot_decide(repo: Path, git: Git, gitward: Run) -> None:
    committed(repo, git, "x", "PROJ-1: x")
    done = gitward("check", "HEAD~..", cwd=repo)
    assert done.returncode == 3
    assert "note: look-up jira: this host has none of that name; add --lookup jira=FILE\n" in done.stdout
    assert gitward("explain", "HEAD", cwd=repo).returncode == 0


def test_settings_of_the_change_itself_are_refused(repo: Path, git: Git, gitward: Run) -> None:
    committed(repo, git, "x", "PROJ-1: x")
    settings(repo, kind="command", command=["/bin/true"])
    for words in (("check", "HEAD~.."), ("ci", "--provider", "github")):
        done = gitward(*words, "--lookup", "jira=tracker.yaml", cwd=repo)
        assert done.returncode == 2
        assert "the file lies in the checkout" in done.stderr
    (repo / "sub").mkdir()
    done = gitward("check", "HEAD~..", "--lookup", "jira=../tracker.yaml", cwd=repo / "sub")
    assert done.returncode == 2


def test_ci_prints_the_look_ups_of_its_check(repo: Path, git: Git, gitward: Run, tmp_path: Path) -> None:
    committed(repo, git, "x")
    git("add", ".", cwd=repo)
    committed(repo, git, "PROJ-1: policy", "PROJ-1: x")
    base, head = git("rev-parse", "HEAD~", "HEAD", cwd=repo).stdout.split()
    job = {"CI_PIPELINE_SOURCE": "push", "GITLAB_CI": "true", "CI_COMMIT_SHA": head, "CI_COMMIT_BEFORE_SHA": base,
           "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_REF_NAME": "main"}  # fmt: skip
    with tracking(jira({"PROJ-1": "done"})) as tracker:
        path = settings(tmp_path, kind="jira", url=tracker.url)
        done = gitward("ci", "--lookup", f"jira={path}", cwd=repo, env=job)
        assert done.stderr.splitlines()[0].endswith(f" --lookup jira={path}"), done.stderr
        assert "PROJ-1 is closed" in done.stdout
        assert done.returncode == 1


def test_the_stages_of_a_laptop_judge_the_message_alone(
    repo: Path, bare: Path, git: Git, gitward: Run, launcher: Path, tmp_path: Path
) -> None:
    committed(repo, git, "x")
    assert gitward("check", "--message", "-", cwd=repo, stdin="PROJ-1: x\n").returncode == 0
    assert gitward("check", "--message", "-", cwd=repo, stdin="x\n").returncode == 1
    (repo / "message").write_text("PROJ-1: x\n")
    assert gitward("hook", "commit-msg", "message", cwd=repo).returncode == 0
    git("commit", "-q", "--allow-empty", "-m", "PROJ-1: x", cwd=repo)
    head = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    git("remote", "add", "origin", bare, cwd=repo)
    git("push", "-q", "origin", "HEAD~:refs/heads/main", cwd=repo)
    line = f"refs/heads/main {head} refs/heads/main {git('rev-parse', 'HEAD~', cwd=repo).stdout}"
    done = gitward("hook", "pre-push", "origin", bare, cwd=repo, stdin=line)
    assert done.returncode == 0, done.stdout + done.stderr
