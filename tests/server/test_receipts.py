"""Push receipts: written after a checkpoint, fetched by who pushed, and verified with the log's public key alone."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from scene import MakeScene, Scene
from test_ref_outcomes import GOOD, install

from gitward.audit import folder, receipt, receipts
from gitward.canonical import canonical
from gitward.errors import GitwardError
from gitward.installer import hookfile
from gitward.tlog import note
from servers import Server
from soaking import long


@pytest.fixture
def scene(path_server: Server, make_scene: MakeScene) -> Scene:
    """A server with all hooks, and a clone that knows the log's key and notes what it pushes."""
    return ready(make_scene(path_server))


def ready(scene: Scene) -> Scene:
    install(scene)
    scene.on_server("config", "receive.hideRefs", "refs/gitward/receipts")  # `gitward install --server` sets it
    hook = scene.clone / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(hookfile.client("pre-push", hookfile.Program(python=scene.launcher[0], script=scene.launcher[-1])))
    hook.chmod(0o755)
    scene.run("config", "gitward.logKey", folder.about(str(scene.log)).key)
    return scene


def audit(scene: Scene, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**scene.environment, **scene.server.environment}
    return subprocess.run([*scene.launcher, "audit", *words], cwd=scene.clone, env=environment, capture_output=True, text=True)


def checkpoint(scene: Scene) -> str:
    done = audit(scene, "checkpoint", "--log", str(scene.log), "--receipts")
    assert done.returncode == 0, done.stderr
    return done.stderr


def waiting(scene: Scene) -> list[dict[str, object]]:
    return [json.loads(line) for line in (scene.clone / ".git/gitward/pushed").read_text().splitlines()]


def aged(scene: Scene, seconds: int) -> None:
    """As if what waits had been pushed so long ago."""
    lines = [json.dumps({**each, "time": int(str(each["time"])) - seconds}) + "\n" for each in waiting(scene)]
    (scene.clone / ".git/gitward/pushed").write_text("".join(lines))


def keys(scene: Scene) -> list[note.PublicKey]:
    return [note.public_key(folder.about(str(scene.log)).key)]


def blob(scene: Scene) -> bytes:
    (ref,) = (ref for ref in scene.refs() if ref.startswith(receipts.PREFIX))
    return scene.on_server("cat-file", "blob", ref).encode()


@pytest.mark.parametrize("name", [
    pytest.param("path_server", marks=long), "ssh_server", pytest.param("http_server", marks=long),
])  # fmt: skip
def test_a_push_and_its_receipt(request: pytest.FixtureRequest, make_scene: MakeScene, name: str) -> None:
    scene = ready(make_scene(request.getfixturevalue(name)))
    new = scene.commit(GOOD)
    assert scene.push("origin", "main", "main:refs/heads/topic").exit_code == 0
    assert [each["ref"] for each in waiting(scene)] == ["refs/heads/main", "refs/heads/topic"]
    early = audit(scene, "proof", "--mine")
    assert (early.returncode, early.stdout.count("warning: waiting: refs/heads/")) == (0, 2), early.stderr
    assert checkpoint(scene) == "gitward: 1 receipt written\n"
    assert checkpoint(scene) == "gitward: 0 receipts written\n"
    done = audit(scene, "proof", "--mine")
    assert done.returncode == 0, done.stderr
    decision = scene.events()[0]["id"]
    assert f"proven: refs/heads/topic {'0' * 12}..{new[:12]} at origin: entry 1 of" in done.stdout
    assert done.stdout.count(f"decision {decision}\n") == 2
    assert waiting(scene) == []
    assert scene.run("for-each-ref", "refs/gitward") == ""
    (kept,) = (scene.clone / ".git/gitward/receipts").iterdir()
    proven = receipt.checked(kept.read_bytes(), keys(scene))
    assert proven.decision.event["id"] == decision
    assert len(proven.outcomes) == 2
    assert audit(scene, "proof", "--mine").stdout == "nothing that was pushed from here waits for a receipt\n"


