"""The index of a log: made from the lines, brought up to date by whoever reads, and made again whenever it does not fit."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indexed import ORIGIN, ZERO, add, add_personal, event, lines, made, update

import gitward
from gitward.audit import checkpoints, creation, derived, folder, log, outcomes
from gitward.audit.index import query, reading, terms
from gitward.audit.index import update as updating
from gitward.audit.index.query import Filter, Query
from gitward.audit.pruning.prune import prune
from gitward.errors import GitwardError, UsageError
from gitward.tlog import checkpoint
from soaking import examples

SOURCE = os.path.dirname(os.path.dirname(gitward.__file__))


def found(directory: str, path: str = "", **asked: object) -> list[int]:
    with reading.opened(directory, path) as index:
        return list(index.seqs(Query(**asked)))


def of(kind: int, *words: str) -> Filter:
    return Filter(kind=kind, words=frozenset(word.encode() for word in words))


@pytest.fixture
def directory(tmp_path: Path) -> str:
    """Entry 0 is log.started, then an allowed and a denied push, and one by somebody who is known by name alone."""
    where = made(tmp_path / "log")
    passed = {"entry": "subject-length", "outcome": "passed", "violations": []}
    violated = {"entry": "change-ticket", "outcome": "violated", "violations": [{"message": "no Ticket in the subject"}]}
    add(where, event(repository="/srv/git/app.git", updates=[update(old=ZERO, new="ab" * 20)], results=[passed],
                     change={"tickets": ["PROJ-1"]}, session={"id": "s-1"}))  # fmt: skip
    add(where, event(outcome="denied", repository="/srv/git/lib.git", updates=[update("refs/heads/topic/x", new="cd" * 20)],
                     results=[passed, violated], actor={"id": "Bob"}))  # fmt: skip
    add_personal(where, event("receive.completed", "done"), "Carol \u00c5ngstr\u00f6m <carol@example.com>")
    return where


def test_every_filter(directory: str) -> None:
    assert found(directory) == [3, 2, 1, 0]
    assert found(directory, oldest_first=True) == [0, 1, 2, 3]
    assert found(directory, after=2) == [1, 0]
    assert found(directory, after=1, oldest_first=True) == [2, 3]
    for words, expected in (
        (of(terms.CLASS, "decision.receive"), [2, 1]), (of(terms.OUTCOME, "denied"), [2]), (of(terms.ACTOR, "bob", "x"), [2]),
        (of(terms.REPOSITORY, "/srv/git/app.git"), [1]), (of(terms.REF, "refs/heads/main"), [1]),
        (of(terms.TICKET, "proj-1"), [1]), (of(terms.SESSION, "s-1"), [1]), (of(terms.SESSION, "s-2"), []),
        (Filter(kind=terms.REF, fits=lambda ref: ref.endswith(b"x"), glob="refs/heads/*"), [2]),
        (Filter(kind=terms.REF, fits=lambda ref: True, glob="refs/heads/t*"), [2]),
        (Filter(kind=terms.VERDICTS, fits=lambda word: ["change-ticket", "violated"] in json.loads(word)), [2]),
        (of(terms.ACTOR, "carol \u00e5ngstr\u00f6m <carol@example.com>"), [3]),
    ):  # fmt: skip
        assert found(directory, filters=(words,)) == expected
    assert found(directory, filters=(of(terms.OUTCOME, "denied"), of(terms.REF, "refs/heads/main"))) == []
    assert found(directory, oids=("abababa",)) == found(directory, oids=("ab" * 20,)) == [1]
    assert found(directory, oids=("abababb",)) == found(directory, oids=("0" * 7,)) == []


@pytest.mark.parametrize("fts", [True, False])
def test_text(directory: str, monkeypatch: pytest.MonkeyPatch, *, fts: bool) -> None:
    """By the beginnings of words, and the same with an SQLite that cannot search text; what was passed is no text."""
    monkeypatch.setattr(updating, "has_text_search", lambda: fts)
    monkeypatch.setattr(query, "has_text_search", lambda: fts)
    for words, expected in (("no TICKET", [2]), ("tick subj", [2]), ("icket", []), ("subject-length", []), ("\u00e5ng", [3]),
                            ("angstrom", []), ("app.git", [1]), ("carol@example.com", [3])):  # fmt: skip
        assert found(directory, tokens=frozenset(terms.tokens([words]))) == expected, words
    assert ("prose" in tables(directory)) is fts


def tables(directory: str) -> set[str]:
    base = sqlite3.connect(os.path.join(directory, reading.NAME))
    names = {name for (name,) in base.execute("SELECT name FROM sqlite_schema")}
    base.close()
    return names


def test_times(directory: str) -> None:
    received = [updating.parsed(json.dumps(line).encode(), seq).received for seq, line in enumerate(lines(directory))]
    assert found(directory, since=received[1]) == [3, 2, 1]
    assert found(directory, until=received[2]) == [1, 0]
    assert found(directory, since=received[1], until=received[1] + 1) == [1]
    assert found(directory, since=received[3] + 1) == []


def test_common_words_are_looked_up_in_the_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan of a query changes with what is common; what is found does not."""
    where = made(tmp_path / "log")
    add(where, *(event(outcome=("allowed", "denied")[n % 3 == 0], updates=[update(f"refs/heads/{n % 7}")]) for n in range(90)))
    asked = (of(terms.OUTCOME, "denied"), Filter(kind=terms.REF, fits=lambda ref: ref[-1:] in b"1234", glob="refs/heads/*"))
    expected = [seq for seq in range(90, 0, -1) if (seq - 1) % 3 == 0 and (seq - 1) % 7 in (1, 2, 3, 4)]
    for common, listed, each in ((20_000, 5_000, 64), (5, 5_000, 64), (5, 5_000, 2), (5, 3, 2), (20_000, 5_000, 2)):
        monkeypatch.setattr(query, "COMMON", common)
        monkeypatch.setattr(query, "_LISTED", listed)
        monkeypatch.setattr(query, "_EACH", each)
        assert found(where, filters=asked) == expected
        assert found(where, filters=asked, tokens=frozenset({"denied"}), after=50) == [seq for seq in expected if seq < 50]


