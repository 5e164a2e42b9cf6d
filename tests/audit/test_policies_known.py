"""What a log knows of policies: of a file for all repositories, of what is read from a ref for its own repository alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitward.audit import creation, evidence, log, policies
from gitward.record import replace

FILE, IN_MAIN = "/etc/gitward/org.yaml", "refs/heads/main:.gitward.yaml"
ONE, TWO, THREE = (letter * 64 for letter in "123")


@pytest.fixture
def made(tmp_path: Path) -> str:
    creation.make(str(tmp_path / "log"), "git.example.com/log", segment_entries=512)
    return str(tmp_path / "log")


def say(directory: str, name: str, repository: str, *, times: int = 1, **parts: Any) -> None:
    event = {"event": {"class": name}, "repository": repository, **parts}
    log.append_all(directory, (log.Item(event=json.dumps(event, separators=(",", ":")).encode()),) * times)


def used(source: str, digest: str, revision: int | None = None) -> list[dict[str, Any]]:
    return [{"id": "org", "source": source, "digest": digest, "revision": revision}]


def test_two_repositories_with_a_policy_in_a_ref(made: str) -> None:
    """A fork with an older revision, and one log for both: neither is taken for a change, or the past, of the other."""
    say(made, "decision.receive", "/srv/a.git", policies=[*used(IN_MAIN, TWO, 2), *used(FILE, ONE, 7)])
    say(made, "decision.receive", "/srv/fork.git", policies=used(IN_MAIN, ONE, 1))
    known = policies.last(made, "/srv/a.git")
    assert known.digests == {IN_MAIN: TWO, FILE: ONE}
    assert known.revisions == {("org", IN_MAIN): 2, ("org", FILE): 7}
    fork = policies.last(made, "/srv/fork.git")
    assert (fork.digests[IN_MAIN], fork.digests[FILE]) == (ONE, ONE)
    assert fork.revisions == {("org", IN_MAIN): 1, ("org", FILE): 7}
    say(made, "config.changed", "/srv/a.git", config_change={"after": {}, "policies": [
        {"of": "org", "source": IN_MAIN, "digest": THREE, "revision": 3}
    ]})  # fmt: skip
    assert policies.last(made, "/srv/a.git").digests[IN_MAIN] == THREE
    assert replace(policies.last(made, "/srv/fork.git"), latest=fork.latest) == fork
    assert policies.received(json.loads(json.dumps(policies.told(known)))) == known


def test_a_change_counts_as_a_decision_does(made: str) -> None:
    say(made, "decision.receive", "/srv/a.git", policies=used(IN_MAIN, ONE, 1))
    after = {"digest": TWO, "revision": None, "files": None}
    say(made, "policy.changed", "/srv/a.git", config_change={"of": "org", "source": IN_MAIN, "after": after})
    known = policies.last(made, "/srv/a.git")
    assert (known.digests, known.revisions) == ({IN_MAIN: TWO}, {("org", IN_MAIN): 1}), "a revision that is left out goes back"
    say(made, "policy.changed", "/srv/a.git", config_change={"of": "org", "source": IN_MAIN, "after": None})
    after_all = policies.last(made, "/srv/a.git")
    assert after_all.latest > known.latest
    assert replace(after_all, latest=known.latest) == known


def test_the_files_of_a_former_policy(made: str) -> None:
    old, new = evidence.keep(made, b"old"), evidence.keep(made, b"new")
    say(made, "config.changed", "/srv/a.git", config_change={"policies": [
        {"digest": ONE, "files": {"sha256": old, "bytes": 3}}, {"digest": THREE, "files": None},
    ]})  # fmt: skip
    say(made, "decision.receive", "/srv/a.git", policies=used(FILE, ONE), times=600)
    say(made, "policy.changed", "/srv/a.git", config_change={"after": {"digest": TWO, "files": {"sha256": new, "bytes": 3}}})
    assert [policies.files_of(made, digest) for digest in (ONE, TWO, THREE, "4" * 64)] == [b"old", b"new", b"", b""]
    (Path(made) / "evidence" / old).unlink()
    assert policies.files_of(made, ONE) == b""


@pytest.mark.parametrize("name", ["../log.json", "x" * 64, "", 7])
def test_a_name_that_is_no_digest_leads_nowhere(made: str, name: Any) -> None:
    say(made, "policy.changed", "/srv/a.git", config_change={"after": {"digest": ONE, "files": {"sha256": name}}})
    assert policies.files_of(made, ONE) == b""
