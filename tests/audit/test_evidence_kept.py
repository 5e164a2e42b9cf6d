"""Evidence read back: by its digest, whole, or not at all."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from gitward.audit.evidence import keep, kept


def test_what_is_kept_is_read_by_its_digest(tmp_path: Path) -> None:
    name = keep(str(tmp_path), b"x" * 100)
    assert name == sha256(b"x" * 100).hexdigest()
    assert kept(str(tmp_path), name, 100) == b"x" * 100
    assert kept(str(tmp_path), name, 99) is None


@pytest.mark.parametrize("digest", [None, 7, "", "../log.json", "A" * 64, "\N{ARABIC-INDIC DIGIT ONE}" * 64, "0" * 64, ["0"]])
def test_what_is_no_digest_of_anything_is_nothing(tmp_path: Path, digest: object) -> None:
    keep(str(tmp_path), b"x")
    assert kept(str(tmp_path), digest, 100) is None


def test_what_is_not_what_its_name_says_is_nothing(tmp_path: Path) -> None:
    name = keep(str(tmp_path), b"x")
    (tmp_path / "evidence" / name).write_bytes(b"y")
    assert kept(str(tmp_path), name, 100) is None


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    name = keep(str(tmp_path), b"x")
    path = tmp_path / "evidence" / name
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OSError, match="not a regular file"):
        kept(str(tmp_path), name, 100)
