"""`gitward doctor` on servers: the hook, its policy, its log, the settings of git that bear on a push."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hookscripts import POLICY, not_ok

from gitward.installer import hookfile

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Git, Run


@pytest.fixture
def clone(gitward: Run, repo: Path) -> Path:
    (repo / ".gitward.yaml").write_text(POLICY)
    assert gitward("install", cwd=repo).returncode == 0
    return repo


@pytest.fixture
def server(gitward: Run, git: Git, bare: Path, tmp_path: Path) -> Path:
    (tmp_path / "org.yaml").write_text(POLICY)
    git("config", "transfer.fsckObjects", "true", cwd=bare)
    assert gitward("install", "--server", bare, "--policy", "org.yaml", "--log", "log").returncode == 0
    return bare


def remove(path: Path) -> None:
    path.unlink()


def test_a_good_server(gitward: Run, git: Git, clone: Path, server: Path) -> None:
    git("commit", "-q", "--allow-empty", "-m", "short enough", cwd=clone)
    git("push", "-q", server, "HEAD:refs/heads/main", cwd=clone)
    done = gitward("doctor", "--repo", server)
    assert (done.returncode, not_ok(done.stdout)) == (0, []), done.stdout
    assert f"ok   hooks: {server}/hooks/pre-receive, executable and gitward's\n" in done.stdout
    assert "ok   outcomes: reference-transaction and post-receive record what git does\n" in done.stdout
    assert f"ok   policy: {server.parent}/org.yaml: test revision 3, 2 entries, enforce\n" in done.stdout
    assert f"ok   log: {server.parent}/log: last line 5 of 2" in done.stdout
    for name in ("receive.denyNonFastForwards", "receive.denyDeletes", "receive.hideRefs", "transfer.fsckObjects"):
        assert f"ok   {name}: " in done.stdout


def recording_elsewhere(hooks: Path) -> None:
    words = hookfile.command_of(str(hooks / "pre-receive"))
    program = hookfile.Program(python=words[0], script=words[2])
    (hooks / "reference-transaction").write_text(hookfile.outcome("reference-transaction", program, ("--log", "/elsewhere")))


SERVER_FAULTS: dict[str, tuple[Callable[[Path, Git], object], str]] = {
    "removed": (
        lambda bare, _: remove(bare / "hooks/pre-receive"),
        "fail hook pre-receive: {bare}/hooks/pre-receive is not there; fix: gitward install --server {bare}",
    ),
    "not executable": (
        lambda bare, _: (bare / "hooks/pre-receive").chmod(0o644),
        "fail hook pre-receive: {bare}/hooks/pre-receive is not executable, so git passes over it; fix: chmod +x",
    ),
    "writable": (
        lambda bare, _: (bare / "hooks/pre-receive").chmod(0o775),
        "fail hook pre-receive: {bare}/hooks/pre-receive can be written by others than its owner; fix: chmod go-w",
    ),
    "core.hooksPath": (
        lambda bare, git: git("config", "core.hooksPath", "/dev/null", cwd=bare),
        "fail hooks: core.hooksPath makes git take the hooks of {bare} from /dev/null; fix: unset it",
    ),
    "switched off": (
        lambda bare, git: git("config", "hook.pre-receive.enabled", "no", cwd=bare),
        "fail hook-config: hook.pre-receive.enabled is no in file:config",
    ),
    "no transactions": (
        lambda bare, _: remove(bare / "hooks/reference-transaction"),
        "warn hook reference-transaction: {bare}/hooks/reference-transaction is not there: what git does is not recorded",
    ),
    "transactions not executable": (
        lambda bare, _: (bare / "hooks/reference-transaction").chmod(0o644),
        "fail hook reference-transaction: {bare}/hooks/reference-transaction is not executable, so git passes over it",
    ),
    "the end switched off": (
        lambda bare, git: git("config", "hook.post-receive.enabled", "false", cwd=bare),
        "fail hook-config: hook.post-receive.enabled is false in file:config",
    ),
    "policy denies since": (
        lambda bare, _: (bare.parent / "org.yaml").write_text(POLICY + "unaudited-updates: deny\n"),
        "fail hook reference-transaction: a policy says unaudited-updates: deny, and the hook is made for the opposite",
    ),
    "another log": (
        lambda bare, _: recording_elsewhere(bare / "hooks"),
        "warn hook reference-transaction: {bare}/hooks/reference-transaction records elsewhere, or otherwise, than pre-receive",
    ),
    "proc-receive": (
        lambda bare, git: git("config", "receive.procReceiveRefs", "refs/for", cwd=bare),
        "warn receive.procReceiveRefs: refs/for: what proc-receive makes of a push there nobody can judge, so it is refused",
    ),
    "policy gone": (
        lambda bare, _: remove(bare.parent / "org.yaml"),
        "fail policy: {bare.parent}/org.yaml: there is no such file",
    ),
    "policy writable": (
        lambda bare, _: (bare.parent / "org.yaml").chmod(0o664),
        "fail policy: {bare.parent}/org.yaml can be written by others than its owner; fix: chmod go-w",
    ),
    "roles together": (
        lambda bare, _: (bare.parent / "org.yaml").write_text(
            POLICY + "principals: {ann: {roles: [a, b]}}\nduties: [{apart: [a, b]}]\n"),
        "fail duties: ann holds a and b, which {bare.parent}/org.yaml:6 keeps apart; fix: take one of the roles from them",
    ),
    "log gone": (
        lambda bare, _: (bare.parent / "log").rename(bare.parent / "gone"),
        "fail log: {bare.parent}/log: No such file or directory: every push is denied; fix: mkdir",
    ),
    "log damaged": (
        lambda bare, _: (bare.parent / "log/00000000000000000000.jsonl").write_text("{}\n"),
        "fail log: {bare.parent}/log: its last line is not one that gitward wrote",
    ),
    "fsck": (
        lambda bare, git: git("config", "transfer.fsckObjects", "false", cwd=bare),
        "warn transfer.fsckObjects: is not set: git takes objects that its own check refuses; fix: git -C {bare}",
    ),
    "hidden refs": (
        lambda bare, git: git("config", "--unset-all", "receive.hideRefs", cwd=bare),
        "warn receive.hideRefs: refs/gitward/baseline and refs/gitward/receipts can be seen by who pushes",
    ),
    "log open": (lambda bare, _: (bare.parent / "log").chmod(0o755), "warn log: {bare.parent}/log is open to others"),
    "evaluate": (
        lambda bare, _: (bare.parent / "org.yaml").write_text(POLICY + "mode: evaluate\n"),
        "warn policy: {bare.parent}/org.yaml: test revision 3, 2 entries, evaluate: nothing is denied by it",
    ),
}


@pytest.mark.parametrize("fault", SERVER_FAULTS)
def test_what_is_wrong_with_a_server(gitward: Run, git: Git, server: Path, fault: str) -> None:
    spoil, says = SERVER_FAULTS[fault]
    spoil(server, git)
    done = gitward("doctor", "--repo", server)
    wanted = says.format(bare=server)
    lines = not_ok(done.stdout)
    assert [line for line in lines if line.startswith(wanted)], done.stdout
    assert len(lines) == 1
    assert done.returncode == (1 if wanted.startswith("fail") else 0)


def test_a_torn_last_line_is_only_a_warning(gitward: Run, git: Git, clone: Path, server: Path) -> None:
    git("commit", "-q", "--allow-empty", "-m", "short enough", cwd=clone)
    git("push", "-q", server, "HEAD:refs/heads/main", cwd=clone)
    with (server.parent / "log/00000000000000000000.jsonl").open("a") as log:
        log.write('{"event":{"sch')
    done = gitward("doctor", "--repo", server)
    assert (done.returncode, "warn log: " in done.stdout, "a line after 5 was not written" in done.stdout) == (
        0,
        True,
        True,
    )


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_the_user_who_receives_pushes(gitward: Run, git: Git, server: Path, tmp_path: Path, home: Path) -> None:
    """Nobody's repository: the policy must not be nobody's, and the log must be."""
    for path in (server, *server.rglob("*")):
        os.chown(path, 65534, 65534)
    git("config", "--global", "safe.directory", "*")
    lines = not_ok(gitward("doctor", "--repo", server).stdout)
    assert any(line.startswith("fail log: ") and "cannot be written by user 65534" in line for line in lines)
    os.chown(tmp_path / "log", 65534, 65534)
    os.chown(tmp_path / "org.yaml", 65534, 65534)
    lines = not_ok(gitward("doctor", "--repo", server).stdout)
    assert [line.split(";")[0] for line in lines] == [
        f"warn policy: {tmp_path}/org.yaml belongs to user 65534, who receives the pushes"
    ]
    os.chown(tmp_path / "org.yaml", 0, 0)
    (tmp_path / "org.yaml").chmod(0o600)
    assert (
        f"fail policy: {tmp_path}/org.yaml cannot be read by user 65534" in gitward("doctor", "--repo", server).stdout
    )


def test_an_organisation_as_text_and_as_json(gitward: Run, git: Git, server: Path, tmp_path: Path) -> None:
    git("init", "-q", "--bare", tmp_path / "deep/x.git")
    done = gitward("doctor", "--org", tmp_path)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == f"fail    {tmp_path}/deep/x.git"
    assert lines[1].startswith(f"  fail hook pre-receive: {tmp_path}/deep/x.git/hooks/pre-receive is not there")
    assert lines[-2:] == [f"ok      {server}", "2 repositories: 1 ok, 1 fail"]
    report = json.loads(gitward("doctor", "--org", tmp_path, "--format", "json").stdout)
    assert (report["schema"], report["exit_code"]) == ("gitward.doctor/1", 1)
    assert [each["path"] for each in report["repositories"]] == [f"{tmp_path}/deep/x.git", str(server)]
    assert {finding["status"] for finding in report["repositories"][1]["findings"]} == {"ok"}
    assert {"git", "python", "pygit2"} <= {finding["name"] for finding in report["tools"]}
