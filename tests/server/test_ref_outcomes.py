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

from servers import Server

GOOD = "fix: PROJ-4 write names\n"
Updates = list[tuple[str, str, str]]


def install(scene: Scene, *options: str) -> str:
    """As an administrator does, over the hook file of the scene."""
    scene.hook.unlink(missing_ok=True)
    words = [*scene.launcher, "install", "--server", str(scene.bare), "--policy", MAIN_POLICY, "--log", str(scene.log), *options]
    done = subprocess.run(words, env=scene.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


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
def plain(path_server: Server, make_scene: MakeScene) -> Scene:
    """One server by path, all three hooks in."""
    scene = make_scene(path_server)
    install(scene)
    return scene


def zero(oid: str) -> str:
    return "0" * len(oid)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_push(server: Server, make_scene: MakeScene, object_format: str) -> None:
    """Decision, each transaction, the end: joined by the session, with the same old and new."""
    scene = make_scene(server, object_format)
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
    assert notes(scene) == []


def test_what_another_hook_refuses_is_not_recorded(plain: Scene) -> None:
    hook = plain.bare / "hooks" / "update"
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/topic ]\n')
    hook.chmod(0o755)
    plain.commit(GOOD)
    assert plain.push("origin", "main", "main:refs/heads/topic").exit_code == 1
    assert [ref for ref, _, _ in all_updates(plain)] == ["refs/heads/main"]
    assert [ref for ref, _, _ in updates(recorded(plain, "receive.completed")[0])] == ["refs/heads/main"]
    assert [ref for ref, _, _ in updates(plain.events()[0])] == ["refs/heads/main", "refs/heads/topic"]


def test_what_git_refuses_after_the_decision(plain: Scene) -> None:
    plain.on_server("config", "receive.denyDeletes", "true")
    plain.on_server("branch", "topic", "main")
    before = all_updates(plain)
    assert plain.push("origin", ":refs/heads/topic").exit_code == 1
    assert plain.events()[-1]["event"]["outcome"] == "allowed"  # type: ignore[index]
    assert all_updates(plain) == before
    assert recorded(plain, "receive.completed") == []


def test_an_atomic_push_is_one_event(plain: Scene) -> None:
    plain.commit(GOOD)
    assert plain.push("--atomic", "origin", "main", "main:refs/heads/topic", "main:refs/heads/other").exit_code == 0
    (event,) = recorded(plain)
    assert len(updates(event)) == event["update_count"] == 3


def test_a_thousand_refs(plain: Scene) -> None:
    plain.commit(GOOD)
    assert plain.push("-q", "--atomic", "origin", *(f"main:refs/heads/topic/{n}" for n in range(1000))).exit_code == 0
    (event,), (end,) = recorded(plain), recorded(plain, "receive.completed")
    for each in (event, end):
        assert (len(updates(each)), each["update_count"]) == (50, 1000)
        every = json.loads((plain.log / "evidence" / each["updates_evidence"]["sha256"]).read_bytes())  # type: ignore[index]
        assert {one["ref"] for one in every} == {f"refs/heads/topic/{n}" for n in range(1000)}


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


def test_a_client_that_hangs_up_after_the_decision(scene: Scene) -> None:
    install(scene)
    new = scene.commit(GOOD)
    hang_up(scene)
    deadline = time.monotonic() + 10
    while not recorded(scene) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert scene.refs()["refs/heads/main"] == new
    assert [(ref, now) for ref, _, now in all_updates(scene)] == [("refs/heads/main", new)]


def test_housekeeping_changes_nothing(plain: Scene) -> None:
    for n in range(3):
        plain.on_server("update-ref", f"refs/heads/topic/{n}", "refs/heads/main")
    before = all_updates(plain)
    assert len(before) == 3
    plain.on_server("pack-refs", "--all")
    plain.on_server("gc", "-q", "--prune=now")
    plain.on_server("pack-refs", "--all")
    plain.on_server("symbolic-ref", "HEAD", "refs/heads/topic/1")
    plain.on_server("update-ref", "refs/heads/main", "refs/heads/main")
    assert all_updates(plain) == before


def delete_by_update_ref(scene: Scene, *, packed: bool, old: str) -> None:
    scene.on_server("update-ref", "refs/heads/topic", "refs/heads/main")
    if packed:
        scene.on_server("pack-refs", "--all")
    scene.on_server("update-ref", "-d", "refs/heads/topic", *([old] if old else []))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("named", [False, True])
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
    pushes = [plain.start_push("origin", f"main:refs/heads/topic/{n}") for n in range(6)]
    assert [plain.end_push(push).exit_code for push in pushes] == [0] * 6
    assert len(all_updates(plain)) == 6
    assert len({event["session"]["id"] for event in recorded(plain)}) == 6  # type: ignore[index]
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
    assert f"kept as {name}.before-gitward and runs first" in install(plain)
    new = plain.commit(GOOD)
    assert plain.push("origin", "main").exit_code == 0
    assert f"{new} refs/heads/main\n" in (plain.folder / "seen").read_text()
    assert len(all_updates(plain)) == len(recorded(plain, "receive.completed")) == 1


