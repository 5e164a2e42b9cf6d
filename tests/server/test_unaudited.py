"""`unaudited-updates: deny`: a protected ref changes only where the log holds a decision that allows it."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from scene import MakeScene, Scene
from test_ref_outcomes import GOOD, all_updates, install

from gitward.audit import allowed, evidence, log
from gitward.canonical import canonical
from servers import Server
from soaking import long


@pytest.fixture
def scene(path_server: Server, make_scene: MakeScene) -> Scene:
    scene = make_scene(path_server)
    policy = (scene.clone / ".gitward.yaml").read_text()
    new = scene.commit("chore: PROJ-16 refuse what nobody allowed\n", policy=policy + "unaudited-updates: deny\n")
    scene.on_server("fetch", "-q", str(scene.clone), "main")
    scene.on_server("update-ref", "refs/heads/main", new)
    install(scene, denies=True)
    assert "--deny-unaudited" in (scene.bare / "hooks" / "reference-transaction").read_text()
    return scene


def on_server(scene: Scene, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "--git-dir", str(scene.bare), *words], env=scene.environment, capture_output=True, text=True)


def test_pushes_pass_and_what_is_behind_the_hook_does_not(scene: Scene) -> None:
    new = scene.commit(GOOD)
    assert scene.push("origin", "main").exit_code == 0
    for words in (
        ("update-ref", "refs/heads/main", "main~1"),
        ("update-ref", "-d", "refs/heads/main"),
        ("fetch", "-q", str(scene.clone), "+refs/heads/main~1:refs/heads/main"),
    ):
        before = all_updates(scene)
        done = on_server(scene, *words)
        assert done.returncode != 0
        assert all_updates(scene) == before
        if words[0] == "update-ref":
            assert "gitward: denied refs/heads/main: the log holds no decision that allows this update" in done.stderr
            assert "fix: push it, so that it is judged" in done.stderr
    assert scene.refs()["refs/heads/main"] == new


def test_housekeeping_and_refs_that_no_entry_names_pass(scene: Scene) -> None:
    for words in (
        ("pack-refs", "--all"),
        ("gc", "-q"),
        ("update-ref", "refs/gitward/x", "main"),
        ("symbolic-ref", "HEAD", "refs/heads/main"),
    ):
        done = on_server(scene, *words)
        assert (words, done.returncode, done.stderr) == (words, 0, "")


@long
def test_a_deletion_and_a_tag_pass(scene: Scene) -> None:
    assert scene.push("origin", "main:refs/heads/topic", "main:refs/tags/v3.0").exit_code == 0
    scene.on_server("pack-refs", "--all")
    assert scene.push("origin", ":refs/heads/topic").exit_code == 0
    assert len(all_updates(scene)) == 3


def test_a_log_that_is_not_there_refuses(scene: Scene) -> None:
    scene.log.rename(scene.folder / "gone")
    done = on_server(scene, "update-ref", "refs/heads/main", "main~1")
    assert (done.returncode != 0, "gitward: undecided: the log cannot be read" in done.stderr) == (True, True)


def test_a_gitward_that_is_gone_refuses(scene: Scene) -> None:
    os.rename(scene.launcher[-1], scene.folder / "gone")
    done = on_server(scene, "update-ref", "refs/heads/main", "main~1")
    assert (done.returncode != 0, "what git does is not recorded" in done.stderr) == (True, True)


def test_what_allows(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session, the ref, old and new must fit, in a decision that allows; of many updates, the list kept as evidence."""
    from gitward.audit import creation

    folder = tmp_path_factory.mktemp("log")
    creation.make(str(folder), "git.example.com/log")
    monkeypatch.setattr(allowed, "session_id", lambda: "b-1-2")
    wanted = [("refs/heads/\udcffx", "0" * 40, "a" * 40)]
    every = [{"ref": {"b64": "cmVmcy9oZWFkcy//eA=="}, "old": "0" * 40, "new": "a" * 40}]

    def say(outcome: str = "allowed", session: str = "b-1-2", name: str = "decision.receive", **parts: object) -> None:
        event = {"event": {"class": name, "outcome": outcome}, "session": {"id": session}, "updates": every, **parts}
        log.append(str(folder), canonical(event))

    say(outcome="denied")
    say(session="b-1-20")
    say(name="decision.ci")
    say(session="c", actor={"claim": '"session":{"id":"b-1-2"}'})
    say(updates=[{**every[0], "new": "b" * 40}])
    log.append(str(folder), b'{"session":"b-1-2"}')
    assert allowed.unallowed(str(folder), wanted) == wanted
    name = evidence.keep(str(folder), canonical(every))
    say(updates=[], updates_evidence={"sha256": name})
    assert allowed.unallowed(str(folder), wanted) == []
    assert json.loads((folder / "evidence" / name).read_bytes()) == every
