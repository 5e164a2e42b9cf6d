"""Whatever is broken on the server: the push is denied, its ref stands as it was, and repair is all that is needed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from breaks import BREAKS, Break, disk_full_within_a_line, interpreter_removed, policy_garbage, policy_missing, policy_of
from scenarios import GOOD
from scene import MakeScene, Push, Scene, chain_faults

from servers import Server

ON_EVERY_TRANSPORT = (interpreter_removed, policy_missing, policy_garbage, disk_full_within_a_line)


def _is_denied(scene: Scene, push: Push, before: dict[str, str]) -> None:
    assert push.exit_code == 1
    assert scene.refs() == before
    assert "Traceback" not in push.remote
    assert "pre-receive hook declined" in push.stderr


def _is_allowed_now(scene: Scene) -> None:
    push = scene.push("origin", "main")
    assert push.exit_code == 0, push.stderr
    assert scene.refs()["refs/heads/main"] == scene.run("rev-parse", "main")
    what = scene.events()[-1]["event"]
    assert (what["class"], what["outcome"]) == ("decision.receive", "allowed")  # type: ignore[index]
    assert chain_faults(scene.log) == []


def _denied_until_repaired(scene: Scene, broken: Break) -> None:
    scene.commit(GOOD)
    with contextmanager(broken)(scene) as says:
        before = scene.refs()
        push = scene.push("origin", "main")
        _is_denied(scene, push, before)
        assert says in push.remote
        if "removed" not in broken.__name__:  # then it is the shell or Python that speaks
            assert str(scene.folder) not in push.remote, "a server's paths are not for the pusher"
            assert "turn: administrator" in push.remote
    _is_allowed_now(scene)


@pytest.mark.parametrize("broken", ON_EVERY_TRANSPORT, ids=lambda broken: broken.__name__)
def test_broken_server_on_every_transport(scene: Scene, broken: Break) -> None:
    _denied_until_repaired(scene, broken)


OVER_A_PATH = [broken for broken in BREAKS if broken not in ON_EVERY_TRANSPORT]


@pytest.mark.parametrize("broken", OVER_A_PATH, ids=lambda broken: broken.__name__)
def test_broken_server(path_server: Server, make_scene: MakeScene, broken: Break) -> None:
    _denied_until_repaired(make_scene(path_server), broken)


def test_a_torn_line_is_moved_aside(path_server: Server, make_scene: MakeScene) -> None:
    """What a power cut leaves was never released to anyone: the chain goes on before it, and the bytes are kept."""
    scene = make_scene(path_server)
    scene.run("push", "origin", "main:refs/heads/first")
    (segment,) = scene.log.glob("*.jsonl")
    with segment.open("ab") as file:
        file.write(b'{"event":{"half')
    scene.commit(GOOD)
    _is_allowed_now(scene)
    assert len(scene.events()) == 2
    assert [path.read_bytes() for path in scene.log.glob("torn/*")] == [b'{"event":{"half']


# --- a hook that does not come to its end -----------------------------------------------------------------------------


def _awaited(path: Path) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        text = path.read_text() if path.exists() else ""
        if text.strip():
            return text.strip()
        time.sleep(0.01)
    raise AssertionError(f"nothing stands in {path}")


def _is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has waited for yet has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except FileNotFoundError:
        return True
    return state.startswith("Z")


class Stuck:
    """A push whose judging waits for ever: the policy is a pipe that nobody writes to."""

    def __init__(self, scene: Scene, limit: str) -> None:
        self.scene = scene
        self.policy = policy_of(scene)
        self.policy.unlink()
        os.mkfifo(self.policy)
        pid = scene.folder / "pid"
        scene.install(self.policy, before=f"echo $$ >{pid}\n", limits=(limit,))
        scene.commit(GOOD)
        self.before = scene.refs()
        self.push = scene.start_push("origin", "main")
        self.parent = int(_awaited(pid))
        self.child = int(_awaited(Path(f"/proc/{self.parent}/task/{self.parent}/children")).split()[0])

    def end(self) -> Push:
        try:
            return self.scene.end_push(self.push)
        except subprocess.TimeoutExpired:
            self.push.kill()
            raise

    def repair(self) -> None:
        self.policy.unlink()
        policy_of(self.scene)


@pytest.fixture
def stuck(request: pytest.FixtureRequest, path_server: Server, make_scene: MakeScene) -> Iterator[Stuck]:
    stuck = Stuck(make_scene(path_server), request.param)
    yield stuck
    for pid in (stuck.parent, stuck.child):
        if not _is_gone(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("stuck", ["seconds=1"], indirect=True)
def test_timeout(stuck: Stuck) -> None:
    push = stuck.end()
    _is_denied(stuck.scene, push, stuck.before)
    assert "took longer to judge than this server allows (1 s)" in push.remote
    assert _is_gone(stuck.child)
    (event,) = stuck.scene.events()
    assert event["decision"]["failure"]["reason"] == "timeout"
    stuck.repair()
    _is_allowed_now(stuck.scene)


@pytest.mark.parametrize("stuck", ["seconds=30"], indirect=True)
def test_child_is_killed(stuck: Stuck) -> None:
    os.kill(stuck.child, signal.SIGKILL)
    push = stuck.end()
    _is_denied(stuck.scene, push, stuck.before)
    assert "judging ended without an answer" in push.remote
    (event,) = stuck.scene.events()
    assert event["decision"]["failure"]["reason"] == "crashed"
    stuck.repair()
    _is_allowed_now(stuck.scene)


@pytest.mark.parametrize("stuck", ["seconds=2"], indirect=True)
def test_parent_is_killed(stuck: Stuck) -> None:
    """git hears of it at once, and the child does not outlive its time."""
    os.kill(stuck.parent, signal.SIGKILL)
    _is_denied(stuck.scene, stuck.end(), stuck.before)
    deadline = time.monotonic() + 10
    while not _is_gone(stuck.child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _is_gone(stuck.child)
    assert stuck.scene.events() == []
    stuck.repair()
    _is_allowed_now(stuck.scene)