def test_it_grows_with_the_log(directory: str) -> None:
    assert found(directory) == [3, 2, 1, 0]
    before = os.stat(os.path.join(directory, reading.NAME)).st_ino
    add(directory, event(), event())
    assert found(directory) == [5, 4, 3, 2, 1, 0]
    assert os.stat(os.path.join(directory, reading.NAME)).st_ino == before
    with open(folder.segments(directory)[-1].path, "ab") as file:
        file.write(b'{"event":{"id":"torn"')
    assert found(directory) == [5, 4, 3, 2, 1, 0]


def test_several_segments(directory: str) -> None:
    """Rotated at 256 here; a segment that went elsewhere is no longer listed."""
    add(directory, *(event() for _ in range(252)))
    last, _ = log.tail(directory)
    from gitward.audit.entry import digest_of, line_of

    line = line_of(256, digest_of(last), "2026-01-01T00:00:00.000000Z", json.dumps(event("log.rotated")).encode())
    Path(folder.segment_path(directory, 256)).write_bytes(line + b"\n")
    add_personal(directory, event(), "Dan")
    assert found(directory, filters=(of(terms.ACTOR, "dan"),)) == [257]
    assert len(found(directory)) == 258
    os.rename(folder.segment_path(directory, 0), os.path.join(directory, "elsewhere"))
    assert found(directory) == [257, 256]


