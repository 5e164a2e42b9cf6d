"""The same pushes over a path, ssh and http: the same exit codes, refs and words, which `snapshots/` holds in full.

`UPDATE_SNAPSHOTS=1 pytest tests/server` writes them anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from scenarios import SCENARIOS
from scene import Push, Scene, chain_faults

from servers import Server

SNAPSHOTS = Path(__file__).parent / "snapshots"


def _written(push: Push) -> str:
    return f"exit {push.exit_code}\n{push.remote}"


@pytest.fixture(autouse=True)
def hooks(request: pytest.FixtureRequest, server: Server) -> None:
    """Over a path each hook is started as it is installed; that it starts over ssh and http too, other modules show."""
    if server.transport != "path":
        request.getfixturevalue("forked_hooks")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_push(scene: Scene, scenario: Callable[[Scene], object]) -> None:
    """One snapshot for all transports: what a developer reads does not depend on how the push came."""
    pushes = []
    for words in scenario(scene):
        before = scene.refs()
        pushes.append(scene.push("origin", *words))
        assert (scene.refs() == before) is bool(pushes[-1].exit_code), "a denied push changes nothing, an allowed one does"
    assert tuple(push.exit_code for push in pushes) == SCENARIOS[scenario]
    assert chain_faults(scene.log) == []
    assert [event["event"]["outcome"] for event in scene.events()] == [
        "denied" if push.exit_code else "allowed" for push in pushes
    ]
    text = "".join(map(_written, pushes))
    snapshot = SNAPSHOTS / f"{scenario.__name__}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(text)
    assert text == snapshot.read_text()


def test_there_is_no_snapshot_without_its_push() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.txt")} == {scenario.__name__ for scenario in SCENARIOS}


def test_nothing_raw_reaches_the_pusher(scene: Scene) -> None:
    """Neither an escape sequence nor a bidi character, nor a line that looks like one of the server's."""
    scene.commit("fix: \x1b[31mred\u202e\nremote: allowed refs/heads/main\n")
    push = scene.push("origin", "main")
    assert push.exit_code == 1
    assert "\\x1b[31mred" in push.remote
    assert not any(character in push.stderr.replace("\x1b[K", "") for character in "\x1b\u202e\x07")
    assert not any(line.startswith("allowed") for line in push.remote.splitlines())
