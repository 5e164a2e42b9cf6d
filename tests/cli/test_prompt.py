"""Somebody at a terminal whose message is denied; and everybody else, who is not asked. Real git on real terminals."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hookscripts import script
from ptys import ASKED, CTRL_C, CTRL_D, Pty

from gitward.adapters import terminal
from gitward.adapters.messagefile import spliced
from gitward.cleanup import cleanup
from gitward.message import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

POLICY = """\
version: 1
policy: {id: test}
rules:
  - {rule: subject-style}
  - {rule: subject-length, min: 5, max: 40}
"""
BAD, GOOD = "Handle UTF-8.", "Handle UTF-8"
COMMIT = 'git commit --allow-empty -m "Handle UTF-8."'
AT_ONCE = "trap : INT; {}; echo code=$?"


@pytest.fixture
def work(repo: Path, git: Git, launcher: Path) -> Path:
    (repo / ".gitward.yaml").write_text(POLICY)
    git("commit", "--allow-empty", "-q", "-m", "Begin", cwd=repo)
    run = shlex.join([sys.executable, "-I", str(launcher), "hook", "commit-msg"])
    script(repo / ".git" / "hooks" / "commit-msg", f'exec {run} "$@"')
    return repo


def at(work: Path, command: str = COMMIT, shell: str = AT_ONCE, **env: str) -> Pty:
    return Pty(shell.format(command), work, env)


def subjects(git: Git, work: Path) -> list[str]:
    return git("log", "--format=%s", cwd=work).stdout.splitlines()[:-1]


def kept(work: Path) -> list[str]:
    return [path.read_text() for path in sorted((work / ".git" / "gitward" / "messages").iterdir())]


def editor(tmp_path: Path, *lines: str) -> str:
    return shlex.quote(str(script(tmp_path / "an editor", *lines)))


# --- the four answers -------------------------------------------------------------------------------------------------


def test_fix(work: Path, git: Git) -> None:
    with at(work) as pty:
        shown = pty.until(ASKED)
        assert "your message is kept: git commit -e -F " in shown
        assert "a safe fix:\n- Handle UTF-8.\n+ Handle UTF-8\n  e  edit the message\n  f  take the fix above\n" in shown
        pty.send("f\n")
        assert "code=0" in pty.end()
    assert subjects(git, work) == [GOOD]
    assert kept(work) == [f"{BAD}\n"]


def test_fix_leaves_gits_help_and_diff_where_they_are(work: Path, git: Git, tmp_path: Path) -> None:
    (work / "file").write_text("a diff  of it.\n")
    git("add", "-A", cwd=work)
    wrote = editor(tmp_path, '{ printf "Handle UTF-8.\\n# a remark\\nand more\\n"; cat "$1"; } > "$1.new"; mv "$1.new" "$1"')
    with at(work, "git commit -v", GIT_EDITOR=wrote) as pty:
        pty.until(ASKED)
        pty.send("FIX\n")
        assert "code=0" in pty.end()
    file = (work / ".git" / "COMMIT_EDITMSG").read_text()
    assert file.startswith("Handle UTF-8\n\n# a remark\nand more\n\n# Please enter")
    assert "+a diff  of it." in file
    assert git("log", "-1", "--format=%B", cwd=work).stdout.strip() == "Handle UTF-8\n\nand more"


def test_a_fix_of_a_part_says_so_and_goes_on(work: Path, git: Git) -> None:
    (work / ".gitward.yaml").write_text(POLICY + "  - {rule: body-required}\n")
    with at(work) as pty:
        assert "a safe fix, not all of it:\n" in pty.until(ASKED)
        pty.send("f\n")
        shown = pty.until(ASKED)
        assert ("error[body-required]" in shown, "error[subject-style]" in shown, "safe fix" in shown) == (True, False, False)
        pty.send("f\n")  # is no answer any more
        pty.until(ASKED)
        pty.send("g\n")
        assert "code=1" in pty.end()
    assert subjects(git, work) == []
    assert kept(work) == [f"{BAD}\n", f"{GOOD}\n"]


def test_edit_with_the_editor_that_git_would_start(work: Path, git: Git, tmp_path: Path) -> None:
    """After `git commit -m` GIT_EDITOR is `:` for the hook; the command is one for a shell; the first try fails."""
    told = tmp_path / "told"
    program = editor(tmp_path, "test -t 0 && test -t 1 && test -t 2 || exit 9", succeeding_at_last(told))
    git("config", "core.editor", f"{program} x", cwd=work)
    with at(work) as pty:
        pty.until(ASKED)
        pty.send("e\n")
        assert "the editor ended with status 3" in pty.until(ASKED)
        pty.send("edit\n")
        assert "code=0" in pty.end()
    assert subjects(git, work) == ["Edit it"]
    assert told.read_text() == f"x {work}/.git/COMMIT_EDITMSG\n" * 2
    assert kept(work) == [f"{BAD}\n"]


def succeeding_at_last(told: Path) -> str:
    file = shlex.quote(str(told))
    return f'echo "$@" >> {file}; test "$(wc -l < {file})" = 2 || exit 3; echo Edit it > "$2"'


def test_the_editor_has_the_terminals_keys_to_itself(work: Path, git: Git, tmp_path: Path) -> None:
    """Ctrl-C in the editor ends neither git nor gitward."""
    wait = "trap 'echo From Ctrl-C > \"$1\"; exit 0' INT; echo ready; while :; do sleep 0.1; done"
    with at(work, VISUAL=editor(tmp_path, wait)) as pty:
        pty.until(ASKED)
        pty.send("e\n")
        pty.until("ready")
        pty.send(CTRL_C)
        assert "code=0" in pty.end()
    assert subjects(git, work) == ["From Ctrl-C"]


def test_an_editor_that_is_stopped_gives_the_shell_back(work: Path, git: Git, tmp_path: Path) -> None:
    stopping = editor(tmp_path, "kill -TSTP 0", 'read line < /dev/tty; echo "$line" > "$1"')
    with at(work, shell="set -m; {}; echo stopped=$?; fg; echo code=$?", VISUAL=stopping) as pty:
        pty.until(ASKED)
        pty.send("e\n")
        pty.until("stopped=")
        time.sleep(0.2)
        pty.send("Typed after fg\n")
        assert "code=0" in pty.end()
    assert subjects(git, work) == ["Typed after fg"]


def test_a_merge_has_a_file_of_its_own(work: Path, git: Git) -> None:
    git("checkout", "-q", "-b", "side", cwd=work)
    git("commit", "-q", "--allow-empty", "-m", "Work beside it", cwd=work)
    git("checkout", "-q", "main", cwd=work)
    (work / ".gitward.yaml").write_text(POLICY.replace("subject-style}", "subject-style, merges: judge}"))
    with at(work, 'git merge --no-ff side -m "Merge it."') as pty:
        pty.until(ASKED)
        pty.send("f\n")
        assert "code=0" in pty.end()
    assert git("log", "-1", "--format=%s %P", cwd=work).stdout.startswith("Merge it ")


def test_an_emptied_message_gives_up(work: Path, git: Git, tmp_path: Path) -> None:
    with at(work, VISUAL=editor(tmp_path, ': > "$1"')) as pty:
        pty.until(ASKED)
        pty.send("e\n")
        assert "code=1" in pty.end()
        assert pty.seen.count(ASKED) == 1
    assert subjects(git, work) == []


def test_retry_reads_file_and_policy_again(work: Path, git: Git) -> None:
    with at(work) as pty:
        pty.until(ASKED)
        (work / ".gitward.yaml").write_text("{")
        pty.send("r\n")
        shown = pty.until(ASKED)
        assert ("your message is kept" in shown, ".gitward.yaml:2:1: not YAML" in shown) == (True, True)
        (work / ".gitward.yaml").write_text(POLICY)
        (work / ".git" / "COMMIT_EDITMSG").write_text("Write it elsewhere\n")
        pty.send("r\n")
        assert "code=0" in pty.end()
    assert subjects(git, work) == ["Write it elsewhere"]


def test_a_fix_does_not_overwrite_what_was_written_meanwhile(work: Path, git: Git) -> None:
    with at(work) as pty:
        pty.until(ASKED)
        (work / ".git" / "COMMIT_EDITMSG").write_text("Write it elsewhere\n")
        pty.send("f\n")
        assert "the file has changed since it was judged; it stays as it is" in pty.end()
    assert subjects(git, work) == ["Write it elsewhere"]


@pytest.mark.parametrize(("keys", "code"), [("give up\n", 1), (CTRL_D, 1), (CTRL_C, 130)])
def test_give_up(work: Path, git: Git, keys: str, code: int) -> None:
    """At Ctrl-C git ends too, as it does in any hook."""
    with at(work) as pty:
        shown = pty.until(ASKED)
        pty.send(keys)
        assert f"code={code}" in pty.end()
    assert subjects(git, work) == []
    assert not (work / ".git" / "index.lock").exists()
    command = next(line for line in shown.splitlines() if line.startswith("your message is kept: "))
    assert Path(shlex.split(command)[-1]).read_text() == f"{BAD}\n"


def test_ctrl_c_where_the_suite_itself_is_in_the_background(work: Path) -> None:
    """sh starts `... &` with Ctrl-C ignored, and what is ignored is inherited (POSIX, Shell Command Language, 2.11)."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with at(work) as pty:
            pty.until(ASKED)
            pty.send(CTRL_C)
            assert "code=130" in pty.end()
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_answers_are_none_and_what_was_typed_before_is_none(work: Path, git: Git) -> None:
    with at(work) as pty:
        pty.send("f\n")
        pty.until(ASKED)
        for keys in ("\n", "x\n", "fixit\n", "\x1b[A\n", "x" * 500 + "\n"):
            pty.send(keys)
            assert "edit the message" not in pty.until(ASKED)
        pty.send("g\n")
        assert "code=1" in pty.end()
    assert subjects(git, work) == []