@pytest.mark.parametrize("damage", [
    b"", b"no base at all", "half", "truncate", "ALTER TABLE event ADD COLUMN x", "DROP TABLE mention",
    "UPDATE meta SET value = 'x' WHERE name = 'cursor'", "DELETE FROM meta",
    "CREATE TRIGGER t AFTER INSERT ON word BEGIN SELECT 1; END",
])  # fmt: skip
def test_a_damaged_or_foreign_file_is_made_again(directory: str, damage: bytes | str) -> None:
    assert len(found(directory)) == 4
    path = Path(directory, reading.NAME)
    if isinstance(damage, bytes):
        path.write_bytes(damage)
    elif damage == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif damage == "truncate":
        path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)
    else:
        base = sqlite3.connect(path)
        base.execute(damage)
        base.commit()
        base.close()
    add(directory, event())
    assert found(directory) == [4, 3, 2, 1, 0]


def test_of_a_log_that_is_another_one_now(directory: str, tmp_path: Path) -> None:
    """Of another origin, ahead of the log, or of a log with another past: made again."""
    path = str(tmp_path / "an index%41?#x")
    other = made(tmp_path / "other")
    copy = str(tmp_path / "copy")
    shutil.copytree(directory, copy)
    add(directory, *(event() for _ in range(5)))
    assert len(found(directory, path)) == 9
    assert found(other, path) == [0]
    assert len(found(directory, path)) == 9
    assert len(found(copy, path)) == 4
    segment = Path(folder.segments(copy)[0].path)
    whole = segment.read_bytes()
    segment.write_bytes(whole.replace(b'"Bob"', b'"Eve"'))
    with reading.opened(copy, path) as index, pytest.raises(GitwardError, match="is not what it was"):
        index.entry(2)
    segment.write_bytes(whole[:-20] + whole[-20:].replace(b":3}", b":4}"))
    assert found(copy, path, filters=(of(terms.CLASS, "receive.completed"),)) == []


def test_what_is_no_index_is_not_thrown_away(directory: str, tmp_path: Path) -> None:
    mine = tmp_path / "thesis"
    mine.write_text("years of work")
    with pytest.raises(UsageError, match="is no index"):
        found(directory, str(mine))
    assert mine.read_text() == "years of work"


def test_in_the_cache_where_the_log_is_anothers(directory: str, home: Path) -> None:
    os.chmod(directory, 0o777)
    assert len(found(directory)) == 4
    assert not os.path.exists(os.path.join(directory, reading.NAME))
    assert len(list((home / ".cache/gitward/audit").glob(f"*-{reading.NAME}"))) == 1


def test_erased_values_are_gone_from_it(directory: str) -> None:
    assert found(directory, tokens=frozenset({"carol"})) == [3]
    with reading.opened(directory) as index:
        assert index.entry(3).joined["actor"]["display"].startswith("Carol")
    Path(folder.personal_path(directory, 0)).write_bytes(b"")
    add(directory, event("log.erased", "done"))
    assert found(directory, tokens=frozenset({"carol"})) == []
    assert b"carol" not in Path(directory, reading.NAME).read_bytes().lower()
    with reading.opened(directory) as index:
        assert index.entry(3).joined == index.entry(3).event


def test_a_value_that_does_not_fit_its_commitment_is_none(directory: str) -> None:
    path = Path(folder.personal_path(directory, 0))
    path.write_bytes(path.read_bytes().replace(b"Carol", b"Mallo"))
    assert found(directory, tokens=frozenset({"mallo"})) == []


def test_the_root_is_that_of_the_log(directory: str) -> None:
    add(directory, *(event() for _ in range(30)))
    signed = checkpoint.read(checkpoints.take(directory).encode())
    add(directory, event())
    with reading.opened(directory) as index:
        assert (index.size(), signed.size) == (35, 34)
        assert index.root(34) == signed.root
        assert index.root(35) != signed.root
        with pytest.raises(GitwardError, match="no root of 36"):
            index.root(36)


def test_of_a_pruned_log(tmp_path: Path) -> None:
    """What was pruned is found no more; the root is still that of the log."""
    directory = str(tmp_path / "log")
    creation.make(directory, ORIGIN, segment_entries=256)
    moved = (outcomes.ref_updated("/srv/git/app.git", [(f"refs/heads/{number}", ZERO, "12" * 20)]) for number in range(600))
    log.append_all(directory, tuple(moved))
    kept = checkpoints.take(directory).encode()
    wanted = (of(terms.REF, "refs/heads/3", "refs/heads/550"),)
    assert found(directory, filters=wanted) == [553, 4]
    assert prune(directory, 300, kept).before == 256
    assert found(directory, filters=wanted) == [553]
    signed = checkpoint.read(checkpoints.take(directory).encode())
    with reading.opened(directory) as index:
        assert index.root(signed.size) == signed.root
        assert index.entry(3) is None


