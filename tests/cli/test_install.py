"""`gitward install` in a clone: what it writes, what it keeps, and what git does with it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hookscripts import POLICY, TOO_LONG, picture, script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

NAMES = ("prepare-commit-msg", "commit-msg", "pre-commit", "pre-merge-commit", "applypatch-msg", "pre-push")


def hooks_of(repo: Path) -> Path:
    return repo / ".git" / "hooks"


def test_a_commit_is_judged_from_now_on(gitward: Run, git: Git, repo: Path) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    done = gitward("install", cwd=repo)
    assert (done.returncode, done.stdout) == (0, f"installed in {hooks_of(repo)}: {', '.join(NAMES)}\n")
    assert done.stderr == ""
    denied = git("commit", "--allow-empty", "-m", TOO_LONG, cwd=repo, ok=False)
    assert denied.returncode == 1
    assert "error[subject-length]" in denied.stdout + denied.stderr
    git("commit", "--allow-empty", "-m", "short enough", cwd=repo)


def test_without_a_policy_it_says_so_and_commits_go_on_in_silence(gitward: Run, git: Git, repo: Path) -> None:
    done = gitward("install", cwd=repo)
    assert "nothing is judged: write one with `gitward init`" in done.stdout
    assert git("commit", "-q", "--allow-empty", "-m", TOO_LONG, cwd=repo).stderr == ""


def test_twice_changes_nothing(gitward: Run, repo: Path) -> None:
    gitward("install", cwd=repo)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in hooks_of(repo).iterdir()}
    again = gitward("install", "--client", cwd=repo)
    assert again.stdout.startswith("unchanged in ")
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in hooks_of(repo).iterdir()} == before


def test_a_hook_without_its_execute_bit_gets_it_back(gitward: Run, repo: Path) -> None:
    gitward("install", cwd=repo)
    (hooks_of(repo) / "commit-msg").chmod(0o644)
    assert "updated in " in gitward("install", cwd=repo).stdout
    assert os.access(hooks_of(repo) / "commit-msg", os.X_OK)


def test_other_settings_bring_the_hooks_up_to_date(gitward: Run, repo: Path, tmp_path: Path) -> None:
    policy = tmp_path / "org policy.yaml"
    policy.write_text(POLICY)
    gitward("install", cwd=repo)
    assert "updated in " in gitward("install", "--policy", "../org policy.yaml", cwd=repo).stdout
    assert f"--policy '{policy}'" in (hooks_of(repo) / "commit-msg").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_remove_puts_every_hook_back_as_it_was(gitward: Run, repo: Path, name: str) -> None:
    hooks = hooks_of(repo)
    script(hooks / name, "exit 0", "# h\xe5ndgjort")
    (hooks / "post-commit").symlink_to("../elsewhere")
    script(hooks / "pre-rebase", "exit 1", mode=0o640)
    before = picture(hooks)
    assert gitward("install", cwd=repo).returncode == 0
    assert picture(hooks) != before
    assert gitward("install", cwd=repo).returncode == 0
    removed = gitward("install", "--remove", cwd=repo)
    assert f"restored in {hooks}: {name}\n" in removed.stdout
    assert picture(hooks) == before
    assert gitward("install", "--remove", cwd=repo).stdout == f"nothing of gitward's was there: {hooks}\n"


def test_as_a_command_of_git_it_writes_the_same_file(gitward: Run, git: Git, repo: Path, launcher: Path) -> None:
    shutil.copy(launcher, launcher.parent / "git-ward")
    git("ward", "install", cwd=repo, env={"PATH": f"{launcher.parent}:{os.environ['PATH']}"})
    assert f" {launcher} hook commit-msg " in (hooks_of(repo) / "commit-msg").read_text()
    assert gitward("install", cwd=repo).stdout.startswith("unchanged in ")


def test_a_linked_work_tree_shares_the_hooks(gitward: Run, git: Git, repo: Path, tmp_path: Path) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "begin here", cwd=repo)
    linked = tmp_path / "linked tree"
    git("worktree", "add", "-q", "-b", "topic", linked, cwd=repo)
    assert f"installed in {hooks_of(repo)}: " in gitward("install", cwd=linked).stdout
    assert git("commit", "--allow-empty", "-m", TOO_LONG, cwd=linked, ok=False).returncode == 1


def test_names_with_spaces_quotes_and_dollars(git: Git, gitward: Run, tmp_path: Path, launcher: Path) -> None:
    odd = tmp_path / """it's "$HOME" \\ ü"""
    git("init", "-q", odd)
    (odd / ".gitward.yaml").write_text(POLICY)
    script(odd / ".git/hooks/commit-msg", 'echo "$0" > ran')
    moved = odd / "bin dir" / "gitward"
    moved.parent.mkdir()
    shutil.copy(launcher, moved)
    launcher.unlink()
    launcher.symlink_to(moved)
    gitward("install", "--repo", odd)
    assert git("commit", "--allow-empty", "-m", TOO_LONG, cwd=odd, ok=False).returncode == 1
    assert (odd / "ran").read_text() == ".git/hooks/commit-msg\n"
    git("commit", "--allow-empty", "-m", "short enough", cwd=odd)


