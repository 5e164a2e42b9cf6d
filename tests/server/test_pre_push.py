"""pre-push in a real clone: what it stops never reaches the server, and what it cannot know it says."""

from __future__ import annotations

import shlex

import pytest
from scenarios import GOOD
from scene import MakeScene, Scene

from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")


def _with_pre_push(scene: Scene) -> None:
    hook = scene.clone / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    words = [*scene.launcher, "hook", "pre-push", "--policy", ".gitward.yaml"]
    hook.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@" >&2\n')
    hook.chmod(0o755)


def _pushed_by_others(scene: Scene) -> str:
    """A commit that is only on the server, on top of its main."""
    tree = scene.on_server("rev-parse", "main^{tree}")
    oid = scene.on_server("commit-tree", "-p", "main", "-m", "fix: PROJ-9 of somebody else", tree)
    scene.on_server("update-ref", "refs/heads/main", oid)
    return oid


def test_a_forced_push_over_what_others_have_pushed(path_server: Server, make_scene: MakeScene) -> None:
    """It cannot be judged here, and the fix is to fetch; then it is a forced push like any other."""
    scene = make_scene(path_server)
    oid = _pushed_by_others(scene)
    _with_pre_push(scene)
    scene.commit(GOOD)
    push = scene.push("--force", "origin", "main")
    assert (push.exit_code, scene.refs()["refs/heads/main"]) == (1, oid)
    assert f"refs/heads/main stands at {oid[:12]}, which is not in this repository" in push.stderr
    assert "fix: git fetch" in push.stderr
    scene.run("fetch", "-q", "origin")
    push = scene.push("--force", "origin", "main")
    assert "error[no-force-push] refs/heads/main" in push.stderr
    assert scene.events() == [], "the server was never asked"


def test_a_branch_that_others_have_pushed_can_be_deleted(path_server: Server, make_scene: MakeScene) -> None:
    scene = make_scene(path_server)
    scene.on_server("update-ref", "refs/heads/topic", _pushed_by_others(scene))
    _with_pre_push(scene)
    push = scene.push("origin", ":topic")
    assert push.exit_code == 0, push.stderr
    assert "refs/heads/topic" not in scene.refs()


def test_what_it_stops_never_leaves_the_clone(path_server: Server, make_scene: MakeScene) -> None:
    """With --no-verify it does, and the server says the same."""
    scene = make_scene(path_server)
    _with_pre_push(scene)
    scene.commit("fix: no ticket\n")
    here = scene.push("origin", "main")
    assert (here.exit_code, scene.events()) == (1, [])
    assert "error[ticket-reference]" in here.stderr
    there = scene.push("--no-verify", "origin", "main")
    assert there.exit_code == 1
    assert "error[ticket-reference]" in there.remote
    assert len(scene.events()) == 1
