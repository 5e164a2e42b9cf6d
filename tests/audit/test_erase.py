"""`gitward audit erase`: what is behind a commitment is gone from the folder, the lines are not, the log says why."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from gitward import clock
from gitward.audit import creation, evidence, folder, log, personal, recorder, schema
from gitward.audit.claims import Claims
from gitward.audit.event import decision_item
from gitward.engine import conclude
from gitward.model import Actor, Brought, Change
from gitward.record import replace

ANN, BOB, ODD = "Ann Lee <ann@example.com>", "Bob <bob@example.com>", "Zo\udcebe <zoe@example.com>"
CERTIFICATE = b"certificate version 0.1\npusher Ann Lee <ANN@example.com> 1 +0000\n"


def record(directory: Path, claim: str, *authors: str, certificate: bytes = b"") -> str:
    change = Change(stage="receive", time=clock.now(), updates=(), known=frozenset(), actor=Actor(claim=claim))
    found = tuple(tuple(author.removesuffix(">").split(" <")) for author in authors)
    decision = replace(
        conclude((), change, [], decision_id=clock.new_id(), version="1"), certificate=certificate,
        brought=Brought(authors=found, author_count=len(found)),  # type: ignore[arg-type]
    )  # fmt: skip
    claims = Claims(session="s", repository="/srv/git/x.git", address="192.0.2.7")
    recorder.record(str(directory), decision_item(decision, claims))
    return decision.id


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A log with two segments; Ann is in both."""
    directory = tmp_path / "log"
    creation.make(str(directory), "git.example.com/log", segment_entries=256)
    record(directory, ANN, BOB, certificate=CERTIFICATE)
    record(directory, BOB, ANN, BOB, ODD)
    log.append_all(str(directory), (log.Item(event=b'{"id":"x"}'),) * 253)
    record(directory, ANN)
    assert len(folder.segments(str(directory))) == 2
    return directory


def lines(directory: Path) -> list[bytes]:
    return [line for path in sorted(directory.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


def everything(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())


def values(directory: Path) -> list[str]:
    return [str(each.value) for segment in folder.segments(str(directory))
            for _, found in personal.table(str(directory), segment.first) for each in found]  # fmt: skip


def test_a_person_is_gone_and_everything_else_is_not(made: Path, gitward: Any) -> None:
    (made / "index.sqlite").write_bytes(b"Ann Lee <ann@example.com>")
    before, held = lines(made), values(made)
    done = gitward("audit", "erase", "--log", str(made), "--person", "ann@EXAMPLE.com", "--reason", "a request")
    assert done.returncode == 0, done.stderr
    assert b"ann@example.com" not in everything(made).lower()
    assert values(made)[:-1] == [each for each in held if "ann@" not in each], "but for who erased it"
    assert [line for line in lines(made) if line in before] == before, "no line was changed"
    assert not (made / "index.sqlite").exists()
    said = json.loads(lines(made)[-1])["event"]
    assert schema.problem(said) == ""
    assert (said["event"]["class"], said["log"]["reason"], said["log"]["value_count"]) == ("log.erased", "a request", 3)
    assert {path for each in said["log"]["values"] for path in each["paths"]} == {"/actor/claim", "/change/authors/0"}
    assert (said["log"]["certificate_count"], list((made / "evidence").iterdir())) == (1, [])
    assert "erased: 3 values in 3 events, 1 push certificates" in done.stdout
    for words in ("backups", "sinks", "refs/gitward/receipts", "/srv/git/x.git"):
        assert words in done.stdout
    assert all(os.stat(path).st_mode & 0o777 == 0o600 for path in (made / "personal").iterdir())


def test_all_of_an_event(made: Path, gitward: Any) -> None:
    event_id = json.loads(lines(made)[1])["event"]["id"]
    words = ("audit", "erase", "--log", str(made), "--reason", "wrong", "--event", event_id)
    tried = gitward(*words, "--dry-run")
    assert "would erase: 3 values in 1 events, 1 push certificates" in tried.stdout
    assert ANN in values(made)
    done = gitward(*words)
    assert done.returncode == 0, done.stderr
    tables = dict(personal.table(str(made), 0))
    assert event_id not in tables
    assert len(tables) == 1
    assert list((made / "evidence").iterdir()) == []
    assert gitward(*words).returncode == 3, "there is nothing left"


def test_bytes_that_are_no_utf_8(made: Path, gitward: Any) -> None:
    assert gitward("audit", "erase", "--log", str(made), "--reason", "r", "--person", "zoe@").returncode == 0
    assert not any("b64" in each for each in values(made))


@pytest.mark.parametrize(("words", "code", "says"), [
    (("--person", "ann@example.com", "--reason", "ANN@example.com asked"), 2, "without naming"),
    (("--person", "an", "--reason", "r"), 2, "3 characters"),
    (("--person", "carol@example.com", "--reason", "r"), 3, "no such value"),
    (("--event", "01KBQ7Z3N40000000000000001", "--reason", "r"), 3, "no such value"),
    (("--reason", "r"), 2, "either"),
    (("--event", "x", "--person", "ann", "--reason", "r"), 2, "either"),
])  # fmt: skip
def test_refused(made: Path, gitward: Any, words: tuple[str, ...], code: int, says: str) -> None:
    before = everything(made)
    done = gitward("audit", "erase", "--log", str(made), *words)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert everything(made) == before


def test_a_copy_is_never_written(made: Path, tmp_path: Path, gitward: Any) -> None:
    shutil.copytree(made, tmp_path / "copy")
    before = everything(tmp_path / "copy")
    done = gitward("audit", "erase", "--log", str(tmp_path / "copy"), "--person", "ann@example.com", "--reason", "r")
    assert done.returncode == 3
    assert everything(tmp_path / "copy") == before


def test_a_long_list_is_kept_as_evidence(tmp_path: Path) -> None:
    from gitward.audit import erasing

    directory = tmp_path / "log"
    creation.make(str(directory), "git.example.com/log")
    made = personal.Commitments()
    made.commit("/actor/claim", ANN)
    table = Path(folder.personal_path(str(directory), 0))
    table.write_bytes(b"".join(made.line(f"{number:026d}") + b"\n" for number in range(1_000)))
    erasing.erase(str(directory), erasing.Wanted(person=ANN), "r")
    assert table.read_bytes().count(b"\n") == 1, "who erased it"
    said = json.loads(lines(directory)[-1])["event"]
    assert schema.problem(said) == ""
    named = said["log"]["values_evidence"]
    kept = (directory / "evidence" / named["sha256"]).read_bytes()
    assert (said["log"]["values"], said["log"]["value_count"], len(json.loads(kept))) == ([], 1000, 1000)
    assert len(kept) == named["bytes"]
    assert evidence.keep(str(directory), kept) == named["sha256"]


def test_what_cannot_be_written_is_said_and_can_be_done_again(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The erasure is in the log before anything goes: an interrupted one never erases without a word."""
    from gitward.audit import erasing
    from gitward.errors import Undecided

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(erasing.os, "replace", full)
        with pytest.raises(Undecided, match="No space left"):
            erasing.erase(str(made), erasing.Wanted(person=ANN), "r")
    assert json.loads(lines(made)[-1])["event"]["event"]["class"] == "log.erased"
    assert ANN in values(made)
    assert erasing.erase(str(made), erasing.Wanted(person=ANN), "r").count == 3
    assert ANN not in values(made)
