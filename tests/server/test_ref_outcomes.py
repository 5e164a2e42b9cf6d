"""What git did with a decision, in the log: real pushes, and everything else that moves refs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from scene import MAIN_POLICY, MakeScene, Scene, chain_faults

from gitward.audit import schema
from gitward.installer import hookfile, outcomes, place
from gitward.installer.settings import Settings
from servers import Server
from soaking import FACTOR, long

GOOD = "fix: PROJ-4 write names\n"
MANY = 3 * FACTOR
Updates = list[tuple[str, str, str]]


def install(scene: Scene, *, denies: bool = False, policies: tuple[str, ...] = (MAIN_POLICY,)) -> None:
    """Both hooks beside the pre-receive hook of the scene, as `gitward install --server` puts them there."""
    program = hookfile.Program(python=scene.launcher[0], script=scene.launcher[-1])
    settings = Settings(policies=policies, log=str(scene.log))
    for name, path in outcomes.paths(str(scene.hook)).items():
        place.put(path, outcomes.text(name, program, settings, denies=denies))


def recorded(scene: Scene, name: str = "ref.updated") -> list[dict[str, object]]:
    text = b"".join(path.read_bytes() for path in sorted(scene.log.glob("*.jsonl")))
    events = [json.loads(line)["event"] for line in text.splitlines()]
    return [event for event in events if event["event"]["class"] == name]


def updates(event: dict[str, object]) -> Updates:
    return [(each["ref"], each["old"], each["new"]) for each in event["updates"]]  # type: ignore[attr-defined]


def all_updates(scene: Scene) -> Updates:
    return [update for event in recorded(scene) for update in updates(event)]


def notes(scene: Scene) -> list[Path]:
    return list((scene.bare / "gitward").glob("transaction-*"))


@pytest.fixture
def judged(path_server: Server, make_scene: MakeScene) -> Scene:
    """One server by path, all three hooks in."""
    scene = make_scene(path_server)
    install(scene)
    return scene


@pytest.fixture
def plain(judged: Scene) -> Scene:
    """The same without pre-receive, where nothing has to be decided."""
    judged.hook.unlink()
    return judged


def zero(oid: str) -> str:
    return "0" * len(oid)


@pytest.mark.parametrize("name", ["path_server", "ssh_server", "http_server"])
def test_a_push(request: pytest.FixtureRequest, make_scene: MakeScene, name: str) -> None:
    """Decision, each transaction, the end: joined by the session, with the same old and new."""
    scene = make_scene(request.getfixturevalue(name), "sha256" if name == "path_server" else "sha1")
    install(scene)
    old = scene.refs()["refs/heads/main"]
    new = scene.commit(GOOD)
    assert scene.push("origin", "main", "main:refs/heads/topic").exit_code == 0
    (decision,), moved, (end,) = scene.events(), recorded(scene), recorded(scene, "receive.completed")
    wanted = [("refs/heads/main", old, new), ("refs/heads/topic", zero(old), new)]
    assert sorted(all_updates(scene)) == wanted
    assert sorted(updates(end)) == wanted
    assert sorted(updates(decision)) == wanted
    sessions = {event["session"]["id"] for event in (decision, *moved, end)}  # type: ignore[index]
    assert len(sessions) == 1
    assert "" not in sessions
    assert {event["repository"] for event in (*moved, end)} == {str(scene.bare.resolve())}
    assert {event["session"]["command"] for event in (*moved, end)} == {"receive-pack"}  # type: ignore[index]
    assert chain_faults(scene.log) == []
    assert [schema.problem(event) for event in (*moved, end)] == [""] * (len(moved) + 1)
    assert notes(scene) == []


def test_what_another_hook_refuses_is_not_recorded(judged: Scene) -> None:
    plain = judged
    hook = plain.bare / "hooks" / "update"
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/topic ]\n')
    hook.chmod(0o755)
    plain.commit(GOOD)
    assert plain.push("origin", "main", "main:refs/heads/topic").exit_code == 1
    assert [ref for ref, _, _ in all_updates(plain)] == ["refs/heads/main"]
    assert [ref for ref, _, _ in updates(recorded(plain, "receive.completed")[0])] == ["refs/heads/main"]
    assert [ref for ref, _, _ in updates(plain.events()[0])] == ["refs/heads/main", "refs/heads/topic"]


@long
def test_what_git_refuses_after_the_decision(judged: Scene) -> None:
    plain = judged
    plain.on_server("config", "receive.denyDeletes", "true")
    plain.on_server("branch", "topic", "main")
    before = all_updates(plain)
    assert plain.push("origin", ":refs/heads/topic").exit_code == 1
    assert plain.events()[-1]["event"]["outcome"] == "allowed"  # type: ignore[index]
    assert all_updates(plain) == before
    assert recorded(plain, "receive.completed") == []


def test_a_thousand_refs_in_an_atomic_push_are_one_event(plain: Scene) -> None:
    plain.commit(GOOD)
    assert plain.push("-q", "--atomic", "origin", *(f"main:refs/heads/topic/{n}" for n in range(1000))).exit_code == 0
    (event,), (end,) = recorded(plain), recorded(plain, "receive.completed")
    for each in (event, end):
        assert (len(updates(each)), each["update_count"]) == (50, 1000)
        every = json.loads((plain.log / "evidence" / each["updates_evidence"]["sha256"]).read_bytes())  # type: ignore[index]
        assert {one["ref"] for one in every} == {f"refs/heads/topic/{n}" for n in range(1000)}


@long
def test_a_thousand_refs_one_by_one(plain: Scene) -> None:
    """git before 2.50 makes a transaction of each."""
    assert plain.push("-q", "origin", *(f"main:refs/heads/topic/{n}" for n in range(1000))).exit_code == 0
    assert len(recorded(plain)) == len(all_updates(plain)) == 1000


def hang_up(scene: Scene) -> None:
    """A client that is gone once the decision is there: a slow `update` hook waits for its end."""
    hook = scene.bare / "hooks" / "update"
    hook.write_text(f"#!/bin/sh\ntouch {scene.folder}/decided\nwhile [ ! -e {scene.folder}/gone ]; do sleep 0.02; done\n")
    hook.chmod(0o755)
    process = subprocess.Popen(
        ["git", "push", "origin", "main"], cwd=scene.clone, env={**scene.environment, **scene.server.environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    while not (scene.folder / "decided").exists():
        assert process.poll() is None
        time.sleep(0.02)
    if scene.server.transport == "path":
        process.kill()  # its children live on, and find nobody at the other end
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (scene.folder / "gone").touch()


@pytest.mark.parametrize("name", [
    pytest.param("path_server", marks=long), "ssh_server", pytest.param("http_server", marks=long),
])  # fmt: skip
def test_a_client_that_hangs_up_after_the_decision(request: pytest.FixtureRequest, make_scene: MakeScene, name: str) -> None:
    scene = make_scene(request.getfixturevalue(name))
    install(scene)
    new = scene.commit(GOOD)
    hang_up(scene)
    deadline = time.monotonic() + 10
    while not recorded(scene) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert scene.refs()["refs/heads/main"] == new
    assert [(ref, now) for ref, _, now in all_updates(scene)] == [("refs/heads/main", new)]
    assert scene.events()[0]["session"]["id"] == recorded(scene)[0]["session"]["id"]  # type: ignore[index]


def test_housekeeping_changes_nothing(plain: Scene) -> None:
    plain.on_server("update-ref", "refs/heads/topic", "refs/heads/main")
    before = all_updates(plain)
    assert len(before) == 1
    plain.on_server("pack-refs", "--all")
    plain.on_server("gc", "-q", "--prune=now")
    plain.on_server("symbolic-ref", "HEAD", "refs/heads/topic")
    plain.on_server("update-ref", "refs/heads/main", "refs/heads/main")
    assert all_updates(plain) == before


def delete_by_update_ref(scene: Scene, *, packed: bool, old: str) -> None:
    scene.on_server("update-ref", "refs/heads/topic", "refs/heads/main")
    if packed:
        scene.on_server("pack-refs", "--all")
    scene.on_server("update-ref", "-d", "refs/heads/topic", *([old] if old else []))


@pytest.mark.parametrize("packed", [pytest.param(False, marks=long), True])
@pytest.mark.parametrize("named", [pytest.param(False, marks=long), True])
def test_a_deletion_counts_once(plain: Scene, *, packed: bool, named: bool) -> None:
    """Loose or packed, whether git is told the old value or not; then once more by a push, and when it stands in both."""
    main = plain.refs()["refs/heads/main"]
    delete_by_update_ref(plain, packed=packed, old=main if named else "")
    gone = ("refs/heads/topic", main, zero(main))
    assert all_updates(plain) == [("refs/heads/topic", zero(main), main), gone]
    plain.on_server("update-ref", "refs/heads/topic", "main")
    plain.on_server("pack-refs", "--all")
    plain.on_server("update-ref", "refs/heads/topic", "main~1")  # now loose and packed differ
    tip = plain.refs()["refs/heads/topic"]
    assert plain.push("origin", ":refs/heads/topic").exit_code == 0
    assert all_updates(plain)[-1] == ("refs/heads/topic", tip, zero(main))
    assert len(all_updates(plain)) == 5
    assert notes(plain) == []


def test_behind_the_hook(plain: Scene, tmp_path: Path) -> None:
    """update-ref without an old value, a renamed branch, a tag, a mirror that fetches: with the repository's old value."""
    main = plain.refs()["refs/heads/main"]
    before = plain.on_server("rev-parse", "main~1")
    plain.on_server("update-ref", "refs/heads/main", "main~1")
    assert all_updates(plain)[-1] == ("refs/heads/main", main, before)
    assert recorded(plain)[-1]["session"]["command"] == "update-ref"  # type: ignore[index]
    plain.on_server("tag", "-f", "v1.0", "main~1")
    plain.on_server("branch", "old", "main")
    plain.on_server("branch", "-m", "old", "older")
    assert ("refs/heads/old", before, zero(main)) in all_updates(plain)
    plain.on_server("fetch", "-q", str(plain.clone), "+refs/heads/*:refs/heads/*")
    assert all_updates(plain)[-1] == ("refs/heads/main", before, main)
    plain.on_server("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    plain.on_server("update-ref", "refs/heads/alias", before)
    assert all_updates(plain)[-1] == ("refs/heads/main", main, before)
    assert tip_by_events(plain, "refs/heads/main") == before


def tip_by_events(scene: Scene, ref: str) -> str:
    """What the events say the ref holds; each must begin where the one before ended."""
    tip = ""
    for name, old, new in all_updates(scene):
        if name == ref:
            assert tip in ("", old)
            tip = new
    return tip


def test_work_trees_and_pseudo_refs_are_no_news(plain: Scene, tmp_path: Path) -> None:
    plain.on_server("update-ref", "refs/worktree/x", "refs/heads/main")
    plain.on_server("update-ref", "refs/bisect/bad", "refs/heads/main")
    plain.on_server("update-ref", "ORIG_HEAD", "refs/heads/main")
    assert all_updates(plain) == []
    plain.on_server("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "side", "main")
    assert [ref for ref, _, _ in all_updates(plain)] == ["refs/heads/side"]
    plain.run("-C", str(tmp_path / "tree"), "commit", "-q", "--allow-empty", "-m", "there")
    assert recorded(plain)[-1]["repository"] == str(plain.bare.resolve())
    assert [ref for ref, _, _ in all_updates(plain)] == ["refs/heads/side"] * 2


def test_pushes_at_once(plain: Scene) -> None:
    plain.commit(GOOD)
    pushes = [plain.start_push("origin", f"main:refs/heads/topic/{n}") for n in range(MANY)]
    assert [plain.end_push(push).exit_code for push in pushes] == [0] * MANY
    assert len(all_updates(plain)) == MANY
    assert len({event["session"]["id"] for event in recorded(plain)}) == MANY  # type: ignore[index]
    assert chain_faults(plain.log) == []


def test_what_cannot_be_recorded_is_said_and_stands(plain: Scene) -> None:
    plain.commit(GOOD)
    live = plain.log / "live"
    hook = plain.bare / "hooks" / "update"
    hook.write_text(f"#!/bin/sh\nmv {live} {live}.gone\n")
    hook.chmod(0o755)
    push = plain.push("origin", "main")
    assert push.exit_code == 0
    assert "an update of refs is not recorded: the log of this server is not there" in push.stderr
    assert "the end of this push is not recorded: the log of this server is not there" in push.stderr
    assert recorded(plain) == []


def test_a_gitward_that_is_gone_stops_no_update(plain: Scene) -> None:
    Path(plain.launcher[-1]).rename(plain.folder / "gone")
    answer = subprocess.run(
        ["git", "--git-dir", str(plain.bare), "update-ref", "refs/heads/x", "refs/heads/main"],
        env=plain.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert (answer.returncode, "what git does is not recorded" in answer.stderr) == (0, True)


def test_a_git_that_was_killed_leaves_nothing_for_long(plain: Scene) -> None:
    (plain.bare / "gitward").mkdir()
    stale = plain.bare / "gitward" / "transaction-999999999"
    stale.write_text("999999999 1\n")
    plain.on_server("update-ref", "refs/heads/x", "refs/heads/main")
    plain.on_server("update-ref", "-d", "refs/heads/x")
    assert notes(plain) == []


@pytest.mark.parametrize("name", ["reference-transaction", "post-receive"])
def test_an_earlier_hook_runs_first(plain: Scene, name: str) -> None:
    path = plain.bare / "hooks" / name
    path.unlink()
    path.write_text(f'#!/bin/sh\n{{ echo "$@"; cat; }} >> {plain.folder}/seen\n')
    path.chmod(0o755)
    install(plain)
    new = plain.commit(GOOD)
    assert plain.push("origin", "main").exit_code == 0
    assert f"{new} refs/heads/main\n" in (plain.folder / "seen").read_text()
    assert len(all_updates(plain)) == len(recorded(plain, "receive.completed")) == 1


