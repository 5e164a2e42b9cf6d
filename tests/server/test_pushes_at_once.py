"""Many pushes at once to one repository: all are decided, each is in the log once, and who has to wait is told."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from scene import MAIN_POLICY, MakeScene, Scene, chain_faults
from test_ref_outcomes import recorded

from gitward.audit import checkpoints, log
from gitward.audit.verification import verify
from gitward.installer import hookfile, outcomes, place
from gitward.installer.settings import Settings
from logdaemons import daemon
from servers import Server
from soaking import long

GOOD = "fix: PROJ-4 write names\n"


def install(scene: Scene, target: str, *limits: str) -> None:
    """All three hooks, with this log."""
    scene.install(limits=limits, options=("--log", target))
    program = hookfile.Program(python=scene.launcher[0], script=scene.launcher[-1])
    settings = Settings(policies=(MAIN_POLICY,), log=target, limits=limits)
    for name, path in outcomes.paths(str(scene.hook)).items():
        place.put(path, outcomes.text(name, program, settings, denies=False))


@pytest.fixture
def scene(path_server: Server, make_scene: MakeScene) -> Iterator[Scene]:
    scene = make_scene(path_server)
    scene.commit(GOOD)
    return scene


def all_in(scene: Scene, count: int) -> None:
    """Each of so many pushes was decided, carried out and ended once, and the log is whole."""
    for name in ("decision.receive", "ref.updated", "receive.completed"):
        found = Counter(event["updates"][0]["ref"] for event in recorded(scene, name))  # type: ignore[index]
        assert found == dict.fromkeys((f"refs/heads/topic/{number}" for number in range(count)), 1), name
    assert chain_faults(scene.log) == []
    checkpoints.take(str(scene.log))
    report = verify.verify(str(scene.log))
    assert (report.code, report.entries) == (0, report.covered)


def test_six_pushes_that_find_the_log_locked(scene: Scene) -> None:
    install(scene, str(scene.log))
    with log.locked(str(scene.log)):
        pushes = [scene.start_push("origin", f"main:refs/heads/topic/{number}") for number in range(6)]
        end = time.monotonic() + 50
        while len(list(Path(scene.log, "waiting").glob("*"))) < 6:
            assert time.monotonic() < end
            time.sleep(0.01)
        time.sleep(2.1)
    done = [scene.end_push(push) for push in pushes]
    assert [push.exit_code for push in done] == [0] * 6
    assert all("gitward: waiting for the log: 2 s\n" in push.remote for push in done)
    all_in(scene, 6)
    lines = [json.loads(line) for line in b"".join(path.read_bytes() for path in scene.log.glob("*.jsonl")).splitlines()]
    times = {line["received_time"] for line in lines if line["event"]["event"]["class"] == "decision.receive"}
    assert len(times) == 1, "whoever came first wrote for all"


@long
@pytest.mark.parametrize("mode", ["direct", "daemon"])
def test_fifty_pushes(scene: Scene, mode: str) -> None:
    with daemon() as served:
        target = str(scene.log) if mode == "direct" else served.target
        install(scene, target)
        pushes = [scene.start_push("origin", f"main:refs/heads/topic/{number}") for number in range(50)]
        assert [scene.end_push(push).exit_code for push in pushes] == [0] * 50
        if mode == "daemon":
            served.end()
            scene.log.rename(scene.folder / "unused")
            served.log.rename(scene.log)
        all_in(scene, 50)


def test_a_push_waits_no_longer_than_the_host_says(scene: Scene) -> None:
    install(scene, str(scene.log), "log_seconds=1")
    hooks = [path.read_text() for path in scene.hook.parent.iterdir()]
    assert len(hooks) == 3
    assert all("--limit log_seconds=1" in text for text in hooks)
    before = scene.refs()
    with log.locked(str(scene.log)):
        push = scene.push("origin", "main")
    assert (push.exit_code, scene.refs()) == (1, before)
    assert "undecided[log-locked] the log is locked by another writer for more than 1 s: process" in push.remote
    assert "turn: administrator" in push.remote
    assert str(scene.folder) not in push.remote
    assert recorded(scene, "decision.receive") == []
    assert scene.push("origin", "main").exit_code == 0
