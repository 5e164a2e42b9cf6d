"""The files of a policy in one piece: read again they are the same policy, and nothing else passes for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitward.policy import snapshot
from gitward.policy.load import folder_reader

POLICY = """\
version: 1
policy: {id: org, revision: 3}
extends: [builtin:minimal, more/rules.yaml]
refsets: {protected: [refs/heads/main]}
principals: {file: people.yaml}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "more").mkdir()
    (tmp_path / "org.yaml").write_text(POLICY)
    (tmp_path / "more" / "rules.yaml").write_text("version: 1\nrules:\n  - {rule: linear-history}\n")
    (tmp_path / "people.yaml").write_text("ann: {}\n")
    return tmp_path


def test_read_again_when_the_files_are_gone(folder: Path) -> None:
    policy, whole = snapshot.load_whole(folder_reader(str(folder)), "org.yaml", "/etc/org.yaml")
    assert snapshot.load_again(whole, policy.digest, "/etc/org.yaml") == policy
    assert b"builtin" not in whole
    (folder / "people.yaml").write_text("bob: {}\n")
    other, piece = snapshot.load_whole(folder_reader(str(folder)), "org.yaml", "/etc/org.yaml")
    assert snapshot.load_again(piece, policy.digest, "/etc/org.yaml") is None, "it is another policy"
    assert snapshot.load_again(piece, other.digest, "/etc/org.yaml") == other


@pytest.mark.parametrize(
    "piece", [b"", b"[]", b"{", b'{"files":[["x",7]],"name":"x"}', b'{"files":[],"name":"x"}', b"[" * 100_000]
)
def test_what_is_no_such_piece(piece: bytes) -> None:
    assert snapshot.load_again(piece, "1" * 64, "/etc/org.yaml") is None


def test_a_policy_too_large_has_none(folder: Path) -> None:
    (folder / "people.yaml").write_text("ann: {}\n" + "# " + "x" * snapshot.MAXIMUM + "\n")
    policy, whole = snapshot.load_whole(folder_reader(str(folder)), "org.yaml", "/etc/org.yaml")
    assert (policy.id, whole) == ("org", b"")
