"""Evidence beside the log: whole, under its own digest, and no decision without it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from gitward.audit import evidence
from gitward.audit.event import decision_event
from gitward.engine import conclude
from gitward.errors import Undecided
from gitward.model import Actor, Change
from gitward.record import replace

BLOB = b"certificate version 0.1\n" * 10_000
NAME = hashlib.sha256(BLOB).hexdigest()


def test_kept_as_it_came(tmp_path: Path) -> None:
    assert evidence.keep(str(tmp_path), BLOB) == NAME
    assert evidence.keep(str(tmp_path), BLOB) == NAME
    assert os.listdir(tmp_path / "evidence") == [NAME]
    assert (tmp_path / "evidence" / NAME).read_bytes() == BLOB
    assert stat.S_IMODE((tmp_path / "evidence").stat().st_mode) == 0o700


@pytest.mark.parametrize("place", ["evidence", "none"])
def test_what_cannot_be_kept_is_undecided(tmp_path: Path, place: str) -> None:
    (tmp_path / "none").write_text("a file where a folder should be")
    (tmp_path / "evidence").write_text("in the way")
    with pytest.raises(Undecided, match="could not be kept") as raised:
        evidence.keep(str(tmp_path if place == "evidence" else tmp_path / place), BLOB)
    assert str(tmp_path) not in raised.value.message


def test_nothing_half_written_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "evidence").mkdir()
    with pytest.raises(Undecided, match="No space left"):
        evidence.keep(str(tmp_path), BLOB)
    assert os.listdir(tmp_path / "evidence") == []


def test_the_event_names_it_and_who_pushed() -> None:
    change = Change(stage="receive", time="", updates=(), known=frozenset(), actor=Actor(
        principal="ann", channel="push-certificate", claim="x" * 9_000))  # fmt: skip
    decision = conclude((), change, [], decision_id="1", version="0")
    event = json.loads(decision_event(replace(decision, certificate=BLOB)))
    assert (event["actor"]["id"], event["actor"]["auth"]["method"]) == ("ann", "push-certificate")
    assert event["session"]["push_certificate"] == {"sha256": NAME, "bytes": len(BLOB)}
    assert event["evidence"] == [{"of": "push-certificate", "sha256": NAME, "bytes": len(BLOB)}]
    assert json.loads(decision_event(decision))["session"]["push_certificate"] is None
