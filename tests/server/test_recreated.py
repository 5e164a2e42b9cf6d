"""Deleted in one push and made again in a later one (threat 11): the log remembers where the ref stood. Real pushes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from scene import MakeScene, Scene

from gitward.audit import derived
from gitward.audit.lasttips import LastTips
from gitward.errors import GitwardError, Undecided
from gitward.installer import hookfile, outcomes, place
from gitward.installer.server import Settings
from logdaemons import daemon
from servers import Server

POLICY = """\
version: 1
policy: {id: p}
rules:
  - rule: no-force-push
    refs: ["refs/heads/**", "!refs/heads/free/**", "refs/tags/**"]
    tests: [{accept: {update: ff, ref: refs/heads/main}}, {reject: {update: non-ff, ref: refs/heads/main}}]
"""


@pytest.fixture
def scene(path_server: Server, make_scene: MakeScene) -> Scene:
    """A server with a log that judges forced pushes alone, and lets refs be deleted."""
    return judging(make_scene(path_server))


def judging(scene: Scene, log: str = "") -> Scene:
    policy = scene.folder / "policy.yaml"
    policy.write_text(POLICY)
    scene.install(policy, options=("--log", log) if log else ())
    program = hookfile.Program(python=scene.launcher[0], script=scene.launcher[-1])
    settings = Settings(policies=(str(policy),), log=log or str(scene.log))
    for name, path in outcomes.paths(str(scene.hook)).items():
        place.put(path, outcomes.text(name, program, settings, denies=False))
    scene.on_server("config", "receive.denyDeletes", "false")
    return scene


def made_and_deleted(scene: Scene, ref: str) -> str:
    """The oid that the ref had, on top of main."""
    oid = scene.commit("more\n")
    for words in ((f"{oid}:{ref}",), (f":{ref}",)):
        assert scene.push("origin", *words).exit_code == 0
    return oid


def test_a_branch_leads_on_from_where_it_stood(scene: Scene) -> None:
    old = made_and_deleted(scene, "refs/heads/topic")
    push = scene.push("origin", f"{old}~1:refs/heads/topic")
    assert push.exit_code == 1
    assert "the branch stood at <oid> until it was deleted: that would be lost" in push.remote
    assert "push what has <oid> among its ancestors, or take another name" in push.remote
    assert scene.push("origin", f"{old}~1:refs/heads/other").exit_code == 0
    newer = scene.commit("on top of it\n")
    assert scene.push("origin", f"{newer}:refs/heads/topic").exit_code == 0


def test_the_daemon_tells(path_server: Server, make_scene: MakeScene) -> None:
    with daemon() as served:
        scene = judging(make_scene(path_server), served.target)
        old = made_and_deleted(scene, "refs/heads/topic")
        push = scene.push("origin", f"{old}~1:refs/heads/topic", f"{old}~1:refs/heads/never")
        assert (push.exit_code, "refs/heads/topic: the branch stood at" in push.remote) == (1, True)
        assert LastTips(served.target, str(scene.bare))(["refs/heads/never", "refs/heads/topic"]) == {"refs/heads/topic": old}
        assert scene.push("origin", f"{old}:refs/heads/topic").exit_code == 0


def test_the_same_commit_comes_back(scene: Scene) -> None:
    old = made_and_deleted(scene, "refs/heads/topic")
    assert scene.push("origin", f"{old}:refs/heads/topic").exit_code == 0


def test_what_is_gone_from_the_server_was_there(scene: Scene) -> None:
    old = made_and_deleted(scene, "refs/heads/topic")
    scene.on_server("prune", "--expire=now")
    assert scene.push("origin", f"{old}~1:refs/heads/topic").exit_code == 1


def test_a_tag_is_the_same_again(scene: Scene) -> None:
    old = made_and_deleted(scene, "refs/tags/v9")
    newer = scene.commit("on top of it\n")
    push = scene.push("origin", f"{newer}:refs/tags/v9")
    assert push.exit_code == 1
    assert "the tag stood at <oid> until it was deleted, and would be moved" in push.remote
    assert scene.push("origin", f"{old}:refs/tags/v9").exit_code == 0


def test_through_a_symbolic_ref(scene: Scene) -> None:
    """The name as pushed is not the ref that was deleted, and only one of them is anybody's."""
    old = made_and_deleted(scene, "refs/heads/free/topic")
    scene.on_server("symbolic-ref", "refs/heads/alias", "refs/heads/free/topic")
    push = scene.push("origin", f"{old}~1:refs/heads/alias")
    assert (push.exit_code, "that would be lost" in push.remote) == (1, True)


def test_where_no_entry_asks_the_log_is_not_read(scene: Scene) -> None:
    old = made_and_deleted(scene, "refs/heads/free/topic")
    assert scene.push("origin", f"{old}~1:refs/heads/free/topic").exit_code == 0
    assert list(scene.log.glob("tips-*")) == []


def test_a_log_that_cannot_say_leaves_it_open(scene: Scene) -> None:
    old = made_and_deleted(scene, "refs/heads/topic")
    tips = LastTips(str(scene.log), str(scene.bare))
    assert tips(["refs/heads/topic", "refs/heads/never"]) == {"refs/heads/topic": old}
    (kept,) = scene.log.glob("tips-*.sqlite.lock")
    kept.unlink()
    kept.mkdir()
    with pytest.raises(Undecided, match="cannot say where the ref stood") as raised:
        tips(["refs/heads/topic"])
    assert raised.value.reason == "no-last-tips"
    push = scene.push("origin", f"{old}:refs/heads/topic")
    assert (push.exit_code, "undecided" in push.remote) == (1, True)
    assert str(scene.log) not in f"{push.stderr}{push.remote}{raised.value}"


def test_an_index_that_is_none_names_no_path(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """sqlite's and derived's own words hold the file's name, and what is said here reaches who pushes."""

    def broken(*_: object) -> str:
        raise GitwardError(f"the index {scene.log}/tips.sqlite cannot be used")

    monkeypatch.setattr(derived, "place", broken)
    with pytest.raises(Undecided, match="its index cannot be used") as raised:
        LastTips(str(scene.log), str(scene.bare))(["refs/heads/topic"])
    assert str(scene.log) not in f"{raised.value} {raised.value.fix}"


def test_another_repository_with_the_same_log(scene: Scene, tmp_path: Path) -> None:
    made_and_deleted(scene, "refs/heads/topic")
    other = tmp_path / "other.git"
    shutil.copytree(scene.bare, other)
    assert LastTips(str(scene.log), str(other))(["refs/heads/topic"]) == {}
