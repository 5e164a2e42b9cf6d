"""`git push --signed` to real servers: who pushes is known by the certificate alone, and each certificate counts once."""

from __future__ import annotations

import hashlib

import pytest
from scenarios import GOOD
from scene import Scene
from signing import Keys, installed, last_certificate, push

ZERO = "0" * 40


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made(tmp_path_factory.mktemp("keys"))


def denied(scene: Scene, before: dict[str, str]) -> dict[str, object]:
    """The last event, of a push that changed nothing."""
    assert scene.refs() == before
    event = scene.events()[-1]
    assert event["decision"]["outcome"] != "allowed"  # type: ignore[index]
    return event


def test_accepted(scene: Scene, keys: Keys) -> None:
    """Two refs in one push; who pushed stands in the log, and the certificate beside it."""
    installed(scene, keys, options=", slop: 1m")
    scene.commit(GOOD)
    done = push(scene, keys, "ann", "origin", "main", "main:refs/heads/topic")
    assert done.exit_code == 0, done.stderr
    event = scene.events()[-1]
    kept = last_certificate(scene)
    fingerprint = kept.splitlines()[1].split()[1].decode()
    assert event["actor"] == {"id": "ann", "channel": "push-certificate", "claim": fingerprint}
    named = event["session"]["push_certificate"]  # type: ignore[index]
    assert named == {"sha256": hashlib.sha256(kept).hexdigest(), "bytes": len(kept)}
    assert (scene.log / "evidence" / named["sha256"]).read_bytes() == kept


@pytest.mark.parametrize(("signer", "says"), [("", "the push is not signed"), ("eve", "which the policy does not list")])
def test_refused(scene: Scene, keys: Keys, signer: str, says: str) -> None:
    installed(scene, keys, options=", slop: 1m")
    before = scene.refs()
    scene.commit(GOOD)
    done = push(scene, keys, signer, "origin", "main") if signer else scene.push("origin", "main")
    assert done.exit_code == 1
    assert f"error[signed-push]: {says}" in done.remote or says in done.remote, done.remote
    event = denied(scene, before)
    assert event["actor"]["id"] is None  # type: ignore[index]
    assert event["session"]["push_certificate"] is None  # type: ignore[index]
    assert not (scene.bare / "gitward").exists()
    assert not (scene.log / "evidence").exists()
