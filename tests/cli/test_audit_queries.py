"""`gitward audit list` and `show`: what they show, escaped, and that reading is recorded."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward.audit import checkpoints, folder
from gitward.audit.index import asked as asking
from gitward.cli import audit_list, main
from gitward.errors import UsageError
from gitward.width import columns

sys.path.insert(0, str(Path(__file__).parent.parent / "audit"))
from indexed import ZERO, add, add_personal, event, lines, made, update

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Git

    Said = tuple[int, str, str]  # exit code, stdout, stderr


@pytest.fixture
def directory(tmp_path: Path) -> str:
    where = made(tmp_path / "log")
    add(where, event(repository="/srv/git/app.git", updates=[update(old=ZERO, new="ab" * 20)],
                     results=[{"entry": "size", "outcome": "passed"}], session={"id": "s"}))  # fmt: skip
    add(where, event(outcome="denied", repository="/srv/git/group/lib.git", actor={"id": '=1+1|"x'}, results=[
        {"entry": "size", "outcome": "violated", "violations": [{"message": "\x1b[31m red\u202e"}]}],
        updates=[update("refs/heads/topic/\x1b[31mx\n", new="cd" * 20), update("refs/heads/b")]))  # fmt: skip
    add_personal(where, event("receive.completed", "done"), "Carol <carol@example.com>")
    return where


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> Callable[..., Said]:
    """The command line, in this process."""

    def run(*args: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["gitward", "audit", *map(str, args)])
        code = main.main()
        return code, *capsys.readouterr()

    return run


def seqs(said: Said) -> list[int]:
    assert said[0] == 0, said[2]
    return [each["seq"] for each in json.loads(said[1])["entries"]]


def test_filters(audit: Callable[..., Said], directory: str) -> None:
    head = ("list", "--log", directory, "--format", "json")
    for options, expected in (
        (("--actor", "ANN"), [1]), (("--actor", "ann", "--outcome", "denied"), []), (("--repo", "app", "--repo", "lib"), [2, 1]),
        (("--repo", "group/lib.git"), [2]), (("--repo", "ib"), []), (("--repo", "/srv/git/app.git"), [1]),
        (("--ref", "refs/heads/*"), [2, 1]), (("--ref", "refs/heads/topic/**"), [2]), (("--ref", "refs/heads/topic/*"), [2]),
        (("--ref", "refs/heads/**", "--ref", "!refs/heads/topic/**", "--ref", "!refs/heads/b"), [1]), (("--ref", "refs/*"), []),
        (("--entry", "size"), [2, 1]), (("--entry", "size=violated"), [2]), (("--entry", "siz"), []),
        (("--class", "decision"), [2, 1]), (("--class", "receive.*"), [3]), (("--class", "dec"), []),
        (("--text", "red"), [2]), (("--text", "carol@exa"), [3]), (("--oid", "CDCDCDC"), [2]),
        (("--since", "1 hour"), [3, 2, 1, 0]),
        (("--until", "1 hour ago"), []), (("--until", time.strftime("%Y-%m-%d", time.gmtime()), "--text", "carol"), [3]),
        (("--id", lines(directory)[1]["event"]["id"]), [1]), (("--limit", "1", "--class", "decision"), [2]),
        (("--oldest-first", "--limit", "2", "--after", "1", "--until", "2999-01-01"), [2, 3]),
    ):  # fmt: skip
        found = seqs(audit(*head, *options))
        assert [seq for seq in found if seq < 4] == expected, options


@given(pattern=st.text("a*[?]\u00e9/", max_size=8), ref=st.text("ab[?]\u00e9/", max_size=6))
def test_what_sqlite_leaves_over_is_enough(pattern: str, ref: str) -> None:
    """Every ref that a pattern matches is met by its GLOB, and by no other where that says all."""
    made = asking.query_of(asking.Asked(ref=(f"refs/{pattern}*",)), now=0).filters[0]
    word = f"refs/{ref}".encode()
    base = sqlite3.connect(":memory:")
    (met,) = base.execute("SELECT CAST(? AS TEXT) GLOB ?", (word, made.glob)).fetchone()
    base.close()
    assert met or not made.takes(word)
    assert made.takes(word) or not (met and made.says_all)


@pytest.mark.parametrize("options", [
    ("--since", "yesterday"), ("--since", "2026-13-01"), ("--until", "2026-01-01T00:00:00"), ("--oid", "abc"), ("--oid", "g" * 8),
    ("--text", " - "), ("--ref", "!refs/x"), ("--limit", "-1"), ("--format", "xml"),
])  # fmt: skip
def test_usage(audit: Callable[..., Said], directory: str, options: tuple[str, str]) -> None:
    assert audit("list", "--log", directory, *options)[0] == 2
    assert len(lines(directory)) == 4


def test_times() -> None:
    assert asking.moment("1970-01-02", "--since", 0) == 86_400_000_000
    assert asking.moment("1970-01-01", "--until", 0, whole_day=True) == 86_400_000_000
    assert asking.moment("1970-01-01T01:00:00.5+01:00", "--since", 0) == 500_000
    assert [asking.moment(text, "--since", 700_000) for text in ("1 week", "2 days ago", "3h", "90 s")] == [
        95_200_000_000, 527_200_000_000, 689_200_000_000, 699_910_000_000]  # fmt: skip
    with pytest.raises(UsageError, match="time zone"):
        asking.moment("2026-01-01T00:00", "--since", 0)


def test_the_table(audit: Callable[..., Said], directory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, table, error = audit("list", "--log", directory, "--limit", "3")
    head, *rows, end = table.splitlines()
    assert (code, error, head.split()) == (0, "", ["seq", "received", "class", "outcome", "actor", "repository", "what"])
    assert [row.split()[0] for row in rows] == ["3", "2", "1"]
    assert "refs/heads/topic/\\x1b[31mx\\n none..cdcdcdc (+1)" in rows[1]
    assert end == "3 entries; older ones: the same command with --after 1"
    monkeypatch.setattr(audit_list, "_width", lambda: 60)
    narrow = audit("list", "--log", directory, "--after", "4")[1].splitlines()
    assert max(columns(line) for line in narrow) == 60
    assert all(line.endswith("...") for line in narrow[2:3])
    assert audit("list", "--log", directory, "--actor", "nobody")[1].endswith("no entry fits\n")


def test_csv_is_no_program(audit: Callable[..., Said], directory: str, tmp_path: Path) -> None:
    code, said, error = audit("list", "--log", directory, "--format", "csv", "--output", tmp_path / "l.csv", "--limit", "3")
    assert (code, said, error) == (0, "", "3 entries; older ones: the same command with --after 1\n")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "l.csv").read_text())))
    assert [row["seq"] for row in rows] == ["3", "2", "1"]
    assert rows[1]["actor"] == "'=1+1|\"x"
    assert rows[1]["ref"] == "refs/heads/topic/\\x1b[31mx\\n"
    assert rows[0]["actor"] == "Carol <carol@example.com>"


def test_json_is_the_events_as_they_are(audit: Callable[..., Said], directory: str) -> None:
    code, said, _ = audit("list", "--log", directory, "--format", "json", "--limit", "3")
    document = json.loads(said)
    assert (code, document["schema"], document["log"]) == (0, "gitward.entries/1", "git.example.com/log")
    assert document["more"] == {"after": 1}
    assert said.isascii()
    for entry in document["entries"]:
        line = lines(directory)[entry["seq"]]
        assert (entry["event"], entry["received_time"]) == (line["event"], line["received_time"])
    assert document["entries"][0]["personal"] == [{"path": "/actor/display", "value": "Carol <carol@example.com>"}]
    assert json.loads(audit("list", "--log", directory, "--format", "json")[1])["more"] is None
    assert audit("list", "--log", directory, "--format", "json", "--actor", "nobody")[2] == "no entry fits\n"


def test_reading_is_recorded_once(audit: Callable[..., Said], directory: str) -> None:
    assert "log.accessed" not in audit("list", "--log", directory, "--actor", "carol o'x", "--since", "2 days")[1]
    audit("show", "1", "--log", directory)
    first, second = lines(directory)[4:]
    assert [each["event"]["event"]["class"] for each in (first, second)] == ["log.accessed"] * 2
    assert (first["event"]["access"]["command"], second["event"]["access"]["command"]) == ("list", "show")
    assert "carol" not in json.dumps(first)
    shown = json.loads(audit("show", "4", "--log", directory, "--format", "json")[1])["entry"]["personal"]
    assert {each["path"]: each["value"] for each in shown}["/access/query"] == "--actor 'carol o'\"'\"'x' --since '2 days'"
    assert all(each["value"] for each in shown)


def test_what_is_not_recorded_is_said(audit: Callable[..., Said], directory: str, tmp_path: Path) -> None:
    shutil.copytree(directory, tmp_path / "copy")
    code, _, error = audit("list", "--log", tmp_path / "copy")
    assert (code, error) == (0, "note: this reading is not recorded in the log: this is the copy of a log\n")
    assert len(lines(str(tmp_path / "copy"))) == 4
    assert audit("list", "--log", tmp_path / "none")[0] == 3


def test_what_is_recorded_is_verified(audit: Callable[..., Said], tmp_path: Path) -> None:
    directory = made(tmp_path / "log")
    for command in (("list", "--actor", "x"), ("show", "0")):
        assert audit(*command, "--log", directory)[0] == 0
    checkpoints.take(directory)
    code, said, _ = audit("verify", "--log", directory)
    assert (code, "whole: 3 entries" in said) == (0, True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root reads the logs of others")
def test_root_records_as_the_logs_own_user(audit: Callable[..., Said]) -> None:
    """What root would write, a side table or a new segment, that user could not go on with."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        directory = made(Path(folder, "log"))
        every = [Path(at, name) for at, names, files in os.walk(directory) for name in (*names, *files)]
        for each in (Path(directory), *every):
            os.chown(each, 65_534, 65_534)
        assert audit("list", "--log", directory) == (0, ANY, "")
        assert [line["event"]["event"]["class"] for line in lines(directory)] == ["log.started", "log.accessed"]
        assert {each.stat().st_uid for each in Path(directory).rglob("*")} == {65_534}
        assert not os.path.exists(os.path.join(directory, "index.sqlite"))


