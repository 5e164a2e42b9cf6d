"""`install --log unix:PATH` and `doctor`: a server whose hook records through the log's daemon."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hookscripts import POLICY, not_ok

from gitward.doctor.logdaemon import check_log_daemon
from gitward.errors import UsageError
from gitward.installer import logtarget
from logdaemons import DAEMON, NOBODY, Daemon, as_root, daemon

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run


@pytest.fixture(scope="module")
def served() -> Iterator[Daemon]:
    with daemon("--mode", "0666") as made:
        yield made


def install(gitward: Run, git: Git, bare: Path, target: str, *more: str) -> str:
    (bare.parent / "org.yaml").write_text(POLICY)
    git("config", "transfer.fsckObjects", "true", cwd=bare)
    done = gitward("install", "--server", bare, "--policy", "org.yaml", "--log", target, *more, cwd=bare.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_hook_names_the_socket(gitward: Run, git: Git, repo: Path, bare: Path, served: Daemon) -> None:
    said = install(gitward, git, bare, "unix:" + os.path.relpath(served.socket, bare.parent))
    assert said.splitlines() == [f"installed pre-receive of {bare}"]
    assert f" --log unix:{served.socket}\n" in (bare / "hooks/pre-receive").read_text()
    git("commit", "-q", "--allow-empty", "-m", "short enough", cwd=repo)
    git("push", "-q", bare, "HEAD:refs/heads/main", cwd=repo)
    assert served.lines()[-1].startswith(b'{"event":{"actor":')
    assert b'"peer":{' in served.lines()[-1]


def test_a_daemon_that_is_not_there_yet_is_a_remark(gitward: Run, git: Git, bare: Path) -> None:
    said = install(gitward, git, bare, "unix:none.sock")
    path = bare.parent / "none.sock"
    assert f"note: every push is denied until the log's daemon answers: gitward audit serve --log DIR --socket {path}\n" in said
    done = gitward("doctor", "--repo", bare)
    assert (done.returncode, [line.split(";")[0] for line in not_ok(done.stdout)]) == (
        1, [f"fail log: {path}: No such file or directory: every push is denied"],
    )  # fmt: skip
    for wrong, says in (("unix:" + "x" * 107, "at most 107 bytes"), ("unix:", "names no socket")):
        with pytest.raises(UsageError, match=says):
            logtarget.absolute(wrong)


WHO = "user 65534, who receives the pushes, "
FAULTS: dict[str, tuple[Callable[[Daemon], object], str]] = {
    "none": (lambda _: None, "ok: {socket}: git.example.com/log, by process {pid} of user 1 in {log}"),
    "socket closed": (lambda served: served.socket.chmod(0o600), f"fail: {WHO}cannot connect to {{socket}}: every"),
    "folder closed": (lambda served: served.socket.parent.chmod(0o700), f"fail: {WHO}cannot connect to {{folder}}/socket: every"),
    "replaceable": (lambda served: served.socket.parent.chmod(0o777), f"fail: {WHO}can put another socket in place of"),
    "key open": (
        lambda served: (served.log.chmod(0o755), (served.log / "signing.key").chmod(0o644)),
        f"fail: {WHO}can read the key of {{log}}",
    ),
}


@as_root
def test_who_receives_the_pushes_is_another(tmp_path: Path) -> None:
    """Nobody's repository, a daemon of its own user; then what is wrong with it, one after the other."""
    os.chown(tmp_path, NOBODY, NOBODY)
    with daemon("--mode", "0666", user=DAEMON) as served:
        names = {"socket": served.socket, "folder": served.folder, "log": served.log, "pid": served.process.pid}
        for spoil, says in FAULTS.values():
            modes = {each: each.stat().st_mode for each in (served.socket, served.socket.parent, served.log)}
            spoil(served)
            found = [f"{each.status}: {each.message}" for each in check_log_daemon(str(tmp_path), str(served.socket))]
            assert [line for line in found if line.startswith(says.format(**names))], found
            assert len(found) == 1 or found[1].startswith("ok: "), found
            for each, mode in modes.items():
                each.chmod(mode)
        os.chown(tmp_path, DAEMON, DAEMON)
        found = [each.message for each in check_log_daemon(str(tmp_path), str(served.socket))]
        assert found[0] == "the daemon runs as user 1, who receives the pushes: what a hook runs can read the log's key"
        served.end(signal.SIGKILL)
        (found,) = check_log_daemon(str(tmp_path), str(served.socket))
        assert (found.status, "the daemon of the log does not run: every push is denied" in found.message) == ("fail", True)
