"""The events that real pushes leave: valid by the schema, whole when joined, and nothing personal or secret in the line."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from scenarios import GOOD
from scene import MakeScene, Scene

from gitward.audit import schema
from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")

EVIL = "\x1b[31m\u202egpj\u2069\u2028\x9b1m"


def checked(scene: Scene) -> list[dict[str, Any]]:
    """The decisions, joined, each of them canonical and valid as it stands in the log."""
    for stored in scene.stored():
        raw = rfc8785.dumps(stored)
        assert schema.problem_of_bytes(raw, stored) == ""
        assert raw in b"".join(path.read_bytes() for path in scene.log.glob("*.jsonl"))
    return scene.events()


def test_a_push_over_each_transport(scene: Scene) -> None:
    before = scene.refs()["refs/heads/main"]
    scene.commit(GOOD, **{"a.txt": "1\n2\n"})
    assert scene.push("origin", "main").exit_code == 0
    event = checked(scene)[-1]
    assert event["emitter"]["trust"] == "server"
    assert event["event"] == {
        "class": "decision.receive", "action": "push", "outcome": "allowed", "severity": "info", "reason_code": None
    }  # fmt: skip
    assert event["repository"] == str(scene.bare.resolve())
    transport = scene.server.transport
    assert event["session"]["transport"] == (None if transport == "path" else transport)
    assert event["session"]["address"] == (None if transport == "path" else "127.0.0.1")
    assert event["session"]["id"].count("-") == 2
    assert event["updates"] == [{
        "ref": "refs/heads/main", "alias": "", "old": before, "new": scene.run("rev-parse", "HEAD"), "ancestry": "ff"
    }]  # fmt: skip
    change = event["change"]
    assert (change["commits"], change["files"], change["insertions"], change["deletions"]) == (1, 1, 2, 0)
    assert change["tickets"] == ["PROJ-12"]
    assert change["authors"] == [scene.run("log", "-1", "--format=%an <%ae>")]
    assert event["decision"]["explanation"].startswith("allowed: ")
    assert event["decision"]["duration_ms"] > 0
    line = json.dumps(scene.stored()[-1])
    assert "127.0.0.1" not in line
    assert scene.run("log", "-1", "--format=%ae") not in line
    assert (scene.log / "personal").stat().st_mode & 0o077 == 0


def test_what_a_pusher_writes_stays_what_it_is(path_server: Server, make_scene: MakeScene) -> None:
    """Control and bidi characters, a line of a log and a token, in a ref, a message, push options and the environment."""
    scene = make_scene(path_server)
    scene.on_server("config", "receive.advertisePushOptions", "true")
    token, forged = "glpat-" + "x7Kq2mWn4Rt8Yv1Zb5Hc", '","seq":0}\u2028{"event":{"class":"log.started"}}'
    scene.environment["SSH_CONNECTION"] = f"{EVIL} 1 2 3"
    scene.commit(f"{EVIL}{token}\n")
    ref = f"refs/heads/{EVIL.replace(chr(0x1b) + '[', '')}{forged[:8].replace(':', '')}"
    options = [f"a={EVIL}{forged}", f"https://ann:{token}@git.example.com/", "ci.variable=KEY=hunter2"]
    words = [word for option in options for word in ("-o", option)]
    assert scene.push(*words, "origin", f"HEAD:{ref}", "HEAD:main").exit_code == 1
    event = checked(scene)[-1]
    assert {each["ref"] for each in event["updates"]} == {ref, "refs/heads/main"}
    assert event["session"]["address"] == EVIL.split(" ", maxsplit=1)[0]
    assert event["session"]["push_options"] == [
        options[0], "https://ann:<gitlab-token>@git.example.com/", "ci.variable=KEY=<push-option>"
    ]  # fmt: skip
    assert [each["path"] for each in event["redactions"]][:2] == ["/session/push_options/1", "/session/push_options/2"]
    everything = b"".join(path.read_bytes() for path in scene.log.rglob("*") if path.is_file())
    assert token.encode() not in everything
    assert b"hunter2" not in everything
    assert all(line.startswith(b'{"event":{') for line in next(scene.log.glob("*.jsonl")).read_bytes().splitlines())


def test_more_updates_than_an_event_holds(path_server: Server, make_scene: MakeScene) -> None:
    scene = make_scene(path_server)
    scene.commit(GOOD)
    refs = [f"refs/heads/topic-{number:03}" for number in range(60)]
    assert scene.push("origin", *(f"HEAD:{ref}" for ref in refs)).exit_code == 0
    event = checked(scene)[-1]
    assert (len(event["updates"]), event["update_count"]) == (50, 60)
    named = event["updates_evidence"]
    kept = (scene.log / "evidence" / named["sha256"]).read_bytes()
    assert (len(kept), [each["ref"] for each in json.loads(kept)]) == (named["bytes"], refs)
    assert rfc8785.dumps(json.loads(kept)) == kept
    assert event["evidence"] == [{"of": "updates", **named}]
    assert event["change"]["unknown"]["diff"] == "too-many-updates"
