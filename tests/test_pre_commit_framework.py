"""`.pre-commit-hooks.yaml` with the real pre-commit: it clones this checkout, builds an environment, runs hooks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = ("src", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
POLICY = r"""
version: 1
policy: {id: acme}
rules:
  - {rule: ticket-reference, id: ticket, pattern: 'ACME-[0-9]+', in: [subject, trailers]}
  - {rule: subject-length, max: 50}
  - {rule: no-force-push}
"""
CONFIG = """\
default_install_hook_types: [prepare-commit-msg, commit-msg, pre-commit, pre-push]
repos:
  - repo: {source}
    rev: {revision}
    hooks:
      - id: gitward-prepare-commit-msg
      - id: gitward-commit-msg
      - id: gitward-pre-commit
      - id: gitward-pre-push
"""


def framework(*args, cwd, home, ok=True):
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pre_commit", *args], cwd=cwd, capture_output=True, text=True, check=False,
        env={**os.environ, "PRE_COMMIT_HOME": str(home), "PIP_NO_COMPILE": "1"},
    )  # fmt: skip
    assert not ok or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A git clone of what this checkout ships, and pre-commit's home, where the environment is built once."""
    folder = tmp_path_factory.mktemp("framework")
    source = folder / "gitward"
    source.mkdir()
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "core.hooksPath=/dev/null"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "what is shipped"]):
        subprocess.run([*git, *command], cwd=source, check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], cwd=source, check=True, capture_output=True, text=True)
    return source, head.stdout.strip(), folder / "home"


@pytest.fixture
def work(store, git, repo, bare, monkeypatch):
    """A clone with the four hooks installed, on `main`, with a remote; after the first one a copy of it."""
    source, revision, home = store
    monkeypatch.setenv("PRE_COMMIT_HOME", str(home))
    first = home.with_name("first")
    if first.exists():
        shutil.copytree(first, repo, symlinks=True, dirs_exist_ok=True)
        git("remote", "set-url", "origin", bare, cwd=repo)
        return repo
    (repo / ".pre-commit-config.yaml").write_text(CONFIG.format(source=source, revision=revision))
    (repo / ".gitward.yaml").write_text(POLICY)
    git("remote", "add", "origin", bare, cwd=repo)
    framework("install", "--install-hooks", cwd=repo, home=home)
    git("add", "-A", cwd=repo)
    git("commit", "-q", "-m", "ACME-1: begin", cwd=repo)
    shutil.copytree(repo, first, symlinks=True)
    return repo


def subject_and_body(git, repo):
    return git("log", "-1", "--format=%B", cwd=repo).stdout.strip()


def test_the_manifest_is_valid(store):
    source, _, home = store
    framework("validate-manifest", ".pre-commit-hooks.yaml", cwd=source, home=home)


def test_commit_msg_denies_and_allows_and_keeps_the_message(work, git):
    done = git("commit", "--allow-empty", "-m", "no ticket here", cwd=work, ok=False)
    assert done.returncode == 1
    assert "error[ticket]" in done.stderr
    assert "your message is kept: git commit -e -F " in done.stderr
    git("commit", "--allow-empty", "-m", "ACME-2: good", cwd=work)
    assert subject_and_body(git, work) == "ACME-2: good"


def test_prepare_commit_msg_adds_the_branchs_ticket_but_not_to_a_message_that_is_there(work, git):
    git("checkout", "-q", "-b", "feature/ACME-77-thing", cwd=work)
    git("commit", "--allow-empty", "-m", "add a thing", cwd=work)
    assert subject_and_body(git, work) == "add a thing\n\nRefs: ACME-77"
    git("checkout", "-q", "-b", "plain", "main", cwd=work)
    git("commit", "--no-verify", "--allow-empty", "-m", "as it was", cwd=work)
    git("branch", "-m", "feature/ACME-78", cwd=work)
    git("commit", "--no-verify", "--amend", "--no-edit", "--allow-empty", cwd=work)
    assert subject_and_body(git, work) == "as it was"


def test_pre_push_judges_the_first_push_of_a_whole_history(work, git):
    git("commit", "--no-verify", "--allow-empty", "-m", "past the message hook", cwd=work)
    done = git("push", "origin", "main", cwd=work, ok=False)
    assert done.returncode == 1
    assert "error[ticket]" in done.stdout
    assert "denied refs/heads/main" in done.stdout
    git("reset", "-q", "--hard", "HEAD~", cwd=work)
    git("push", "-q", "origin", "main", cwd=work)


def test_pre_push_judges_an_update_a_new_branch_and_a_forced_push(work, git):
    git("commit", "--allow-empty", "-m", "ACME-2: good", cwd=work)
    git("push", "-q", "origin", "main", cwd=work)
    git("commit", "--no-verify", "--allow-empty", "-m", "no ticket here", cwd=work)
    done = git("push", "origin", "main", cwd=work, ok=False)
    assert (done.returncode, "1 of 1 commit" in done.stdout) == (1, True)
    done = git("push", "origin", "main:refs/heads/topic", cwd=work, ok=False)
    assert (done.returncode, "denied refs/heads/topic: " in done.stdout) == (1, True)
    git("reset", "-q", "--hard", "HEAD~2", cwd=work)
    git("commit", "--allow-empty", "-m", "ACME-3: another", cwd=work)
    done = git("push", "--force", "origin", "main", cwd=work, ok=False)
    assert (done.returncode, "error[no-force-push]" in done.stdout) == (1, True)


def test_a_run_by_hand_that_names_no_push_does_not_pass(work, store):
    args = ("run", "--hook-stage", "pre-push", "gitward-pre-push", "--all-files")
    done = framework(*args, cwd=work, home=store[2], ok=False)
    assert done.returncode == 1
    assert "names no pushed ref" in done.stdout


def test_a_repository_without_a_policy_is_left_alone(work, git):
    git("rm", "-q", "--cached", ".gitward.yaml", cwd=work)
    (work / ".gitward.yaml").unlink()
    git("commit", "-q", "-m", "anything goes", cwd=work)