def test_when_gitward_is_gone_or_broken_the_commit_goes_on_and_is_told(
    gitward: Run, git: Git, repo: Path, launcher: Path
) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    script(hooks_of(repo) / "commit-msg", "exit 0")
    gitward("install", cwd=repo)
    launcher.unlink()
    done = git("commit", "-q", "--allow-empty", "-m", TOO_LONG, cwd=repo)
    assert "gitward: not judged here: gitward is gone; install it and run: gitward install\n" in done.stderr
    launcher.write_text("import no_such_module\n")
    done = git("commit", "-q", "--allow-empty", "-m", TOO_LONG, cwd=repo)
    assert set(done.stderr.splitlines()) == {
        "gitward: not judged here: gitward is broken; see why with: gitward hook --help"
    }


def test_a_gitward_that_would_not_start_as_a_hook_is_not_installed(gitward: Run, repo: Path, launcher: Path) -> None:
    text = launcher.read_text()
    launcher.write_text(text.replace("import sys\n", "import sys, os\nassert 'GW_SRC' in os.environ\n"))
    done = gitward("install", cwd=repo, env={"GW_SRC": "set by hand"})
    assert done.returncode == 3
    assert "this gitward does not start as a hook would start it" in done.stderr
    assert not (hooks_of(repo) / "commit-msg").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--client", "--server", "x"], "give one of --client, --server, --org"),
        (["--global", "--repo", "x"], "--repo names one clone"),
        (["--log", "x"], "--log, --recovery, --baseline, --limit, --lookup, --actor and --url are a server's"),
        (["--policy", "a", "--policy", "b"], "the hooks of a clone judge by one policy"),
        (["--remove", "--policy", "a"], "--remove takes hooks out and needs no settings"),
        (["--policy", "none.yaml"], "there is no such file"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_usage_is_named_and_changes_nothing(gitward: Run, repo: Path, words: list[str], says: str) -> None:
    before = picture(hooks_of(repo))
    done = gitward("install", *words, cwd=repo)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert picture(hooks_of(repo)) == before


def test_what_is_no_clone(gitward: Run, bare: Path, tmp_path: Path) -> None:
    done = gitward("install", cwd=bare)
    assert (done.returncode, "--server" in done.stderr) == (2, True)
    done = gitward("install", "--repo", tmp_path)
    assert (done.returncode, "not a git repository" in done.stderr) == (3, True)
    done = gitward("install", "--repo", tmp_path / "none")
    assert (done.returncode, "there is no folder" in done.stderr) == (3, True)


def test_an_exported_git_dir_does_not_choose_the_repository(gitward: Run, repo: Path, bare: Path) -> None:
    gitward("install", "--repo", repo, env={"GIT_DIR": str(bare), "GIT_WORK_TREE": "/"})
    assert (hooks_of(repo) / "commit-msg").exists()
    assert not (bare / "hooks/commit-msg").exists()
