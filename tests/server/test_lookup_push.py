"""A real push whose tickets a real tracker knows, or not, or too late."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from scene import MakeScene, Push, Scene

from servers import Server
from trackers import Tracker, always, jira, settings, tracking

pytestmark = pytest.mark.usefixtures("forked_hooks")

POLICY = """\
version: 1
policy: {id: org}
rules:
  - {rule: ticket-reference, refs: [refs/heads/main], lookup: jira, on_outage: %s}
"""
TOKEN = "s3cret-t0ken"


def installed(scene: Scene, tracker: Tracker, on_outage: str = "deny", **more: object) -> Path:
    """The hook with a policy that looks up, and the settings of the look-up."""
    policy = scene.folder / "policy.yaml"
    policy.write_text(POLICY % on_outage)
    path = settings(scene.folder, kind="jira", url=tracker.url, token=TOKEN, timeout=1, **more)
    scene.install(policy, options=("--lookup", f"jira={path}"))
    return path


def pushed(scene: Scene, message: str) -> Push:
    scene.run("reset", "-q", "--soft", "origin/main")
    scene.commit(message)
    return scene.push("origin", "HEAD:main")


def last(scene: Scene) -> dict[str, object]:
    return scene.events()[-1]


def test_what_the_tracker_says_decides(path_server: Server, make_scene: MakeScene) -> None:
    scene = make_scene(path_server)
    with tracking(jira({"PROJ-1": "new", "PROJ-2": "done"})) as tracker:
        installed(scene, tracker)
        push = pushed(scene, "fix: x\n\nRefs: PROJ-1\n")
        assert push.exit_code == 0
        assert "allowed refs/heads/main: 1 commit; policy org" in push.remote
        for ticket, says in (("PROJ-2", "PROJ-2 is closed"), ("PROJ-3", "PROJ-3 does not exist")):
            push = pushed(scene, f"fix: {ticket} x\n")
            assert push.exit_code == 1
            assert f'error[ticket-reference] <oid> "fix: {ticket} x": {says}' in push.remote
            assert "name a ticket that exists and is open" in push.remote
        asked = len(tracker.heads)
        assert pushed(scene, "fix: no ticket\n").exit_code == 1
        scene.commit("PROJ-9: another branch, which the entry does not judge\n")
        assert scene.push("origin", "HEAD:refs/heads/topic/PROJ-9").exit_code == 0
        assert len(tracker.heads) == asked == 3


def test_an_outage_is_answered_as_the_policy_declares(path_server: Server, make_scene: MakeScene) -> None:
    scene = make_scene(path_server)
    with tracking(always({"token": TOKEN}, 401)) as tracker:
        outcomes = {}
        for on_outage in ("deny", "warn", "allow"):
            installed(scene, tracker, on_outage)
            outcomes[on_outage] = push = pushed(scene, f"fix: PROJ-1 {on_outage}\n")
            assert last(scene)["decision"]["details"] == ["look-up jira: refuses the token (401)"]  # type: ignore[index]
            assert "401" not in push.stderr
            assert TOKEN not in push.stderr + json.dumps(scene.events())
    assert [push.exit_code for push in outcomes.values()] == [1, 0, 0]
    assert "undecided[ticket-reference] 1 of 1: the look-up jira gives no answer" in outcomes["deny"].remote
    assert "turn: administrator" in outcomes["deny"].remote
    assert "warning: [ticket-reference] 1 not looked up: the look-up jira gives no answer" in outcomes["warn"].remote
    assert "(1 exempt in ticket-reference)" in outcomes["warn"].remote
    assert "warning" not in outcomes["allow"].remote
    assert "(1 exempt in ticket-reference)" in outcomes["allow"].remote
    assert last(scene)["results"][-1]["reasons"] == [["exempt", "the look-up jira gives no answer", 1]]  # type: ignore[index]


def test_a_tracker_that_hangs_is_cut_off(path_server: Server, make_scene: MakeScene) -> None:
    scene = make_scene(path_server)
    with tracking(lambda connection, _: time.sleep(30)) as tracker:
        installed(scene, tracker)
        start = time.monotonic()
        push = pushed(scene, "fix: PROJ-1 PROJ-2 PROJ-3 x\n")
        assert time.monotonic() - start < 25
    assert "undecided[ticket-reference] 1 of 1: the look-up jira gives no answer" in push.remote
    assert last(scene)["decision"]["details"] == ["look-up jira: does not answer in time"]  # type: ignore[index]


def test_a_look_up_that_the_server_has_not(path_server: Server, make_scene: MakeScene) -> None:
    """Whatever the policy says of outages: this is none, and it would let everything in for ever."""
    scene = make_scene(path_server)
    policy = scene.folder / "policy.yaml"
    policy.write_text(POLICY % "allow")
    scene.install(policy)
    push = pushed(scene, "fix: PROJ-1 x\n")
    assert push.exit_code == 1
    assert "undecided[ticket-reference] 1 of 1: the look-up jira is not set up here, or cannot be used" in push.remote
    (detail,) = last(scene)["decision"]["details"]  # type: ignore[index]
    assert detail == "look-up jira: this host has none of that name; add --lookup jira=FILE"
    with tracking(always({})) as tracker:
        path = installed(scene, tracker, "allow")
        path.chmod(0o666)
        push = pushed(scene, "fix: PROJ-1 x\n")
        assert push.exit_code == 1
        assert "jira is not set up here, or cannot be used" in push.remote
        assert str(path) not in push.stderr
        assert f"{path} can be written by others" in last(scene)["decision"]["details"][0]  # type: ignore[index]
        assert tracker.heads == []


def test_too_many_tickets_are_no_outage(path_server: Server, make_scene: MakeScene) -> None:
    scene = make_scene(path_server)
    with tracking(jira({f"PROJ-{number}": "new" for number in range(1, 200)})) as tracker:
        installed(scene, tracker, "allow")
        for number in range(1, 12):
            names = " ".join(f"PROJ-{10 * number + ticket}" for ticket in range(10))
            scene.commit(f"fix: x\n\nRefs: {names}\n")
        push = scene.push("origin", "HEAD:main")
        assert push.exit_code == 1
        assert "1 of 11: the push names too many tickets to look all of them up" in push.remote
        assert len(tracker.heads) == 100


def test_commits_before_the_baseline_use_nothing_up(path_server: Server, make_scene: MakeScene) -> None:
    scene = make_scene(path_server)
    old = [scene.commit(f"PROJ-{number}: old\n") for number in range(10, 14)][-1]
    scene.commit("PROJ-1: new\n")
    with tracking(jira({"PROJ-1": "new"})) as tracker:
        installed(scene, tracker)
        policy = scene.folder / "policy.yaml"
        policy.write_text(policy.read_text().replace("lookup: jira", f"since: {{commits: [{old}]}}, lookup: jira"))
        assert scene.push("origin", "HEAD:main").exit_code == 0
        assert len(tracker.heads) == 1
