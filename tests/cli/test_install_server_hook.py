"""The hook file of a server at work: what reaches it, what does not, and what happens when gitward is gone."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from hookscripts import POLICY, TOO_LONG, script

from launching import SRC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

MAIN = "HEAD:refs/heads/main"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "etc" / "org.yaml"
    path.parent.mkdir()
    path.write_text(POLICY)
    return path


def commit(git: Git, repo: Path, subject: str) -> str:
    git("commit", "-q", "--allow-empty", "-m", subject, cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).stdout.strip()


def test_the_earlier_hook_gets_its_environment_and_both_must_agree(
    gitward: Run, git: Git, repo: Path, bare: Path, policy: Path
) -> None:
    script(
        bare / "hooks/pre-receive",
        'cat > "$OUT"; echo "$GL_USER $GIT_PUSH_OPTION_0" >> "$OUT"',
        '! grep -q refuse "$OUT"',
    )
    git("config", "receive.advertisePushOptions", "true", cwd=bare)
    gitward("install", "--server", bare, "--policy", policy)
    out = bare.parent / "out"
    env = {"GL_USER": "ada", "OUT": str(out)}
    head = commit(git, repo, "short enough")
    git("push", "-q", "-o", "ci skip", bare, MAIN, "HEAD:refs/heads/other", cwd=repo, env=env)
    zero = "0" * 40
    assert out.read_text() == f"{zero} {head} refs/heads/main\n{zero} {head} refs/heads/other\nada ci skip\n"
    assert git("push", bare, "HEAD:refs/heads/refuse", cwd=repo, env=env, ok=False).returncode == 1
    commit(git, repo, TOO_LONG)
    denied = git("push", bare, MAIN, cwd=repo, env=env, ok=False)
    assert (denied.returncode, "error[subject-length]" in denied.stderr) == (1, True)


def reporter(path: Path) -> None:
    """In place of gitward: write down what the hook started it with."""
    path.write_text(
        "import json, os, sys\njson.dump([sys.argv[1:], dict(os.environ), sys.stdin.read()], open('seen', 'w'))\n"
    )


@pytest.mark.parametrize("earlier", [False, True])
def test_what_git_set_arrives_and_nothing_else(
    gitward: Run, git: Git, repo: Path, bare: Path, policy: Path, launcher: Path, *, earlier: bool
) -> None:
    if earlier:
        script(bare / "hooks/pre-receive", "cat > /dev/null")
    git("config", "receive.advertisePushOptions", "true", cwd=bare)
    gitward("install", "--server", bare, "--policy", policy)
    reporter(launcher)
    head = commit(git, repo, "short enough")
    options = [f"option {number} $(touch {bare}/ran) `\"'" for number in range(12)]
    hostile = {
        "GIT_CONFIG_COUNT": "0", "GIT_TRACE2": "0", "GL_USER": "root", "PYTHONPATH": str(bare), "REMOTE_USER": "root",
        "LD_LIBRARY_PATH": str(bare), "GIT_PUSH_OPTION_40": "spoofed", "GITWARD_SKIP": "1", "names": "GL_USER",
        "i": "5", "IFS": "_",
        "name": "x", "PATH": os.environ["PATH"] + ":/nowhere",
    }  # fmt: skip
    words = [word for option in options for word in ("-o", option)]
    git("push", "-q", *words, bare, MAIN, cwd=repo, env=hostile)
    arguments, environment, stdin = json.loads((bare / "seen").read_text())
    assert arguments == ["hook", "pre-receive", "--policy", str(policy)]
    assert stdin == f"{'0' * 40} {head} refs/heads/main\n"
    assert [environment.pop(f"GIT_PUSH_OPTION_{number}") for number in range(12)] == options
    assert environment.pop("GIT_PUSH_OPTION_COUNT") == "12"
    objects = {environment.pop(name) for name in ("GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH")}
    assert all("/objects/" in path for path in objects)
    assert environment.pop("GIT_ALTERNATE_OBJECT_DIRECTORIES").endswith("/objects")
    assert environment == {
        "GIT_DIR": ".", "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin",
    }  # fmt: skip
    assert not (bare / "ran").exists()


def test_nothing_that_the_pusher_brings_is_run(
    gitward: Run, git: Git, repo: Path, bare: Path, policy: Path, tmp_path: Path
) -> None:
    """A path push, the worst case: the pusher's own processes start the hook. (A preloaded library runs in these.)"""
    gitward("install", "--server", bare, "--policy", policy)
    evil = tmp_path / "evil"
    for name in ("git", "env", "python3", "cat", "printf"):
        script(evil / name, f"touch {evil}/ran-{name}", "exit 0")
    (evil / "git").write_text(
        f'#!/bin/sh\n[ -z "$GIT_QUARANTINE_PATH" ] || touch {evil}/ran-git\nexec {shutil.which("git")} "$@"\n'
    )
    for name in ("sitecustomize", "json", "click", "gitward"):
        (evil / f"{name}.py").write_text(f"open({str(evil / 'ran-python')!r}, 'w'); import os; os._exit(0)\n")
    env = {
        "PATH": f"{evil}:{os.environ['PATH']}", "PYTHONPATH": str(evil), "PYTHONHOME": str(evil),
        "LD_PRELOAD": str(evil / "no.so"),
        "BASH_FUNC_printf%%": "() { exit 0; }", "BASH_FUNC_echo%%": "() { exit 0; }", "ENV": str(evil / "cat"),
        "BASH_ENV": str(evil / "cat"), "GIT_CONFIG_PARAMETERS": "'gitward.mode=evaluate'",
    }  # fmt: skip
    commit(git, repo, TOO_LONG)
    denied = git("push", bare, MAIN, cwd=repo, env=env, ok=False)
    assert (denied.returncode, "error[subject-length]" in denied.stderr) == (1, True)
    assert list(evil.glob("ran-*")) == []


