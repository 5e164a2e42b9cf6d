"""Real pushes judged by the paths that they touch, in quarantine: the rule here says what it was told, and guards `ci/`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from scenarios import GOOD
from scene import MakeScene, Scene

from gitward import git as runner
from servers import Server
from soaking import long

pytestmark = pytest.mark.usefixtures("forked_hooks")

SRC = Path(runner.__file__).parent.parent
HOOK = f"""#!{sys.executable} -I
import os, sys
sys.path.insert(0, {str(SRC)!r})
from gitward.adapters.pre_receive import request
from gitward.judge import judge
from gitward.model import Entry, Host, Limits, Policy, Violation
from gitward.record import record

assert "GIT_QUARANTINE_PATH" in os.environ

@record
class Guarded:
    name, needs, first = "guarded", ("update", "pusher", "touched"), False
    def protects(self, ref):
        return ref.startswith("refs/heads/main")
    def protecting(self, ref):
        return frozenset({{0}}) if self.protects(ref) else frozenset()
    def check_update(self, update):
        print("told", update.ref, None if update.touched is None else sorted(map(bytes.decode, update.touched)))
        for path in update.touched or ():
            if path.startswith(b"ci/"):
                yield Violation(message="guarded")

entry = Entry(id="guarded", rule=Guarded(), refs=("refs/**",))
policy = Policy(id="p", mode="enforce", entries=(entry,), source="", digest="")
host = Host(policies=("-",), limits=Limits(paths=LIMIT))
decision = judge(request(sys.stdin.buffer.read(), os.environ), host, policies=(policy,))
if decision.failure:
    print("undecided", decision.failure.reason)
sys.exit(decision.exit_code)
"""


BOTH = pytest.mark.parametrize("scene", ["sha256", pytest.param("sha1", marks=long)], indirect=True)


@pytest.fixture(params=["sha1"])
def scene(request: pytest.FixtureRequest, path_server: Server, make_scene: MakeScene) -> Scene:
    """A server whose `main` holds `ci/x`."""
    scene = make_scene(path_server, request.param)
    scene.install()
    (scene.clone / "ci").mkdir()
    scene.commit(GOOD, **{"ci/x": "1\n"})
    scene.on_server("config", "receive.denyDeletes", "false")
    scene.hook.unlink()
    assert scene.push("origin", "main").exit_code == 0
    guard(scene)
    return scene


def guard(scene: Scene, limit: int = 1000) -> None:
    scene.hook.write_text(HOOK.replace("LIMIT", str(limit)))
    scene.hook.chmod(0o755)


def pushed(scene: Scene, *words: str) -> tuple[int, list[str]]:
    push = scene.push("origin", *words)
    said = [line.removeprefix("told ") for line in push.remote.splitlines() if line.startswith(("told", "undecided"))]
    assert said, push.stderr
    return push.exit_code, said


@BOTH
def test_parked_first(scene: Scene) -> None:
    """Threat 9: the objects are on the server already when `main` moves, so the push brings none of them."""
    scene.commit(GOOD, **{"ci/x": "evil\n"})
    assert pushed(scene, "main:refs/heads/topic") == (0, ["refs/heads/topic None"])
    assert pushed(scene, "main") == (1, ["refs/heads/main ['ci/x']"])
    scene.commit(GOOD, **{"ci/x": "1\n"})  # and taken back: what main would hold is as before, its history is not
    assert pushed(scene, "main") == (1, ["refs/heads/main ['ci/x']"])
    assert pushed(scene, "main:refs/heads/main2") == (1, ["refs/heads/main2 ['ci/x']"])
    assert pushed(scene, "origin/main:refs/heads/main2") == (0, ["refs/heads/main2 []"])


@long
def test_moved_back_and_made_anew(scene: Scene) -> None:
    """Threat 11, and a force: what goes is touched as well as what comes."""
    assert pushed(scene, "+main~:main") == (1, ["refs/heads/main ['ci/x']"])
    assert pushed(scene, "main~:refs/heads/main2") == (0, ["refs/heads/main2 []"])
    evil = scene.commit(GOOD, **{"ci/x": "evil\n"})
    assert pushed(scene, f"{evil}:refs/heads/topic")[0] == 0
    scene.on_server("update-ref", "-d", "refs/heads/main")
    assert pushed(scene, f"{evil}:refs/heads/main") == (1, ["refs/heads/main ['ci/x']"])


@long
def test_several_refs_and_the_budget(scene: Scene) -> None:
    """One too many leaves all of the push undecided, and nothing of it in."""
    scene.commit(GOOD, x="1", y="1")
    guard(scene, limit=2)
    code, said = pushed(scene, "main", "main:refs/heads/topic")
    assert (code, said) == (0, ["refs/heads/main ['x', 'y']", "refs/heads/topic None"])
    scene.commit(GOOD, x="2", y="2", z="2")
    before = scene.refs()
    assert pushed(scene, "main", "main:refs/heads/topic") == (1, ["undecided too-large"])
    assert scene.refs() == before
