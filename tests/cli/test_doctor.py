"""`gitward doctor`: what is not in force is said, with the fix; what is in force is not complained about."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hookscripts import POLICY, not_ok, script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Git, Run


@pytest.fixture
def clone(gitward: Run, repo: Path) -> Path:
    (repo / ".gitward.yaml").write_text(POLICY)
    assert gitward("install", cwd=repo).returncode == 0
    return repo


def test_a_good_clone(gitward: Run, clone: Path) -> None:
    done = gitward("doctor", cwd=clone)
    assert (done.returncode, not_ok(done.stdout), done.stderr) == (0, [], "")
    assert f"ok   hooks: 6 in {clone}/.git/hooks, executable and gitward's\n" in done.stdout
    assert "ok   policy: .gitward.yaml" not in done.stdout
    assert f"ok   policy: {clone}/.gitward.yaml: test revision 3, 2 entries, enforce\n" in done.stdout


def remove(path: Path) -> None:
    path.unlink()


CLIENT_FAULTS: dict[str, tuple[Callable[[Path, Git], object], str]] = {
    "removed": (
        lambda repo, _: remove(repo / ".git/hooks/commit-msg"),
        "fail hook commit-msg: {repo}/.git/hooks/commit-msg is not there; fix: gitward install",
    ),
    "not executable": (
        lambda repo, _: (repo / ".git/hooks/pre-push").chmod(0o644),
        "fail hook pre-push: {repo}/.git/hooks/pre-push is not executable, so git passes over it; fix: chmod +x",
    ),
    "replaced": (
        lambda repo, _: script(repo / ".git/hooks/pre-push", "exit 0"),
        "fail hook pre-push: {repo}/.git/hooks/pre-push is not gitward's; fix: gitward install",
    ),
    "core.hooksPath": (
        lambda repo, git: git("config", "core.hooksPath", "/dev/null", cwd=repo),
        "fail hooks: gitward's are in {repo}/.git/hooks, and core.hooksPath makes git look in /dev/null (set in file:",
    ),
    "all removed": (
        lambda repo, _: shutil.rmtree(repo / ".git/hooks"),
        "fail hooks: there are none of gitward's in {repo}/.git/hooks; fix: gitward install",
    ),
    "switched off": (
        lambda repo, git: git("config", "hook.commit-msg.enabled", "false", cwd=repo),
        "fail hook-config: hook.commit-msg.enabled is false in file:.git/config; fix: git config --unset",
    ),
    "program gone": (
        lambda repo, _: remove(repo.parent / "bin/gitward"),
        "fail program: what the hooks start does not work: {repo.parent}/bin/gitward is gone; fix: install gitward",
    ),
    "program broken": (
        lambda repo, _: (repo.parent / "bin/gitward").write_text("import gitward_that_is_not_there\n"),
        "fail program: what the hooks start does not work: {repo.parent}/bin/gitward: ModuleNotFoundError",
    ),
    "policy broken": (
        lambda repo, _: (repo / ".gitward.yaml").write_text("version: 1\npolicy: {id: x}\nrulez: []\n"),
        "fail policy: {repo}/.gitward.yaml:3:1: unknown key 'rulez'; did you mean 'rules'?",
    ),
}


@pytest.mark.parametrize("fault", CLIENT_FAULTS)
def test_what_is_wrong_with_a_clone_fails(git: Git, clone: Path, launcher: Path, tmp_path: Path, fault: str) -> None:
    spoil, says = CLIENT_FAULTS[fault]
    other = Path(shutil.copy(launcher, tmp_path / "another"))  # one that the faults do not reach
    spoil(clone, git)
    done = subprocess.run([sys.executable, "-I", other, "doctor"], cwd=clone, capture_output=True, text=True)
    lines = not_ok(done.stdout)
    assert done.returncode == 1, done.stdout
    assert [line for line in lines if line.startswith(says.format(repo=clone))], done.stdout
    assert len(lines) == 1
    assert "; fix: " in lines[0]


def test_warnings_do_not_fail(gitward: Run, git: Git, clone: Path, tmp_path: Path) -> None:
    git("config", "hook.lint.enabled", "false", cwd=clone)
    hook = clone / ".git/hooks/pre-push"
    hook.write_text(hook.read_text() + "# mine\n")
    (clone / ".gitward.yaml").unlink()
    done = gitward("doctor", cwd=clone)
    assert done.returncode == 0
    assert [line.split(":")[0] for line in not_ok(done.stdout)] == [
        "warn hook pre-push",
        "warn hook-config",
        "warn policy",
    ]


def test_a_shallow_clone_is_named(gitward: Run, git: Git, clone: Path, tmp_path: Path) -> None:
    for number in range(3):
        git("commit", "-q", "--allow-empty", "-m", f"commit {number}", cwd=clone)
    git("clone", "-q", "--depth=1", f"file://{clone}", tmp_path / "shallow")
    assert "warn history: this clone is shallow" in gitward("doctor", "--repo", tmp_path / "shallow").stdout


def test_another_tool_that_runs_gitward_is_fine(gitward: Run, repo: Path) -> None:
    (repo / ".gitward.yaml").write_text(POLICY)
    script(repo / ".git/hooks/commit-msg", "exec pre-commit hook-impl")
    assert gitward("doctor", cwd=repo).returncode == 1
    (repo / ".pre-commit-config.yaml").write_text("repos: [{repo: https://example.org/gitward}]\n")
    done = gitward("doctor", cwd=repo)
    assert (done.returncode, f"ok   hooks: commit-msg in {repo}/.git/hooks: of another tool" in done.stdout) == (
        0,
        True,
    )


def test_a_kept_hook_that_no_longer_runs_is_named(gitward: Run, repo: Path) -> None:
    hooks = repo / ".git/hooks"
    script(hooks / "commit-msg", "exit 0")
    gitward("install", cwd=repo)
    (hooks / "commit-msg").unlink()
    assert (
        f"warn hook commit-msg: the hook kept as {hooks}/commit-msg.before-gitward is not run"
        in gitward("doctor", cwd=repo).stdout
    )


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_somebody_else_cannot_be_looked_at(gitward: Run, repo: Path) -> None:
    os.chown(repo, 65534, 65534)
    os.chown(repo / ".git", 65534, 65534)
    done = gitward("doctor", cwd=repo)
    assert done.returncode == 3
    assert not_ok(done.stdout) == [
        f"unknown repository: git refuses {repo}: it belongs to another user; "
        f"fix: run this as that user, or, if you trust it: git config --global --add safe.directory {repo}"
    ]


def test_what_is_no_repository(gitward: Run, tmp_path: Path) -> None:
    done = gitward("doctor", "--repo", tmp_path)
    assert (done.returncode, not_ok(done.stdout)[0][:45]) == (3, "unknown repository: not a git repository (or ")
    done = gitward("doctor", "--repo", tmp_path / "none")
    assert (done.returncode, "unknown repository: there is no folder" in done.stdout) == (3, True)
    assert gitward("doctor", "--org", tmp_path).returncode == 2
    assert gitward("doctor", "--org", tmp_path, "--repo", tmp_path).returncode == 2
