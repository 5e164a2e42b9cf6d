"""Grants by path, a channel, and real pushes: the payments team does not touch `ci/`, by no way around."""

from __future__ import annotations

import pytest
from scenarios import GOOD
from scene import MakeScene, Push, Scene
from signing import Keys

from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")

POLICY = """\
version: 1
policy: {{id: paths}}
principals:
  ann: {{accounts: [ann.shop], roles: [payments], keys: [{{ssh: "{ann}"}}]}}
  bob: {{roles: [payments, platform], keys: [{{ssh: "{bob}"}}]}}
access:
  - {{who: [payments], may: [create, update, force, delete], refs: ["refs/heads/**"]}}
  - {{who: [platform], may: [update], refs: [refs/heads/main], paths: [/ci/**]}}
"""


@pytest.fixture
def scene(path_server: Server, make_scene: MakeScene, keys: Keys) -> Scene:
    """A server whose `main` holds `ci/x`."""
    scene = make_scene(path_server)
    (scene.clone / "ci").mkdir()
    scene.commit(GOOD, **{"ci/x": "1\n"})
    scene.hook.unlink()
    assert scene.push("origin", "main").exit_code == 0
    path = scene.folder / "paths.yaml"
    path.write_text(POLICY.format(ann=keys.public("ann"), bob=keys.public("bob")))
    scene.install(path, options=("--actor", "gitlab"))
    return scene


def pushed(scene: Scene, who: str, *words: str) -> Push:
    kept = dict(scene.environment)
    scene.environment["GL_USERNAME"] = who
    try:
        return scene.push("origin", *words)
    finally:
        scene.environment.clear()
        scene.environment.update(kept)


def test_no_way_around(scene: Scene) -> None:
    scene.commit(GOOD, **{"ci/x": "evil\n"})
    assert pushed(scene, "ann.shop", "main:refs/heads/topic").exit_code == 0, "parked where nobody guards it"
    denied = pushed(scene, "ann.shop", "main")
    assert denied.exit_code == 1
    assert "ann may not update it: a grant names this path (paths.yaml:8)" in denied.remote
    assert "ask who may: platform" in denied.remote
    scene.commit(GOOD, **{"ci/x": "1\n"})
    for words in (("main",), ("+main~3:main",)):
        assert pushed(scene, "ann.shop", *words).exit_code == 1, words
    assert pushed(scene, "bob", "main").exit_code == 0
    actors = [event["actor"]["id"] for event in scene.events()]
    assert actors == ["ann", "ann", "ann", "ann", "bob"]


def test_who_is_nobody(scene: Scene) -> None:
    scene.commit(GOOD, x="1")
    denied = pushed(scene, "ann", "main")
    why = "whom the channel gitlab names is no principal of this policy"
    assert (denied.exit_code, f"nobody is proven to push here: {why}" in denied.remote) == (1, True), denied.stderr
