"""The hooks of a clone, run by git: what they keep of a denied message, what they add to one, and when they stay out."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
from pathlib import Path

import pytest
from hookscripts import POLICY, TOO_LONG, script

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

TICKETS = "version: 1\npolicy: {id: tickets}\nrules:\n  - rule: ticket-reference\n    pattern: 'PAY-[1-9][0-9]*'\n"
SHORT = "version: 1\npolicy: {id: short}\nrules:\n  - {rule: subject-length, max: 20}\n"
OVER = "subject\n\n" + "long line\n" * 120_000


@pytest.fixture
def work(tmp_path: Path, gitward: Run, git: Git) -> Path:
    """A clone with hooks, one commit on main, in a folder whose name a shell takes apart."""
    path = tmp_path / "my work's"
    git("init", "-q", path)
    (path / ".gitward.yaml").write_text(POLICY)
    (path / "file").write_text("1\n")
    (path / "sub").mkdir()
    git("add", "-A", cwd=path)
    git("commit", "-q", "-m", "begin it", cwd=path)
    assert gitward("install", cwd=path).returncode == 0
    return path


def editor(tmp_path: Path, *lines: str) -> dict[str, str]:
    """An editor that does this to the file `$1`."""
    return {"GIT_EDITOR": shlex.quote(str(script(tmp_path / "editor", *lines)))}


def offered(stderr: str, mark: str = "your message is kept: ") -> str:
    return next(line.partition(mark)[2] for line in stderr.splitlines() if mark in line)


def run(command: str, cwd: Path, env: dict[str, str]) -> None:
    done = subprocess.run(["/bin/sh", "-c", command], cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def log(git: Git, repo: Path, *args: str) -> str:
    return git("log", "-1", "--format=%B", *args, cwd=repo).stdout.strip()


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_the_printed_command_works_from_anywhere_and_brings_no_diff(work: Path, git: Git, tmp_path: Path) -> None:
    (work / "file").write_text("2\n")
    written = editor(tmp_path, f'{{ echo {TOO_LONG}; echo; echo body; cat "$1"; }} > "$1.new"; mv "$1.new" "$1"')
    denied = git("commit", "-a", "-v", cwd=work / "sub", env=written, ok=False)
    assert denied.returncode == 1
    command = offered(denied.stderr)
    kept = Path(shlex.split(command)[-1])
    assert kept.is_absolute()
    assert kept.read_text() == f"{TOO_LONG}\n\nbody\n"
    git("add", "-A", cwd=work)
    run(command, work / "sub", editor(tmp_path, 'sed -i "1s/.*/shorter/" "$1"'))
    assert log(git, work) == "shorter\n\nbody"


def test_an_amendment_has_a_command_of_its_own(work: Path, git: Git, tmp_path: Path) -> None:
    denied = git("commit", "--amend", "-m", TOO_LONG, cwd=work, ok=False)
    run(offered(denied.stderr, "or, to amend a commit: "), work, editor(tmp_path, 'sed -i "1s/.*/amended/" "$1"'))
    assert git("log", "--format=%s", cwd=work).stdout == "amended\n"


def test_lines_that_were_no_comments_stay_in_the_editor(work: Path, git: Git, tmp_path: Path) -> None:
    denied = git("commit", "--allow-empty", "-m", f"{TOO_LONG}\n\n#12 is mended", cwd=work, ok=False)
    run(f"{offered(denied.stderr)} --allow-empty", work, editor(tmp_path, 'sed -i "1s/.*/shorter/" "$1"'))
    assert log(git, work) == "shorter\n\n#12 is mended"


def test_in_a_merge_amending_is_not_offered(work: Path, git: Git, tmp_path: Path) -> None:
    git("checkout", "-q", "-b", "side", cwd=work)
    git("commit", "-q", "--allow-empty", "-m", "on the side", cwd=work)
    git("checkout", "-q", "main", cwd=work)
    policy = work / ".gitward.yaml"
    policy.write_text(POLICY.replace("max: 40", "max: 40, merges: judge"))
    denied = git("merge", "--no-ff", "side", "-m", TOO_LONG, cwd=work, ok=False)
    assert "to amend a commit" not in denied.stderr
    run(offered(denied.stderr), work, editor(tmp_path, 'sed -i "1s/.*/merge it/" "$1"'))
    assert log(git, work) == "merge it"
    assert len(git("log", "-1", "--format=%P", cwd=work).stdout.split()) == 2


def test_in_git_am_the_message_of_the_patch_is_edited_in_place(work: Path, git: Git, tmp_path: Path) -> None:
    (work / "file").write_text("2\n")
    git("commit", "-q", "-a", "--no-verify", "-m", TOO_LONG, cwd=work)
    patch = git("format-patch", "-1", "-o", tmp_path, cwd=work).stdout.strip()
    git("reset", "-q", "--hard", "HEAD~", cwd=work)
    denied = git("am", patch, cwd=work, ok=False)
    assert denied.returncode != 0
    assert "your message is kept" not in denied.stderr
    where, _, command = offered(denied.stderr, "edit the message in ").rpartition(", then, in a terminal: ")
    (path,) = shlex.split(where)
    assert os.path.isabs(path)
    Path(path).write_text("shorter\n")
    here = os.getcwd()
    os.chdir(work)
    try:
        status = pty.spawn(shlex.split(command), lambda number: os.read(number, 1024))
    finally:
        os.chdir(here)
    assert os.waitstatus_to_exitcode(status) == 0
    assert log(git, work) == "shorter"
    assert not Path(path).exists()


def test_in_a_rebase_by_am_the_way_out_is_named(work: Path, git: Git) -> None:
    git("checkout", "-q", "-b", "topic", cwd=work)
    (work / "file").write_text("2\n")
    git("commit", "-q", "-a", "--no-verify", "-m", TOO_LONG, cwd=work)
    git("checkout", "-q", "main", cwd=work)
    git("commit", "-q", "--allow-empty", "-m", "meanwhile", cwd=work)
    denied = git("rebase", "--apply", "main", "topic", cwd=work, ok=False)
    assert "git rebase --abort, then rebase with -i" in denied.stderr
    assert "git am" not in denied.stderr
    git("rebase", "--abort", cwd=work)


def test_the_last_twenty_messages_stay(work: Path, git: Git, gitward: Run) -> None:
    for number in range(21):
        (work / "message").write_text(f"{number:02} {TOO_LONG}")
        assert gitward("hook", "commit-msg", "message", cwd=work).returncode == 1
    git("commit", "--allow-empty", "-m", f"21 {TOO_LONG}", cwd=work, ok=False)
    kept = sorted(path.read_text()[:2] for path in (work / ".git" / "gitward" / "messages").iterdir())
    assert kept == [f"{number:02}" for number in range(2, 22)]


# --- what is added ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", [[], ["-s"]])
def test_an_empty_message_still_aborts_the_commit(work: Path, git: Git, option: list[str]) -> None:
    (work / ".gitward.yaml").write_text(TICKETS)
    git("checkout", "-q", "-b", "feature/PAY-77-thing", cwd=work)
    before = git("rev-parse", "HEAD", cwd=work).stdout
    done = git("commit", "--allow-empty", *option, cwd=work, env={"GIT_EDITOR": "true"}, ok=False)
    assert done.returncode == 1
    assert "gitward: the message is empty but for the trailer that gitward added: aborting" in done.stderr
    assert git("rev-parse", "HEAD", cwd=work).stdout == before
    git("commit", "--allow-empty", *option, "-m", "a thing", cwd=work)
    assert log(git, work).endswith("Refs: PAY-77")


def test_a_message_of_ones_own_that_is_a_trailer_is_left_to_the_rules(work: Path, git: Git) -> None:
    (work / ".gitward.yaml").write_text(TICKETS)
    git("commit", "--allow-empty", "-m", "Refs: PAY-77", cwd=work)
    assert log(git, work) == "Refs: PAY-77"


@pytest.mark.parametrize("policy", ["{", "version: 1\nrulez: []\n"])
def test_no_policy_however_broken_stops_a_commit_that_asks_for_no_verification(work: Path, git: Git, policy: str) -> None:
    (work / ".gitward.yaml").write_text(policy)
    done = git("commit", "--no-verify", "--allow-empty", "-m", "anyway", cwd=work)
    assert "gitward: no ticket was looked for: " in done.stderr
    assert log(git, work) == "anyway"
    assert git("commit", "--allow-empty", "-m", "but judged", cwd=work, ok=False).returncode != 0


def test_a_crash_of_the_offer_stops_no_commit(work: Path, git: Git, gitward: Run) -> None:
    (work / ".gitward.yaml").write_text(TICKETS)
    git("checkout", "-q", "-b", "feature/PAY-77", cwd=work)
    done = gitward("hook", "prepare-commit-msg", "no/such/file", cwd=work)
    assert (done.returncode, done.stderr) == (0, "gitward: no ticket was looked for: it crashed with FileNotFoundError\n")


def test_a_line_end_in_the_path_of_the_clone(tmp_path: Path, git: Git, gitward: Run) -> None:
    path = tmp_path / "two\nlines\n"
    git("init", "-q", path)
    (path / ".gitward.yaml").write_text(POLICY)
    (path / "sub").mkdir()
    (path / "message").write_text(TOO_LONG)
    done = gitward("hook", "commit-msg", "message", cwd=path)
    assert done.returncode == 1
    assert "error[subject-length]" in done.stdout
    (kept,) = (path / ".git" / "gitward" / "messages").iterdir()
    assert shlex.quote(str(kept)) in done.stderr


# --- by which policies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_every_policy_of_the_options_judges(work: Path, git: Git, gitward: Run, tmp_path: Path, order: tuple[int, int]) -> None:
    files = [tmp_path / "short.yaml", tmp_path / "wide.yaml"]
    files[0].write_text(SHORT.replace("rules:\n", "rules:\n  - {rule: ref-name, pattern: 'feature/.*'}\n"))
    files[1].write_text(POLICY)
    options = [word for index in order for word in ("--policy", str(files[index]))]
    (work / "message").write_text("twenty-five characters of it")
    done = gitward("hook", "commit-msg", *options, "message", cwd=work)
    assert done.returncode == 1
    assert done.stdout.count("error[subject-length]") == 1
    assert "policies " in done.stdout
    before = gitward("hook", "pre-commit", *options, cwd=work)
    assert (before.returncode, "error[ref-name]" in before.stdout) == (1, True)
    git("commit", "-q", "--no-verify", "--allow-empty", "-m", "twenty-five characters of it", cwd=work)
    head = git("rev-parse", "HEAD", cwd=work).stdout.strip()
    line = f"refs/heads/main {head} refs/heads/main {'0' * 40}\n"
    pushed = gitward("hook", "pre-push", *options, "origin", "url", cwd=work, stdin=line)
    assert (pushed.returncode, "error[subject-length]" in pushed.stdout) == (1, True)


# --- budgets ----------------------------------------------------------------------------------------------------------


def test_a_message_over_the_budget_is_undecided_at_every_client_stage(work: Path, git: Git, gitward: Run) -> None:
    (work / "message").write_text(OVER)
    hook = gitward("hook", "commit-msg", "message", cwd=work)
    alone = gitward("check", "--message", "message", cwd=work)
    for done in (hook, alone):
        assert done.returncode == 3
        assert f"undecided[too-large] the message has {len(OVER)} bytes, the limit is 1048576" in done.stdout
        assert "fix: shorten the message" in done.stdout
    (work / "message").write_text(OVER[: 1 << 20])
    assert gitward("check", "--message", "message", cwd=work).returncode == 0


@pytest.mark.parametrize("reader", ["plumbing", "libgit2"])
@pytest.mark.parametrize("given", ["HEAD", "HEAD~..HEAD"])
def test_a_commit_over_the_budget_is_reported_in_the_format_that_was_asked_for(
    work: Path, git: Git, gitward: Run, given: str, reader: str
) -> None:
    git("commit", "-q", "--no-verify", "--allow-empty", "-F", "-", cwd=work, stdin=OVER)
    git("repack", "-q", "-a", "-d", cwd=work)
    done = gitward("check", given, "--format", "json", "--reader", reader, cwd=work)
    failure = json.loads(done.stdout)["failure"]
    assert (done.returncode, failure["reason"]) == (3, "too-large")
    assert failure["fix"] == 'shorten its message: git rebase -i, mark it "reword"'


def test_a_revision_that_git_does_not_know_is_a_report_too(work: Path, gitward: Run) -> None:
    done = gitward("check", "no-such-branch", "--format", "json", cwd=work)
    assert (done.returncode, json.loads(done.stdout)["failure"]["reason"]) == (3, "unknown-revision")


# --- the comment sign that git chooses --------------------------------------------------------------------------------


@pytest.mark.parametrize("edit", ["", "sed -i 2d \"$1\""])
def test_under_auto_help_that_ends_in_words_is_help(work: Path, git: Git, tmp_path: Path, edit: str) -> None:
    """With nothing to commit and no list of other files git's help ends in the branch's name."""
    git("config", "core.commentChar", "auto", cwd=work)
    git("config", "status.showUntrackedFiles", "no", cwd=work)
    (work / ".gitward.yaml").write_text(
        "version: 1\npolicy: {id: test}\nrules:\n  - {rule: body-line-length, max: 40}\n"
    )
    git("update-index", "--assume-unchanged", ".gitward.yaml", cwd=work)
    seen = tmp_path / "seen"
    written = editor(tmp_path, edit, f'cp "$1" {shlex.quote(str(seen))}')
    git("commit", "--allow-empty", "-e", "-m", "#12 a subject", cwd=work, env=written)
    assert seen.read_text().splitlines()[-1] == "; On branch main"
    assert log(git, work) == "#12 a subject"