def test_a_terminal_that_hangs_up(work: Path, git: Git) -> None:
    with at(work) as pty:
        pty.until(ASKED)
        pty.hang_up()
        pty.process.wait(timeout=30)
    deadline = time.monotonic() + 10
    while (work / ".git" / "index.lock").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert subjects(git, work) == []
    assert kept(work) == [f"{BAD}\n"]


def test_what_is_shown_commands_no_terminal(work: Path, git: Git) -> None:
    subject = "x \x1b]0;title\x07\u202e\x9b31m."
    (work / "m").write_text(subject)
    with at(work, "git commit --allow-empty -F m") as pty:
        shown = pty.until(ASKED)
        pty.send("g\n")
        pty.end()
    assert "- x \\x1b]0;title\\x07\\u202e\\u009b31m.\n+ x \\x1b]0;title\\x07\\u202e\\u009b31m\n" in shown
    assert "\x1b]0" not in pty.seen
    assert "\x07" not in pty.seen


# --- nobody to ask ----------------------------------------------------------------------------------------------------


def denied_without_a_question(shown: str, work: Path, git: Git) -> None:
    assert "error[subject-style]" in shown
    assert "your message is kept: git commit -e -F " in shown
    assert "or g?" not in shown
    assert subjects(git, work) == []
    assert kept(work) == [f"{BAD}\n"]