@long
def test_receipts_are_no_updates_and_nobody_pushes_them(scene: Scene) -> None:
    scene.commit(GOOD)
    scene.push("origin", "main")
    checkpoint(scene)
    first = (scene.log / "checkpoint").read_bytes()
    checkpoint(scene)
    assert (scene.log / "checkpoint").read_bytes() == first
    push = scene.push("--no-verify", "origin", f"main:{receipts.PREFIX}{scene.events()[0]['id']}")
    assert push.exit_code == 1
    assert "hidden" in push.stderr


@long
def test_a_push_that_was_refused_waits_for_nothing(scene: Scene) -> None:
    scene.commit(GOOD)
    hook = scene.bare / "hooks" / "update"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert scene.push("origin", "main").exit_code == 1
    assert "warning: waiting" in audit(scene, "proof", "--mine").stdout
    aged(scene, 1000)
    assert "refused: refs/heads/main" in audit(scene, "proof", "--mine").stdout
    assert waiting(scene) == []


@long
def test_after_an_hour_it_is_an_error(scene: Scene) -> None:
    """A log that lost the push, or a server that never wrote it; the next push says so too, and goes on."""
    scene.commit(GOOD)
    scene.push("origin", "main")
    aged(scene, 700)
    scene.commit("fix: PROJ-5 read names\n")
    push = scene.push("origin", "main")
    assert push.exit_code == 0
    assert "gitward: warning[receipt] refs/heads/main" in push.stderr
    assert "[receipt]" not in scene.push("origin", "main:refs/heads/topic").stderr  # asked a moment ago
    os.utime(scene.clone / ".git/gitward/receipts-asked", (0, 0))
    aged(scene, 3600)
    scene.commit("fix: PROJ-6 read paths\n")
    push = scene.push("origin", "main")
    assert push.exit_code == 0
    assert "gitward: error[receipt] refs/heads/main" in push.stderr
    assert "after an hour there is no receipt for it" in push.stderr
    done = audit(scene, "proof", "--mine")
    assert (done.returncode, done.stdout.count("error: missing: refs/heads/")) == (1, 3)


@long
def test_a_clone_without_the_key_notes_nothing(scene: Scene) -> None:
    scene.run("config", "--unset", "gitward.logKey")
    scene.commit(GOOD)
    assert scene.push("origin", "main").exit_code == 0
    assert not (scene.clone / ".git/gitward/pushed").exists()
    done = audit(scene, "proof", "--mine")
    assert (done.returncode, "the public key of the log is not known here" in done.stderr) == (3, True)


@long
def test_a_push_without_an_outcome_waits(scene: Scene) -> None:
    """For an hour; then the decision alone has a receipt, which does not prove that it was done."""
    (scene.bare / "hooks" / "reference-transaction").unlink()
    scene.commit(GOOD)
    scene.push("origin", "main")
    assert checkpoint(scene) == "gitward: 0 receipts written\n"
    assert json.loads((scene.log / receipts.STATE).read_text())["next"] == 1


@long
def test_old_ones_go(scene: Scene) -> None:
    scene.commit(GOOD)
    scene.push("origin", "main")
    checkpoint(scene)
    oid = scene.on_server("rev-parse", "main")
    for name in ("01000000000000000000000000", "other"):
        scene.on_server("-c", "core.hooksPath=/dev/null", "update-ref", f"{receipts.PREFIX}{name}", oid)
    checkpoint(scene)
    there = {ref.removeprefix(receipts.PREFIX) for ref in scene.refs() if ref.startswith(receipts.PREFIX)}
    assert there == {"other", scene.events()[0]["id"]}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become others")
def test_root_writes_as_the_owner_of_the_repository(scene: Scene) -> None:
    """And what goes wrong there is said."""
    with tempfile.TemporaryDirectory(prefix="gw-") as folder:  # others may not enter the folders of pytest
        os.chmod(folder, 0o755)
        bare = Path(folder) / "server.git"
        scene.run("init", "-q", "--bare", str(bare))
        for path in (bare, *bare.rglob("*")):
            os.chown(path, 65534, 65534)
        first, second = {"01M8F1GZ00XEPTRYVWD8253KH6": b"{}"}, {"01M8F1GZ00XEPTRYVWD8253KH7": b"{} "}
        assert receipts._as_owner(str(bare), lambda: receipts._store(str(bare), first, 0)) == (1, 1)
        ref = bare / "refs/gitward/receipts/01M8F1GZ00XEPTRYVWD8253KH6"
        assert (ref.stat().st_uid, ref.parent.stat().st_gid) == (65534, 65534)
        (bare / "objects").chmod(0o500)
        with pytest.raises(GitwardError, match="hash-object failed"):
            receipts._as_owner(str(bare), lambda: receipts._store(str(bare), second, 0))


