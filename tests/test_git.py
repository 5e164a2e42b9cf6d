"""The runner: what git is given of the environment, and how it fails. A fake git does what a real one never does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitward import git as runner
from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

SRC = Path(runner.__file__).parent.parent


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder = tmp_path / "fake"
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_nothing_heavy_is_imported_before_git_runs() -> None:
    code = "import sys; import gitward.git; print({'subprocess', 'tempfile', 'typing'} & set(sys.modules))"
    program = f"import sys; sys.path.insert(0, {str(SRC)!r}); {code}"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_user_configuration_counts_only_when_asked_for(repo: Path, git: Git, home: Path) -> None:
    git("config", "--global", "gitward.target", "trunk")
    args = ["config", "--get", "gitward.target"]
    assert runner.run(args, git_dir=str(repo / ".git"), own_config=True) == b"trunk\n"
    assert runner.call(args, git_dir=str(repo / ".git")).status == 1


def test_the_callers_environment_does_not_reach_git(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.abbrev")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    found = runner.run(["rev-parse", "--absolute-git-dir"], git_dir=str(repo / ".git"))
    assert found.decode() == f"{repo}/.git\n"
    assert not trace.exists()


def test_without_takes_variables_out_of_the_callers_own() -> None:
    os.environ["GIT_DIR"] = "elsewhere"
    try:
        assert "GIT_DIR" in runner.environment(own_config=True)
        assert "GIT_DIR" not in runner.environment(own_config=True, without=("GIT_DIR",))
    finally:
        del os.environ["GIT_DIR"]


@pytest.mark.parametrize("own_config", [False, True])
def test_replace_refs_and_grafts_are_off(repo: Path, git: Git, *, own_config: bool) -> None:
    for subject in ("one", "two", "three"):
        git("commit", "-q", "--allow-empty", "-m", subject, cwd=repo)
    git("replace", "HEAD", "HEAD~2", cwd=repo)
    args = ["rev-list", "--format=%s", "--no-commit-header", "HEAD"]
    assert git(*args, cwd=repo).stdout == "one\n"
    env = {"GIT_DIR": str(repo / ".git")} if own_config else {}
    assert runner.run(args, git_dir=str(repo / ".git"), own_config=own_config, env=env) == b"three\ntwo\none\n"
    git("replace", "-d", git("rev-parse", "HEAD", cwd=repo).stdout.strip(), cwd=repo)
    (repo / ".git" / "info" / "grafts").write_text(git("rev-parse", "HEAD", cwd=repo).stdout)
    assert git(*args, cwd=repo).stdout == "three\n"
    assert runner.run(args, git_dir=str(repo / ".git"), own_config=own_config) == b"three\ntwo\none\n"


def test_input_and_bytes_that_are_no_utf8(repo: Path) -> None:
    oid = runner.run(["hash-object", "--stdin"], git_dir=str(repo / ".git"), stdin=b"text\n")
    assert oid == b"8e27be7d6154a1f68ea9160ef0e18691d20560dc\n"
    assert runner.run(["rev-parse", "--sq-quote", "r\udcff\xe9"]) == b" 'r\xff\xc3\xa9'\n"


def test_standard_input_is_never_the_callers() -> None:
    program = f"import sys; sys.path.insert(0, {str(SRC)!r}); from gitward import git; git.run(['stripspace'])"
    code = f"{program}; print(sys.stdin.read())"
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, input="refs\n", capture_output=True, text=True, check=True)
    assert done.stdout == "refs\n\n"


def test_a_failure_names_command_status_and_last_words(repo: Path) -> None:
    with pytest.raises(Undecided, match=r"^git rev-parse failed \(exit status 128\): fatal: bad revision") as caught:
        runner.run(["rev-parse", "no-such-thing", "--"], git_dir=str(repo / ".git"))
    assert (caught.value.exit_code, caught.value.reason) == (3, "git-failed")


def test_what_git_says_cannot_reach_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, r"printf 'hint: x\nfatal: \033[2J\302\233 \377\n\n' >&2; exit 5")
    with pytest.raises(Undecided) as caught:
        runner.run(["anything"])
    assert caught.value.message == r"git anything failed (exit status 5): fatal: \x1b[2J\x9b \xff"


def test_what_follows_from_a_complaint_does_not_hide_it() -> None:
    hung_up = b"fatal: the remote end hung up unexpectedly\n"
    assert runner.last_line(b"fatal: it does not support --signed push\n" + hung_up) == "fatal: it does not support --signed push"
    assert runner.last_line(hung_up) == hung_up.decode().strip()


def test_a_signal_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "kill -9 $$")
    with pytest.raises(Undecided, match=r"^git anything failed \(signal 9\)$"):
        runner.run(["anything"])


def test_the_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "exec sleep 60")
    start = time.monotonic()
    with pytest.raises(Undecided, match=r"^git anything took more than 0.2 s$") as caught:
        runner.run(["anything"], timeout=0.2)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - start < 10


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for start in (lambda: runner.run(["version"]), lambda: runner.Process(["version"], "")):
        with pytest.raises(Undecided, match="no git on the PATH") as caught:
            start()
        assert "install git" in caught.value.fix
        assert caught.value.reason == "no-git"


def test_a_process_is_ended_by_close(repo: Path) -> None:
    process = runner.Process(["cat-file", "--batch"], str(repo / ".git"))
    process.write(b"HEAD\n")
    assert process.output.readline() == b"HEAD missing\n"
    assert process.is_running
    process.close()
    assert not process.is_running
    process.close()


def test_one_process_reads_from_another(repo: Path, git: Git) -> None:
    git("commit", "-q", "--allow-empty", "-m", "one", cwd=repo)
    first = runner.Process(["rev-list", "--stdin"], str(repo / ".git"))
    second = runner.Process(["cat-file", "--batch-check=%(objecttype)"], str(repo / ".git"), stdin=first)
    first.write(b"HEAD\n", last=True)
    assert second.output.read() == b"commit\n"
    assert (second.finish().status, first.finish().status) == (0, 0)
    second.close()
    first.close()
