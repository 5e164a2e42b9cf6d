"""Statements on a real server: they come, at the same moment too, are noted in the log with who signed, and are archived."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from scene import MakeScene, Scene
from signing import Keys
from test_ref_outcomes import recorded

from gitward import clock
from gitward.audit import reading, schema
from gitward.audit.firstseen import FirstSeen
from gitward.installer import hookfile, outcomes, place
from gitward.installer.server import Settings
from gitward.model import Approval, Waiver
from gitward.pushees import normal
from gitward.statements.envelope import EnvelopeSignature, encoded, opened
from gitward.statements.reading import id_of, payload_of
from gitward.statements.signing import signed
from gitward.statements.storing import store
from servers import Server
from soaking import long

POLICY = """\
version: 1
policy: {{id: people}}
principals:
  ann: {{keys: [{{ssh: "{ann}"}}]}}
  bob: {{keys: [{{ssh: "{bob}"}}]}}
rules:
  - {{rule: subject-length}}
  - {{rule: ref-namespace, refs: ["refs/**"]}}
"""
REASON = "the tracker is down since noon"


def install(scene: Scene, keys: Keys) -> None:
    """All three hooks, by a policy that knows Ann and Bob."""
    path = scene.folder / "people.yaml"
    path.write_text(POLICY.format(ann=keys.public("ann"), bob=keys.public("bob")))
    scene.install(path)
    program = hookfile.Program(python=scene.launcher[0], script=scene.launcher[-1])
    for name, target in outcomes.paths(str(scene.hook)).items():
        place.put(target, outcomes.text(name, program, Settings(policies=(str(path),), log=str(scene.log)), denies=False))


def approval(scene: Scene, keys: Keys, who: str, made: int = 1_790_000_000) -> tuple[str, bytes]:
    """An approval of HEAD by somebody, in the clone: its ref and its blob."""
    oid, tree = scene.run("rev-parse", "HEAD"), scene.run("rev-parse", "HEAD^{tree}")
    said = Approval(ref="refs/heads/main", base=scene.run("rev-parse", "HEAD^"), commit=oid, tree=tree)
    blob = signed(payload_of("approval", (oid,), normal(str(scene.bare)), said, made), str(scene.clone), str(keys.folder / who))
    return store(str(scene.clone), blob), blob


@pytest.mark.parametrize("object_format", [pytest.param("sha1", marks=long), "sha256"])
def test_it_is_noted_with_who_signed_and_by_which_policy(
    path_server: Server, make_scene: MakeScene, keys: Keys, object_format: str
) -> None:
    scene = make_scene(path_server, object_format)
    install(scene, keys)
    ref, blob = approval(scene, keys, "ann")
    other, foreign = approval(scene, keys, "eve")
    assert scene.push("origin", ref, other).exit_code == 0
    assert {ref, other} <= set(scene.refs())
    events = {event["statement"]["sha256"]: event for event in recorded(scene, "statement.received")}
    event = events[id_of(blob)]
    head = scene.run("rev-parse", "HEAD")
    assert event["event"]["outcome"] == "received"
    assert event["statement"] == {
        "sha256": id_of(blob), "bytes": len(blob), "ref": ref, "kind": "approval", "is_verified": True, "made": 1_790_000_000,
        "signers": [{"id": "ann", "policy": "people"}], "signer_count": 1, "signature_count": 1, "subjects": [head],
        "subject_count": 1, "predicate_type": "urn:gitward:approval:1",
    }  # fmt: skip
    assert (scene.log / "evidence" / id_of(blob)).read_bytes() == blob
    unknown = events[id_of(foreign)]["statement"]
    assert (unknown["is_verified"], unknown["signers"], unknown["signer_count"]) == (False, [], 0)
    assert all(schema.problem(each) == "" for each in events.values())
    seen = FirstSeen(str(scene.log), str(scene.bare))
    moved = next(e for e in reading.entries(str(scene.log)) if e.event["event"]["class"] == "ref.updated")
    assert seen[scene.refs()[ref]] == clock.seconds(moved.received_time)


@long
def test_what_people_wrote_stands_in_the_blob_alone(path_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    scene = make_scene(path_server)
    install(scene, keys)
    oid = scene.run("rev-parse", "HEAD")
    said = Waiver(policy="people", entries=("subject-length",), commits=(oid,), reason=REASON, expires=1_900_000_000)
    payload = payload_of("waiver", (oid,), normal(str(scene.bare)), said, 1_790_000_000)
    ref = store(str(scene.clone), signed(payload, str(scene.clone), str(keys.folder / "bob")))
    assert scene.push("origin", ref).exit_code == 0
    (event,) = recorded(scene, "statement.received")
    assert event["statement"]["signers"] == [{"id": "bob", "policy": "people"}]  # type: ignore[index]
    assert REASON not in "".join(path.read_text() for path in scene.log.glob("*.jsonl"))


@long
def test_a_policy_that_cannot_be_read_verifies_nothing_and_loses_nothing(
    path_server: Server, make_scene: MakeScene, keys: Keys
) -> None:
    scene = make_scene(path_server)
    install(scene, keys)
    scene.hook.unlink()
    (scene.folder / "people.yaml").write_text("version: 9\n")
    ref, blob = approval(scene, keys, "ann")
    assert scene.push("origin", ref).exit_code == 0
    (event,) = recorded(scene, "statement.received")
    assert event["statement"]["is_verified"] is False  # type: ignore[index]
    assert (scene.log / "evidence" / id_of(blob)).read_bytes() == blob


@pytest.mark.parametrize(
    "name", [pytest.param("path_server", marks=long), "ssh_server", pytest.param("http_server", marks=long)]
)
def test_two_approve_at_the_same_moment(request: pytest.FixtureRequest, make_scene: MakeScene, keys: Keys, name: str) -> None:
    scene = make_scene(request.getfixturevalue(name))
    install(scene, keys)
    refs = [approval(scene, keys, who)[0] for who in ("ann", "bob")]
    pushes = [scene.start_push("origin", ref) for ref in refs]
    assert [scene.end_push(each).exit_code for each in pushes] == [0, 0]
    assert set(refs) <= set(scene.refs())
    signers = [event["statement"]["signers"] for event in recorded(scene, "statement.received")]  # type: ignore[index]
    assert sorted(each[0]["id"] for each in signers) == ["ann", "bob"]


def test_what_is_no_statement_is_refused_by_the_server(path_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    scene = make_scene(path_server)
    install(scene, keys)
    ref, _ = approval(scene, keys, "ann")
    scene.on_server("fetch", "-q", str(scene.clone), f"{ref}:{ref}")
    before = scene.refs()
    junk, subject = scene.run("hash-object", "-w", "--stdin", stdin=b"junk"), scene.run("rev-parse", "HEAD")
    name = f"refs/gitward/statements/{subject}/{hashlib.sha256(b'junk').hexdigest()}"
    push = scene.push("origin", f"{junk}:{name}", f":{ref}")
    assert (push.exit_code, scene.refs()) == (1, before)
    (result,) = [each for each in scene.events()[-1]["results"] if each["entry"] == "push-integrity"]
    assert "this is no statement: it is not JSON of the strict kind" in str(result["violations"])
    assert "a statement is never changed or deleted by a push" in push.remote


@long
def test_many_are_archived_at_the_end_of_a_push(
    path_server: Server, make_scene: MakeScene, keys: Keys, tmp_path: Path
) -> None:
    """The limit is 200: as many stand already, by hand, when one more comes."""
    scene = make_scene(path_server)
    install(scene, keys)
    held = [approval(scene, keys, "ann")]
    first = opened(held[0][1])
    folder = scene.bare / os.path.dirname(held[0][0])
    blobs = [encoded(first.payload, (*first.signatures, EnvelopeSignature(sig=b"%d" % each))) for each in range(200)]
    for number, blob in enumerate(blobs):
        (tmp_path / str(number)).write_bytes(blob)
    paths = "".join(f"{tmp_path / str(number)}\n" for number in range(200))
    oids = scene.on_server("hash-object", "-w", "--stdin-paths", stdin=paths.encode()).split()
    folder.mkdir(parents=True)
    for blob, oid in zip(blobs, oids, strict=True):
        (folder / id_of(blob)).write_text(f"{oid}\n")
    assert scene.push("origin", held[0][0]).exit_code == 0
    assert not any(ref.startswith("refs/gitward/statements/") for ref in scene.refs())
    listed = scene.on_server("ls-tree", "-r", "--name-only", "refs/gitward/archive").split()
    assert {path.rpartition("/")[2] for path in listed} == {id_of(blob) for blob in (*blobs, held[0][1])}
