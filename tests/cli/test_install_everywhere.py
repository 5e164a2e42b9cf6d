"""`gitward install --global`: one folder for all repositories of a user, and nobody's own hooks lost by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hookscripts import POLICY, TOO_LONG, script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run


@pytest.fixture
def folder(home: Path) -> Path:
    return home / ".config/gitward/hooks"


def test_every_repository_is_judged_and_its_own_hooks_still_run(
    gitward: Run, git: Git, repo: Path, folder: Path, bare: Path
) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    script(repo / ".git/hooks/commit-msg", 'echo "$0|$1" >> own')
    script(repo / ".git/hooks/post-commit", "echo post >> own")
    script(repo / ".git/hooks/pre-push", "cat >> own")
    done = gitward("install", "--global")
    assert done.returncode == 0, done.stderr
    assert f"installed in {folder}: prepare-commit-msg, commit-msg" in done.stdout
    assert "core.hooksPath of your git configuration leads here" in done.stdout
    assert git("config", "--global", "core.hooksPath").stdout.strip() == str(folder)
    git("commit", "-q", "--allow-empty", "-m", "short enough", cwd=repo)
    assert (repo / "own").read_text() == ".git/hooks/commit-msg|.git/COMMIT_EDITMSG\npost\n"
    denied = git("commit", "--allow-empty", "-m", TOO_LONG, cwd=repo, ok=False)
    assert (denied.returncode, "error[subject-length]" in denied.stdout + denied.stderr) == (1, True)
    git("push", "-q", bare, "HEAD:refs/heads/main", cwd=repo)
    assert "refs/heads/main" in (repo / "own").read_text()


def test_the_repositorys_own_hook_can_stop_the_commit(gitward: Run, git: Git, repo: Path) -> None:
    script(repo / ".git/hooks/commit-msg", "exit 1")
    gitward("install", "--global")
    assert git("commit", "--allow-empty", "-m", "a subject", cwd=repo, ok=False).returncode == 1


def test_a_server_repository_of_the_same_user_keeps_its_hooks(gitward: Run, git: Git, repo: Path, bare: Path) -> None:
    script(bare / "hooks/pre-receive", "cat > lines", "exit 1")
    gitward("install", "--global")
    git("commit", "-q", "--allow-empty", "-m", "a subject", cwd=repo)
    assert git("push", bare, "HEAD:refs/heads/main", cwd=repo, ok=False).returncode == 1
    assert "refs/heads/main" in (bare / "lines").read_text()


def test_a_clone_with_hooks_of_its_own_is_judged_once(gitward: Run, git: Git, repo: Path) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    gitward("install", cwd=repo)
    gitward("install", "--global")
    denied = git("commit", "--allow-empty", "-m", TOO_LONG, cwd=repo, ok=False)
    assert (denied.stdout + denied.stderr).count("error[subject-length]") == 1
    assert "judged already: installed for all your repositories" in gitward("install", cwd=repo).stdout
    assert "removed in" in gitward("install", "--remove", cwd=repo).stdout
    assert not (repo / ".git/hooks/commit-msg").exists()


def test_remove_leaves_nothing_behind(gitward: Run, home: Path, folder: Path) -> None:
    before = (home / ".gitconfig").read_bytes()
    gitward("install", "--global")
    assert gitward("install", "--global").stdout.startswith("unchanged in ")
    assert gitward("install", "--global", "--remove").stdout.startswith(f"removed in {folder}: ")
    assert (home / ".gitconfig").read_bytes() == before
    assert not folder.exists()
    assert "nothing of gitward's was there" in gitward("install", "--global", "--remove").stdout


def test_a_folder_that_the_user_had_already_is_kept_and_used(
    gitward: Run, git: Git, home: Path, repo: Path, folder: Path
) -> None:
    theirs = home / "my hooks/commit-msg"
    script(theirs, "echo theirs >> ~/ran")
    git("config", "--global", "core.hooksPath", "~/my hooks")
    before, config = theirs.read_bytes(), (home / ".gitconfig").read_bytes()
    (repo / ".gitward.yaml").write_text(POLICY)
    refused = gitward("install", cwd=repo)
    assert (refused.returncode, "fix: gitward install --global" in refused.stderr) == (2, True)
    assert f"installed in {home}/my hooks: " in gitward("install", "--global").stdout
    assert not folder.exists()
    assert git("commit", "--allow-empty", "-m", TOO_LONG, cwd=repo, ok=False).returncode == 1
    assert (home / "ran").read_text() == "theirs\n"
    gitward("install", "--global", "--remove")
    assert [path.name for path in (home / "my hooks").iterdir()] == ["commit-msg"]
    assert (theirs.read_bytes(), (home / ".gitconfig").read_bytes()) == (before, config)


def test_an_edited_file_in_the_folder_is_not_lost(gitward: Run, git: Git, folder: Path) -> None:
    gitward("install", "--global")
    mine = folder / "post-commit"
    mine.write_text(mine.read_text() + "notify-send committed\n")
    for words in (["install", "--global"], ["install", "--global", "--remove"]):
        done = gitward(*words)
        assert (done.returncode, "post-commit was written by gitward and edited since" in done.stderr) == (2, True)
    assert git("config", "--global", "core.hooksPath").stdout.strip() == str(folder)
    assert "notify-send" in mine.read_text()