def test_show(audit: Callable[..., Said], directory: str) -> None:
    code, said, _ = audit("show", "2", "--log", directory)
    assert code == 0
    assert not [character for character in said if not character.isprintable() and character != "\n"]
    assert "message: \\x1b[31m red\\u202e" in said
    assert "not yet covered by a checkpoint" in said
    checkpoints.take(directory)
    code, said, _ = audit("show", lines(directory)[3]["event"]["id"], "--log", directory)
    assert (code, "display: Carol <carol@example.com>" in said, "the path leads to the root" in said) == (0, True, True)
    Path(folder.personal_path(directory, 0)).write_bytes(b"")
    add(directory, event("log.erased", "done"))
    assert "display: (erased, or never kept) " in audit("show", "3", "--log", directory)[1]
    for name in ("99", "01ABC", "-1"):
        assert audit("show", "--log", directory, "--", name)[0] == 2


def test_a_proof_that_does_not_hold(audit: Callable[..., Said], directory: str, tmp_path: Path) -> None:
    checkpoints.take(directory)
    segment = Path(folder.segments(directory)[0].path)
    segment.write_bytes(segment.read_bytes().replace(b"carol", b"carol").replace(b'"ann"', b'"eve"'))
    code, said, error = audit("show", "1", "--log", directory)
    assert (code, "DOES NOT LEAD" in said, "audit verify" in error) == (3, True, True)