def test_readers_at_once(directory: str) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\nfrom gitward.audit import log\nfrom gitward.audit.index import reading\n"
        "from gitward.audit.index.query import Query\n"
        "for _ in range(5):\n    log.append(sys.argv[2], b'{}')\n"
        "    with reading.opened(sys.argv[2]) as index: assert len(list(index.seqs(Query()))) == index.size()\n"
    )
    readers = [subprocess.Popen([sys.executable, "-c", script, SOURCE, directory]) for _ in range(4)]
    assert [reader.wait() for reader in readers] == [0] * 4
    assert len(found(directory)) == 24


def test_killed_while_it_grows(directory: str) -> None:
    """Killed at each write to the base: what stands there afterwards is what stood there, or is made again."""
    found(directory)
    script = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[1])\nfrom gitward.audit.index import reading, update\n"
        "count = [0]; real = update._Words.id\n"
        "def id(self, word):\n    count[0] += 1\n    if count[0] == int(sys.argv[3]): os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(self, word)\n"
        "update._Words.id = id\nwith reading.opened(sys.argv[2]): pass\n"
    )
    for number in (1, 3, 6):
        add(directory, event(), event())
        assert subprocess.run([sys.executable, "-c", script, SOURCE, directory, str(number)], check=False).returncode == -9
        base = sqlite3.connect(os.path.join(directory, reading.NAME))
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("SELECT count(*) FROM event").fetchone()[0] == 4 + 2 * (number // 3)
        base.close()
        assert len(found(directory)) == 6 + 2 * (number // 3)


@pytest.mark.parametrize("line", [b"x" * 70_000, b"[" * 30_000, b"nonsense", b'{"seq":"4"}', b"\xff\xfe",
                                  b'{"event":{"event":[],"actor":7,"updates":{"b64":"?"},"results":[3,{"entry":[]}]},"prev":"",'
                                  b'"received_time":"x","seq":4}'])  # fmt: skip
def test_lines_that_are_none(directory: str, line: bytes) -> None:
    """Such a line is verify's to name; here it hides nothing that comes after it."""
    with open(folder.segments(directory)[0].path, "ab") as file:
        file.write(line + b'\n{"event":{"event":{"class":"late"}},"prev":"","received_time":"2026-01-01T00:00:00Z","seq":5}\n')
    assert found(directory, filters=(of(terms.CLASS, "late"),)) == [5]
    assert found(directory, filters=(of(terms.CLASS, "decision.receive"),)) == [2, 1]


NAMES = ["event", "actor", "updates", "results", "outcome", "class", "id", "b64", "ref", "new", "entry", "change", "tickets",
         "session", "updates_evidence", "sha256", "commit", "repository"]  # fmt: skip
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.just("ab" * 20),
                    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner), max_leaves=8)  # fmt: skip


@settings(deadline=None, max_examples=examples(25))
@given(event=st.dictionaries(st.sampled_from(["event", "actor", "updates", "results", "session", "change", "repository"]), JSON))
def test_terms_of_anything(event: dict[str, object]) -> None:
    made = terms.terms("/nowhere", json.loads(json.dumps(event)))
    assert all(word and isinstance(word, bytes) for _, word in made.words)
    assert all(len(oid) in (20, 32) for oid in made.oids)
    assert all(token.isascii() and token.isalnum() for token in made.tokens)


def test_discard(directory: str) -> None:
    found(directory)
    derived.discard(os.path.join(directory, reading.NAME))
    assert not os.path.exists(os.path.join(directory, reading.NAME))
    assert len(found(directory)) == 4
