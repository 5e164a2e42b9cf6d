"""`check --message FILE --fix`: what becomes of the file, what is said, and the exit code."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

import gitward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Run

SRC = Path(gitward.__file__).parent.parent
POLICY = """\
version: 1
policy: {id: test}
rules:
  - {rule: subject-style}
  - {rule: body-line-length, max: 40}
  - {rule: ticket-reference, pattern: 'PAY-[1-9][0-9]*'}
"""
BAD = "Handle  UTF-8.\r\n\r\nThis line of prose goes on and on, well beyond it.\r\n\r\nRefs: PAY-1\r\n"
GOOD = "Handle UTF-8\n\nThis line of prose goes on and on, well\nbeyond it.\n\nRefs: PAY-1\n"


@pytest.fixture
def work(repo: Path) -> Path:
    (repo / ".gitward.yaml").write_text(POLICY)
    (repo / "draft").write_bytes(BAD.encode())
    return repo


def test_the_file_is_rewritten_and_the_report_is_about_the_result(work: Path, gitward: Run) -> None:
    draft = work / "draft"
    draft.chmod(0o640)
    done = gitward("check", "--message", "draft", "--fix", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    assert draft.read_bytes() == GOOD.encode()
    assert stat.S_IMODE(draft.stat().st_mode) == 0o640
    assert [line.partition(" ")[2] for line in done.stdout.splitlines() if line.startswith("note: fixed")] == [
        "fixed [subject-style]: single blanks between the words of the subject",
        "fixed [subject-style]: punctuation taken off the end of the subject",
        "fixed [body-line-length]: long lines of prose broken at blanks",
    ]
    assert done.stdout.splitlines()[-1].startswith("allowed refs/heads/main: ")
    before = draft.stat()
    again = gitward("check", "--message", "draft", "--fix", cwd=work)
    assert (again.returncode, "note: fixed" in again.stdout) == (0, False)
    assert (draft.stat().st_mtime_ns, draft.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert sorted(path.name for path in work.iterdir()) == [".git", ".gitward.yaml", "draft"]


def test_what_remains_denies(work: Path, gitward: Run) -> None:
    (work / "draft").write_text("Handle UTF-8.\n")
    done = gitward("check", "--message", "draft", "--fix", "--format", "json", cwd=work)
    report = json.loads(done.stdout)
    assert (done.returncode, report["outcome"]) == (1, "denied")
    assert report["notices"][0] == "fixed [subject-style]: punctuation taken off the end of the subject"
    assert (work / "draft").read_text() == "Handle UTF-8\n"
    done = gitward("check", "--message", "draft", "--fix", cwd=work)
    assert (done.returncode, "note: nothing of it can be fixed safely\n" in done.stdout) == (1, True)


def test_diff_leaves_the_file_and_shows_nothing_that_commands_a_terminal(work: Path, gitward: Run) -> None:
    text = "Handle \x1b[31m\u202eUTF-8.\nx\n\nRefs: PAY-1\n"
    (work / "draft").write_text(text)
    done = gitward("check", "--message", "draft", "--fix", "--diff", cwd=work)
    assert done.returncode == 0
    assert done.stdout.startswith(
        "- Handle \\x1b[31m\\u202eUTF-8.\n+ Handle \\x1b[31m\\u202eUTF-8\n+\nnote: would fix [subject-style]: "
    )
    assert (work / "draft").read_text() == text
    coloured = gitward("check", "--message", "draft", "--fix", "--diff", "--color", "always", cwd=work)
    assert coloured.stdout.startswith("\x1b[31m- Handle \\x1b[31m")


def test_a_link_stays_and_its_target_is_rewritten(work: Path, gitward: Run) -> None:
    (work / "link").symlink_to("draft")
    assert gitward("check", "--message", "link", "--fix", cwd=work).returncode == 0
    assert (work / "link").readlink() == Path("draft")
    assert (work / "draft").read_bytes() == GOOD.encode()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--fix"], "--fix needs --message FILE"),
        (["--message", "draft", "--diff"], "--diff needs --fix"),
        (["--message", "-", "--fix"], "--fix needs --message FILE"),
        (["--fix", "HEAD"], "--fix needs --message FILE"),
        (["--message", "draft", "--fix", "--diff", "--format", "json"], "--diff needs --format text"),
        (["--message", "pipe", "--fix"], "pipe is no file that could be rewritten"),
        (["--message", ".", "--fix"], ". is no file that could be rewritten"),
        (["--message", "none", "--fix"], "none is no file that could be rewritten"),
    ],
)
def test_what_cannot_be_rewritten_is_refused(work: Path, gitward: Run, options: list[str], words: str) -> None:
    os.mkfifo(work / "pipe")
    done = gitward("check", *options, cwd=work)
    assert (done.returncode, words in done.stderr) == (2, True)


def test_a_killed_rewrite_leaves_the_old_text_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "message"
    texts = [b"a" * 300_000, b"b" * 300_000]
    code = (
        f"import sys; sys.path.insert(0, {str(SRC)!r})\nfrom gitward.adapters.messagefile import rewrite\n"
        f"print('begun', flush=True)\nwhile True:\n  for letter in b'ab': rewrite({str(path)!r}, bytes([letter]) * 300_000)"
    )
    path.write_bytes(texts[0])
    rolls = random.Random(3)
    for _ in range(8):
        process = subprocess.Popen([sys.executable, "-I", "-c", code], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rolls.random() / 10)
        process.kill()
        process.wait()
        process.stdout.close()
        assert path.read_bytes() in texts