def test_what_came_of_it_and_what_it_changed(audit: Callable[..., Said], directory: str, git: Git, repo: Path) -> None:
    (repo / "a\tb").write_text("\x1b[31m\n")
    git("config", "diff.external", f"touch {repo}/ran", cwd=repo)
    (repo / ".gitattributes").write_text("* diff=evil\n")
    (repo / ".git/info/attributes").write_text("* diff=evil\n")
    git("config", "diff.evil.textconv", f"touch {repo}/ran", cwd=repo)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "x", cwd=repo)
    head = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    moved = {"repository": str(repo), "session": {"id": "s-9"}, "updates": [update(new=head)]}
    (seq,) = add(directory, event(**moved))
    code, said, error = audit("show", str(seq), "--log", directory, "--patch")
    assert (code, error) == (0, "")
    assert "refs/heads/main 000000000000" in said.split("outcome")[-1]
    assert "pending: no entry says what git did" in said
    assert "+\\x1b[31m" in said
    (done,) = add(directory, event("ref.updated", "done", **moved))
    add(directory, event("ref.updated", "done", **{**moved, "repository": "/other"}))
    shown = json.loads(audit("show", str(seq), "--log", directory, "--format", "json")[1])
    assert shown["outcomes"] == [{"ref": "refs/heads/main", "old": ZERO, "new": head, "seq": done, "state": "done"}]
    assert [each["seq"] for each in shown["session"]] == [done]
    assert any("2 files changed" in line for line in shown["diff"][0]["lines"])
    assert not (repo / "ran").exists()
    assert "there is no /srv/git/app.git here" in audit("show", "1", "--log", directory)[1]
    assert "is not in the repository" in audit("show", "1", "--log", directory, "--repo", str(repo))[1]


def test_the_index_may_stand_elsewhere(audit: Callable[..., Said], directory: str, tmp_path: Path) -> None:
    assert audit("list", "--log", directory, "--index", tmp_path / "i.sqlite")[0] == 0
    assert (tmp_path / "i.sqlite").exists()
    assert not os.path.exists(os.path.join(directory, "index.sqlite"))


@pytest.mark.parametrize("kind", ["fifo", "link"])
@pytest.mark.parametrize("name", ["*.jsonl", "personal/*.values", "tile/0/000.p/*", "checkpoint", "log.json"])
def test_what_is_no_file_is_not_waited_for(
    audit: Callable[..., Said], directory: str, name: str, kind: str, tmp_path: Path
) -> None:
    """A fifo would be waited for without end. Whoever meets one says so, and names it; an alarm ends what hangs."""
    checkpoints.take(directory)
    (path,) = Path(directory).glob(name)
    path.unlink()
    os.mkfifo(path) if kind == "fifo" else path.symlink_to("/dev/zero")
    commands = (("list",), ("show", "1"), ("proof", "1"), ("export", "--output", tmp_path / "tiles"), ("checkpoint",),
                ("export", "--from", "2000-01-01", "--to", "2999-01-01", "--output", tmp_path / "bundle"))  # fmt: skip
    signal.alarm(20)
    try:
        found = {" ".join(map(str, words[:2])): audit(words[0], "--log", directory, *words[1:]) for words in commands}
    finally:
        signal.alarm(0)
    assert not any("Traceback" in error for _, _, error in found.values())
    if name in ("*.jsonl", "checkpoint"):
        assert all(found[words][0] == 3 for words in ("proof 1", "export --output", "export --from")), found
        assert path.name in found["proof 1"][2]