BROKEN = {
    "package": "raise ModuleNotFoundError('gitward')\n",
    "syntax": "from gitward.__main__ import main\n<<<<<<<\n",
    "of another Python": "\x00\x00",
}


def there(git: Git, bare: Path) -> str:
    return git("for-each-ref", cwd=bare).stdout


@pytest.mark.parametrize("what", ["interpreter", "script", *BROKEN])
def test_a_gitward_that_is_gone_or_broken_denies_without_naming_paths(
    gitward: Run, git: Git, repo: Path, bare: Path, policy: Path, launcher: Path, tmp_path: Path, what: str
) -> None:
    gitward("install", "--server", bare, "--policy", policy)
    commit(git, repo, "short enough")
    if what == "interpreter":
        path = bare / "hooks/pre-receive"
        path.write_text(path.read_text().replace(sys.executable, str(tmp_path / "python-gone")))
    elif what == "script":
        launcher.unlink()
    else:
        launcher.write_text(BROKEN[what])
    denied = git("push", bare, MAIN, cwd=repo, ok=False)
    assert (denied.returncode, "pre-receive hook declined" in denied.stderr) == (1, True)
    assert there(git, bare) == ""
    said = [line.rstrip() for line in denied.stderr.splitlines() if line.startswith("remote:")]
    if what in BROKEN:
        assert said == ["remote: gitward: undecided: gitward is broken on this server; its administrator sees why with: gitward"
                        " hook --help"]  # fmt: skip
    else:
        assert said == ["remote: gitward: undecided: gitward is gone from this server; its administrator puts it back"]


@pytest.mark.parametrize("file", ["__main__.py", "cli/output.py", "cli/hook_server.py", "judge.py"])
def test_a_package_half_upgraded(gitward: Run, git: Git, repo: Path, bare: Path, policy: Path, launcher: Path, file: str) -> None:
    """A module that is not there or is not whole, before the first line of ours or after it: it is said without a path."""
    gitward("install", "--server", bare, "--policy", policy, "--log", bare.parent / "log")
    copy = bare.parent / "site"
    shutil.copytree(SRC / "gitward", copy / "gitward", ignore=shutil.ignore_patterns("__pycache__"))
    launcher.write_text(launcher.read_text().replace(str(SRC), str(copy)))
    commit(git, repo, "short enough")
    module = copy / "gitward" / file
    for spoil in (module.unlink, lambda: module.write_text("import (\n"), lambda: module.write_bytes(b"\x00")):
        spoil()
        denied = git("push", bare, MAIN, cwd=repo, ok=False)
        assert (denied.returncode, "pre-receive hook declined" in denied.stderr) == (1, True)
        said = [line for line in denied.stderr.splitlines() if line.startswith("remote:")]
        wanted = "undecided[crashed] " if file == "judge.py" else "gitward: undecided: gitward is broken on this "
        assert said[0].startswith(f"remote: {wanted}")
        assert "Traceback" not in denied.stderr
        assert "/" not in "".join(said).replace("refs/heads/main", ""), denied.stderr
    assert there(git, bare) == ""


def test_a_broken_gitward_is_told_of_and_refuses_no_update_of_the_administrators(
    gitward: Run, git: Git, repo: Path, bare: Path, policy: Path, launcher: Path
) -> None:
    commit(git, repo, "short enough")
    git("push", "-q", bare, "HEAD:refs/heads/other", cwd=repo)
    gitward("install", "--server", bare, "--policy", policy, "--log", bare.parent / "log")
    launcher.write_text(BROKEN["package"])
    done = git("branch", "main", "other", cwd=bare)
    assert set(done.stderr.splitlines()) == {
        "gitward: gitward is broken on this server: what git does is not recorded; its administrator sees why with: gitward hook"
        " --help"
    }