def test_no_terminal(work: Path, git: Git) -> None:
    done = git("commit", "--allow-empty", "-m", BAD, cwd=work, env={"TERM": "xterm"}, ok=False)
    assert done.returncode == 1
    denied_without_a_question(done.stderr, work, git)


def test_a_graphical_client(work: Path, git: Git) -> None:
    """No controlling terminal, no stdin; stderr may even be a terminal, of somebody else."""
    number, slave = os.openpty()
    done = subprocess.run(
        ["git", "commit", "--allow-empty", "-m", BAD], cwd=work, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
        start_new_session=True, env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"}, timeout=30,
    )  # fmt: skip
    os.close(slave)
    shown = os.read(number, 65536).decode()
    os.close(number)
    assert done.returncode == 1
    denied_without_a_question(shown, work, git)


def test_a_program_that_runs_git_on_a_terminal_of_its_own(work: Path, git: Git) -> None:
    with Pty("", work, leading=["git", "commit", "--allow-empty", "-m", BAD]) as pty:
        denied_without_a_question(pty.end(), work, git)


def test_a_program_that_runs_the_hook_on_a_terminal_of_its_own(work: Path, git: Git) -> None:
    (work / "m").write_text(f"{BAD}\n")
    with Pty("", work, leading=["/bin/sh", "-c", ".git/hooks/commit-msg m; exit $?"]) as pty:
        denied_without_a_question(pty.end(), work, git)


def test_in_the_background(work: Path, git: Git) -> None:
    with at(work, shell="set -m; {} & wait $!; echo code=$?") as pty:
        denied_without_a_question(pty.end(), work, git)
        assert "code=1" in pty.seen


def test_stderr_in_a_pipe(work: Path, git: Git) -> None:
    with at(work, f"{COMMIT} 2>&1 | cat") as pty:
        denied_without_a_question(pty.end(), work, git)


