"""What jobs say of a commit on a real server: decisions and evidence arrive at one moment, and the log says whose they are."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from scene import MakeScene, Scene
from signing import Keys
from test_ref_outcomes import recorded
from test_statement_arrivals import install

from gitward.audit import schema
from servers import Server
from soaking import long

RESULT = "https://in-toto.io/attestation/test-result/v0.1"
HOSTILE = b'{"log": "\x1b[2J\\u0000\\u2028' + b"x" * 40_000 + b'", "deep": ' + b"[" * 90 + b"]" * 90 + b"}"


class Job:
    """A checkout of its own in which a job runs gitward, with Bob's key."""

    def __init__(self, scene: Scene, keys: Keys, name: str) -> None:
        self.scene, self.folder, self.key = scene, scene.folder / name, str(keys.folder / "bob")
        scene.run("clone", "-q", "--template=", str(scene.bare), str(self.folder))
        self.head = scene.run("rev-parse", "HEAD")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        variables = {
            "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": self.head, "CI_COMMIT_BRANCH": "topic",
            "CI_COMMIT_BEFORE_SHA": "0" * 40, "CI_DEFAULT_BRANCH": "main",
        }  # fmt: skip
        command = [*self.scene.launcher, *words, "--key", self.key, "--repo", str(self.folder)]
        env = {**os.environ, **self.scene.environment, **variables}
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, cwd=self.folder, env=env, **pipes)

    def end(self, process: subprocess.Popen[bytes], stdin: bytes = b"") -> str:
        said, _ = process.communicate(stdin, timeout=60)
        assert process.returncode == 0, said
        return said.decode()


def test_two_jobs_at_the_same_moment(path_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    scene = make_scene(path_server)
    install(scene, keys)
    jobs = [Job(scene, keys, each) for each in ("one", "two")]
    judging = jobs[0].start("ci", "--statement", "--send", "--allow-empty", "--policy", "origin/main:.gitward.yaml")
    testing = jobs[1].start("statement", "add", "--type", RESULT, "--predicate", "-", "--push")
    jobs[0].end(judging)
    jobs[1].end(testing, HOSTILE.replace(b"\x1b", b"\\u001b"))
    events: Any = recorded(scene, "statement.received")
    by_kind = {event["statement"]["kind"]: event["statement"] for event in events}
    assert set(by_kind) == {"decision", "evidence"}
    assert all(schema.problem(event) == "" for event in events)
    for kind, type_ in (("decision", "urn:gitward:decision:1"), ("evidence", RESULT)):
        said = by_kind[kind]
        assert (said["predicate_type"], said["subjects"]) == (type_, [jobs[0].head])
        assert (said["is_verified"], said["signers"]) == (True, [{"id": "bob", "policy": "people"}])
        assert ("made" in said, said["ref"] in scene.refs()) == (kind == "decision", True)
        assert (scene.log / "evidence" / said["sha256"]).stat().st_size == said["bytes"]


@long
def test_archiving_by_hand_beside_pushes_loses_nothing(path_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    scene = make_scene(path_server)
    install(scene, keys)
    job = Job(scene, keys, "one")
    held = [job.end(job.start("statement", "add", "--type", f"x:{each}", "--predicate", "-"), b"{}") for each in range(2)]
    refs = [line.removeprefix("added: ") for said in held for line in said.splitlines() if line.startswith("added: ")]
    archive = [*scene.launcher, "statement", "archive", "--repo", str(scene.bare)]
    pushes = [subprocess.Popen(["git", "push", "-q", "origin", ref], cwd=job.folder, env={**os.environ, **scene.environment})
              for ref in refs]  # fmt: skip
    moving = [subprocess.Popen(archive, stdout=subprocess.PIPE) for _ in range(2)]
    assert [each.wait(60) for each in (*pushes, *moving)] == [0] * 4
    subprocess.run(archive, check=True, stdout=subprocess.PIPE)
    listed = scene.on_server("ls-tree", "-r", "--name-only", "refs/gitward/archive").split()
    assert {path.rpartition("/")[2] for path in listed} == {ref.rpartition("/")[2] for ref in refs}
    assert not any(ref.startswith("refs/gitward/statements/") for ref in scene.refs())
    kinds: Any = recorded(scene, "statement.received")
    assert sorted(event["statement"]["predicate_type"] for event in kinds) == ["x:0", "x:1"]