FALSE = {
    "a line": lambda plain: plain["entries"][0].update(line=plain["entries"][0]["line"].replace("allowed", "Allowed")),
    "a proof": lambda plain: plain["entries"][1]["proof"].reverse(),
    "a place": lambda plain: plain["entries"][0].update(seq=0),
    "a checkpoint": lambda plain: plain.update(checkpoint=plain["checkpoint"].replace("\n4\n", "\n5\n")),
    "no signature": lambda plain: plain.update(checkpoint=plain["checkpoint"].rpartition("\n\n")[0] + "\n\n"),
    "no decision": lambda plain: plain["entries"].pop(0),
    "two decisions": lambda plain: plain["entries"].append(plain["entries"][0]),
    "nothing": lambda plain: plain["entries"].clear(),
    "another schema": lambda plain: plain.update(schema="gitward.receipt/2"),
    "wrong types": lambda plain: plain.update(entries=[[]]),
    "evidence": lambda plain: plain["evidence"].update({"a" * 64: "[]"}),
}


def test_a_receipt_that_does_not_hold(scene: Scene) -> None:
    scene.commit(GOOD)
    scene.push("origin", "main")
    checkpoint(scene)
    whole = blob(scene)
    assert receipt.checked(whole, keys(scene)).size == 4
    for name, spoil in FALSE.items():
        plain = json.loads(whole)
        spoil(plain)
        with pytest.raises(GitwardError):
            print(name, receipt.checked(canonical(plain), keys(scene)))
    for raw in (b"", b"[]", b"{}", b"\xff", b"[" * 100_000, whole[:-1]):
        with pytest.raises(GitwardError):
            receipt.checked(raw, keys(scene))
    with pytest.raises(GitwardError, match="no key that you trust"):
        receipt.checked(whole, [note.new_key(keys(scene)[0].name).public])
    oid = scene.run("hash-object", "-w", "--stdin", stdin=whole.replace(b"allowed", b"Allowed"))
    (scene.bare / "objects" / oid[:2]).mkdir(exist_ok=True)
    (scene.bare / "objects" / oid[:2] / oid[2:]).write_bytes((scene.clone / ".git/objects" / oid[:2] / oid[2:]).read_bytes())
    (ref,) = (ref for ref in scene.refs() if ref.startswith(receipts.PREFIX))
    scene.on_server("-c", "core.hooksPath=/dev/null", "update-ref", ref, oid)
    done = audit(scene, "proof", "--mine")
    assert (done.returncode, "error: does not hold: refs/heads/main" in done.stdout) == (1, True)


@long
def test_many_refs_are_proven_by_the_list(scene: Scene) -> None:
    scene.commit(GOOD)
    assert scene.push("-q", "--atomic", "origin", *(f"main:refs/heads/topic/{n}" for n in range(60))).exit_code == 0
    checkpoint(scene)
    plain = json.loads(blob(scene))
    assert len(plain["evidence"]) >= 1
    proven = receipt.checked(blob(scene), keys(scene))
    new = scene.run("rev-parse", "main")
    assert all(proven._named(proven.outcomes[0], f"refs/heads/topic/{n}", "0" * 40, new) for n in range(60))


def test_notes_are_bounded(tmp_path: Path) -> None:
    from gitward.adapters import pushed
    from gitward.model import RawUpdate

    for _ in range(3):
        pushed.note(str(tmp_path), "origin", [RawUpdate(old="0", new="1", ref=f"refs/heads/\udcff{n}") for n in range(90)])
    assert len(pushed.waiting(str(tmp_path))) == pushed.MOST
    assert pushed.waiting(str(tmp_path))[-1].ref == "refs/heads/\udcff89"
    (tmp_path / "gitward/pushed").write_bytes(b'{"time":"x"}\n\xff\n[]\n' + b"{" * 5000 + b"\n")
    assert pushed.waiting(str(tmp_path)) == []