@pytest.mark.parametrize("setting", ["environment", "config"])
def test_somebody_has_said_that_there_is_nobody(work: Path, git: Git, setting: str) -> None:
    env = {"PRE_COMMIT": "1"} if setting == "environment" else {}
    if setting == "config":
        git("config", "gitward.prompt", "false", cwd=work)
    with at(work, **env) as pty:
        denied_without_a_question(pty.end(), work, git)


class Settings:
    def __init__(self, **config: str) -> None:
        self.config = config


SOMEBODY = {"TERM": "xterm", "CI": "", "GIT_TERMINAL_PROMPT": "1", "PRE_COMMIT": "0"}


@pytest.mark.parametrize(
    ("environment", "config", "nobody"),
    [
        (SOMEBODY, {}, False),
        ({**SOMEBODY, "CI": "false"}, {}, False),
        (SOMEBODY, {"gitward.prompt": "true"}, False),
        ({**SOMEBODY, "CI": "true"}, {}, True),
        ({**SOMEBODY, "CI": "woodpecker"}, {}, True),
        ({**SOMEBODY, "TERM": "dumb"}, {}, True),
        ({}, {}, True),
        ({**SOMEBODY, "GIT_TERMINAL_PROMPT": "0"}, {}, True),
        ({**SOMEBODY, "PRE_COMMIT": "1"}, {}, True),
        (SOMEBODY, {"gitward.prompt": "No"}, True),
    ],
)
def test_what_says_that_there_is_nobody(environment: dict[str, str], config: dict[str, str], nobody: bool) -> None:
    assert terminal._is_told_not_to(environment, Settings(**config)) is nobody  # type: ignore[arg-type]


# --- never lost -------------------------------------------------------------------------------------------------------


def test_a_broken_policy_keeps_the_message_too(work: Path, git: Git) -> None:
    (work / ".gitward.yaml").write_text("{")
    done = git("commit", "--allow-empty", "-m", BAD, cwd=work, ok=False)
    assert (done.returncode, "your message is kept" in done.stderr) == (1, True)
    assert kept(work) == [f"{BAD}\n"]


def test_where_nothing_can_be_kept_the_file_is_named(work: Path, git: Git) -> None:
    (work / ".git" / "gitward").write_text("in the way")
    done = git("commit", "--allow-empty", "-m", BAD, cwd=work, ok=False)
    assert "your message could not be kept" in done.stderr
    assert f"until the next commit it is in {work}/.git/COMMIT_EDITMSG" in done.stderr
    assert "error[subject-style]" in done.stderr


def test_one_message_is_kept_once(work: Path, git: Git) -> None:
    for _ in range(2):
        git("commit", "--allow-empty", "-m", BAD, cwd=work, ok=False)
    assert kept(work) == [f"{BAD}\n"]


def test_a_denial_without_a_terminal_imports_nothing_of_the_prompt(work: Path, launcher: Path) -> None:
    (work / "m").write_text(BAD)
    command = [sys.executable, "-I", "-X", "importtime", str(launcher), "hook", "commit-msg", "m"]
    for _ in range(2):  # the first one compiles the policy
        done = subprocess.run(command, cwd=work, capture_output=True, text=True)
    assert done.returncode == 1
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "gitward.adapters.terminal" in loaded
    late = {"gitward.cli.prompt", "gitward.fixing", "gitward.adapters.editor", "termios", "subprocess", "tempfile", "difflib"}
    assert loaded & late == set()


# --- the file ---------------------------------------------------------------------------------------------------------

HELP = b"\n# Please enter\n#\n# ------------------------ >8 ------------------------\n# Do not\ndiff\n+s.\n"


@pytest.mark.parametrize(
    ("raw", "mode", "new"),
    [
        (b"s.\n\nb\n" + HELP, "strip", b"S\n\nb\n" + HELP),
        (b"\n\ns.\n# c\n\n\n\nb\n" + HELP, "strip", b"\n\nS\n# c\n\n\n\nb\n" + HELP),
        (b"# first\ns.  \r\nb\r\n", "strip", b"# first\nS\nb\r\n"),
        (b"s.", "whitespace", b"S"),
        (b"# s\ns.\n", "whitespace", b"# s\nS\n"),
        (b"s.\r\n\r\nb \r\n", "verbatim", b"S\n\r\nb \r\n"),
    ],
)
def test_a_fix_changes_no_other_line_of_the_file(raw: bytes, mode: str, new: bytes) -> None:
    lines = parse(cleanup(raw, comment="#", mode=mode, verbose=True)).lines
    pieces = [("S",) if line == "s." else (line,) for line in lines]
    assert spliced(raw, lines, pieces) == new
