"""Pushes that are recorded through the log's daemon, on every transport; without it every push is denied."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenarios import GOOD
from scene import MAIN_POLICY, MakeScene, Scene, chain_faults

from gitward.installer import hookfile, outcomes, place
from gitward.installer.server import Settings
from logdaemons import CODE, DAEMON, NOBODY, Daemon, as_root, as_user, daemon, python_of_all
from servers import Server, developer


@pytest.fixture(scope="module")
def served() -> Iterator[Daemon]:
    with daemon() as made:
        yield made


def _recorded(served: Daemon) -> list[tuple[str, int]]:
    """The outcome of each decision, and the user at the other end of the socket."""
    entries = [json.loads(line) for line in served.lines()]
    return [(entry["event"]["event"]["outcome"], entry["peer"]["uid"]) for entry in entries if "peer" in entry]


def test_pushes_through_the_daemon(scene: Scene, served: Daemon) -> None:
    scene.install(options=("--log", served.target))
    before = len(_recorded(served))
    scene.commit(GOOD)
    assert scene.push("origin", "main").exit_code == 0
    scene.commit("wip: nothing\n")
    denied = scene.push("origin", "main")
    assert (denied.exit_code, "denied refs/heads/main" in denied.remote) == (1, True)
    assert _recorded(served)[before:] == [("allowed", os.geteuid()), ("denied", os.geteuid())]
    assert scene.events() == [], "the folder that the hook named first"
    assert chain_faults(served.log) == []


def test_without_the_daemon_every_push_is_denied(path_server: Server, make_scene: MakeScene) -> None:
    scene = make_scene(path_server)
    with daemon() as served:
        scene.install(options=("--log", served.target))
        scene.commit(GOOD)
        before = scene.refs()
        for number in (signal.SIGKILL, signal.SIGTERM):  # a socket on which nobody listens, and no socket
            served.end(number)
            push = scene.push("origin", "main")
            assert (push.exit_code, scene.refs()) == (1, before)
            assert "undecided" in push.remote
            assert "the decision could not be recorded: the daemon of the log does not run" in push.remote
            assert "turn: administrator" in push.remote
            assert str(served.folder) not in push.remote, "a server's paths are not for the pusher"
            served.start()
        assert scene.push("origin", "main").exit_code == 0
        assert [outcome for outcome, _ in _recorded(served)] == ["allowed"]


def test_what_nothing_allows_is_refused_through_the_daemon(path_server: Server, make_scene: MakeScene, served: Daemon) -> None:
    """`unaudited-updates: deny`: the hooks of outcomes ask the daemon, and record there what git did."""
    scene = make_scene(path_server)
    policy = (scene.clone / ".gitward.yaml").read_text()
    new = scene.commit("chore: PROJ-16 refuse what nobody allowed\n", policy=policy + "unaudited-updates: deny\n")
    scene.on_server("fetch", "-q", str(scene.clone), "main")
    scene.on_server("update-ref", "refs/heads/main", new)
    scene.install(options=("--log", served.target))
    program = hookfile.Program(python=scene.launcher[0], script=scene.launcher[-1])
    settings = Settings(policies=(MAIN_POLICY,), log=served.target)
    for name, path in outcomes.paths(str(scene.hook)).items():
        place.put(path, outcomes.text(name, program, settings, denies=True))
    before = len(served.lines())
    scene.commit(GOOD)
    assert scene.push("origin", "main").exit_code == 0
    classes = [json.loads(line)["event"]["event"]["class"] for line in served.lines()[before:]]
    assert classes == ["decision.receive", "ref.updated", "receive.completed"]
    command = ["git", "--git-dir", str(scene.bare), "update-ref", "refs/heads/main", new]
    denied = subprocess.run(command, env=scene.environment, capture_output=True, text=True)
    assert "gitward: denied refs/heads/main: the log holds no decision that allows this update" in denied.stderr


# what code that runs as the user who receives pushes could try; prints what succeeded
ATTEMPTS = """
import os, socket
log, path, daemon = sys.argv[1:]
segment = os.path.join(log, "%020d.jsonl" % 0)
def rewritten():
    with open(segment, "r+b") as file: file.write(b"x")
def renamed():
    os.rename(log, log + ".away")
def replaced():
    os.unlink(path)
def covered():
    with socket.socket(socket.AF_UNIX) as other: other.bind(path + ".x"); os.rename(path + ".x", path)
def appended():
    from gitward.audit import log as writing
    writing.append(log, b'{"event":{"class":"x"},"id":"y"}')
for name, attempt in {
    "list": lambda: os.listdir(log), "key": lambda: open(os.path.join(log, "signing.key")).read(),
    "read": lambda: open(segment).read(), "personal": lambda: os.listdir(os.path.join(log, "personal")),
    "rewrite": rewritten, "rename": renamed, "unlink": replaced, "cover": covered, "append": appended,
    "delete": lambda: os.unlink(segment), "kill": lambda: os.kill(int(daemon), 9),
}.items():
    try:
        attempt()
        print("succeeded:", name)
    except Exception as problem:
        print(type(problem).__name__)
"""


@as_root
def test_the_hooks_user_reaches_the_daemon_and_not_the_log(template: object, tmp_path: Path) -> None:
    """Three users: the one who receives pushes, the daemon's, and root, who looks afterwards."""
    with daemon("--mode", "0666", user=DAEMON) as served:
        home = served.folder / "git"
        shutil.copytree(template("sha1"), home)
        hook = home / "server.git" / "hooks" / "pre-receive"
        launcher = [python_of_all(), "-I", "-c", CODE]
        words = [*launcher, "hook", "pre-receive", "--policy", "refs/heads/main:.gitward.yaml", "--log", served.target]
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\nexec {shlex.join(words)}\n")
        hook.chmod(0o755)
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

        def git(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(["git", *words], cwd=home / "clone", env=developer(home), user=NOBODY, group=NOBODY,
                                  extra_groups=[], capture_output=True, text=True)  # fmt: skip

        for message, code in (("feat: PROJ-9 read more", 0), ("no ticket", 1)):
            assert git("commit", "-q", "--allow-empty", "-m", message).returncode == 0
            push = git("push", "../server.git", "main")
            assert push.returncode == code, push.stderr
        assert _recorded(served) == [("allowed", NOBODY), ("denied", NOBODY)]
        done = as_user(NOBODY, ATTEMPTS, str(served.log), str(served.socket), str(served.process.pid))
        assert done.returncode == 0, done.stderr
        assert set(done.stdout.split()) <= {"PermissionError", "Undecided"}, done.stdout
        assert len(done.stdout.splitlines()) == 11
        assert [path for path in served.log.rglob("*") if path.stat().st_uid != DAEMON] == []
        assert len(_recorded(served)) == 2
        assert chain_faults(served.log) == []
