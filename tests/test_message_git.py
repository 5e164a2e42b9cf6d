"""The same bytes through C git and through gitward.message; every difference on purpose is listed with its reason."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gitward.cleanup import cleanup
from gitward.message import PICKED, parse
from soaking import examples

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}
NO_COMMENT = "core.commentChar=\x01"  # git reads `#` lines of a stored message as comments: the first difference below
SCISSORS = "------------------------ >8 ------------------------\n"


def git(*arguments: str, stdin: bytes = b"", **environment: str) -> bytes:
    completed = subprocess.run(
        ["git", *arguments], input=stdin, stdout=subprocess.PIPE, env=ENVIRONMENT | environment, check=True
    )
    return completed.stdout


def trailers_of_git(text: str, *options: str) -> str:
    return git(*options, "interpret-trailers", "--parse", "--no-divider", stdin=text.encode()).decode()


def trailers_of_ours(text: str) -> str:
    return "".join(f"{trailer.key}: {trailer.value}\n" for trailer in parse(text.encode()).trailers)


# --- trailers --------------------------------------------------------------------------------------------------------

DIFFERENCES = {
    "a stored message has no comments: `#` is text, so it counts among the other lines": (
        "s\n\nKey: v\n# text\n",
        "Key: v\n",
        "",
    ),
    "a stored message has no scissors either": (
        f"s\n\nKey: v\n\n# {SCISSORS}# x\n",
        "Key: v\n",
        "",
    ),
    "a URL is no trailer": (
        "s\n\nhttps://example.com/1\n",
        "https: //example.com/1\n",
        "",
    ),
    "a URL does not keep the lines around it from being trailers": (
        "s\n\nhttps://example.com/1\nKey: v\n",
        "https: //example.com/1\nKey: v\n",
        "Key: v\n",
    ),
    "forges write the picked line below the trailers as a paragraph of its own": (
        "s\n\nSigned-off-by: a\n\n(cherry picked from commit 1)\n",
        "",
        "Signed-off-by: a\n",
    ),
    "the subject is no trailer, with blank lines above it neither": (
        "\nKey: v\n",
        "Key: v\n",
        "",
    ),
    "CRLF is LF: a CR is no white space in front of `:`, and none in a folded value": (
        "s\r\n\r\nKey: a\r\n b\r\n",
        "Key: a\r b\n",
        "Key: a b\n",
    ),
    "a list of conflicts ends the message with and without a final LF": (
        "s\n\nKey: v\n\nConflicts:",
        "Conflicts: \n",
        "Key: v\n",
    ),
}


@pytest.mark.parametrize("reason", DIFFERENCES)
def test_trailers_that_differ_on_purpose(reason: str) -> None:
    text, theirs, ours = DIFFERENCES[reason]
    assert (trailers_of_git(text), trailers_of_ours(text)) == (theirs, ours)


LINES = [
    *("Signed-off-by: A <a@b>", "signed-off-by: b", "Key: v", "Key: v ", "key-2\t :v", "Key:", "-: v", ": v", "K\v: v"),
    *("text", "more text", " folded", "\tfolded ", " \r", "", "", "", " ", "\v", "---", "# sign", "Kéy: v", "a b: c"),
    *(PICKED + "1)", "Conflicts:", "\tfile", "BREAKING CHANGE: x", "Signed-off-by:x", " Key: v", "Key: v: w", "\r: v"),
]


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=14), st.sampled_from(["s\n\n", "s\n", "s\n\ntext\n\n"]))
def test_trailers_are_those_of_git(lines: list[str], start: str) -> None:
    text = start + "".join(f"{line}\n" for line in lines)
    last = re.split(r"\n(?:[ \t\r]*\n)+", text.strip("\n \t\r").partition("\n")[2])[-1]
    assume(not all(line.startswith(PICKED) for line in last.split("\n")))
    assert trailers_of_ours(text) == trailers_of_git(text, "-c", NO_COMMENT)


def test_dependabot_keeps_its_sign_off() -> None:
    text = "bump x\n\n---\nupdated-dependencies:\n- x\n...\n\nSigned-off-by: dependabot[bot] <support@github.com>\n"
    assert trailers_of_ours(text) == "Signed-off-by: dependabot[bot] <support@github.com>\n"
    assert git("interpret-trailers", "--parse", stdin=text.encode()) == b""  # why --no-divider is needed above


# --- cleanup ---------------------------------------------------------------------------------------------------------

RAGGED = st.lists(st.sampled_from([b"a", b"#", b" ", b"\t", b"\r", b"\v", b"\f", b"\n", b"\n\n", b"\xff", b";"])).map(
    b"".join
)


@settings(max_examples=examples(150), deadline=None)
@given(RAGGED, st.sampled_from("#;"))
def test_white_space_goes_as_with_stripspace(raw: bytes, comment: str) -> None:
    configured = ("-c", f"core.commentChar={comment}", "stripspace")
    assert cleanup(raw, comment=comment, mode="whitespace", verbose=False) == git(*configured, stdin=raw)
    assert cleanup(raw, comment=comment, mode="strip", verbose=False) == git(*configured, "-s", stdin=raw)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose commit-msg hook keeps the file it is given, and an editor that puts `text` at its top."""
    git("init", "--quiet", "--initial-branch=main", str(tmp_path / "r"))
    hook = tmp_path / "r/.git/hooks/commit-msg"
    hook.write_text('#!/bin/sh\ncat "$1" >"$GIT_DIR/../../file"\n')
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ncat "${0%/*}/text" "$1" >"$1.new" && mv "$1.new" "$1"\n')
    for script in (hook, editor):
        script.chmod(0o755)
    (tmp_path / "r/file").write_text("changed\n")
    return tmp_path


def commit(root: Path, text: str, *arguments: str) -> tuple[bytes, bytes]:
    """Commit, with `text` typed in the editor unless -m is given: (what the hook was given, what was stored)."""
    (root / "text").write_bytes(text.encode())
    settings_of = [part for pair in arguments if pair.startswith("core.") for part in ("-c", pair)]
    rest = [argument for argument in arguments if not argument.startswith("core.")]
    where = ["--git-dir", str(root / "r/.git"), "--work-tree", str(root / "r"), *settings_of]
    git(*where, "add", "file")
    git(*where, "commit", "--quiet", *rest, GIT_EDITOR=str(root / "editor"))
    return (root / "file").read_bytes(), git(*where, "cat-file", "commit", "HEAD").partition(b"\n\n")[2]


TYPED = "s \n\n\n# a sign\nbody\n; another\n\nKey: v\n"
CUT = f"s\n\n# {SCISSORS}no comment below\n"


@pytest.mark.parametrize(
    ("text", "arguments", "options"),
    [
        (TYPED, (), ("#", "strip", False)),
        (TYPED, ("-v",), ("#", "strip", True)),
        (TYPED, ("-vv",), ("#", "strip", True)),
        (TYPED, ("--cleanup=scissors",), ("#", "scissors", False)),
        (TYPED, ("--cleanup=scissors", "-v"), ("#", "scissors", True)),
        (TYPED, ("--cleanup=whitespace",), ("#", "whitespace", False)),
        (TYPED, ("--cleanup=whitespace", "-v"), ("#", "whitespace", True)),
        (TYPED, ("--cleanup=verbatim",), ("#", "verbatim", False)),
        (TYPED, ("--cleanup=verbatim", "-v"), ("#", "verbatim", True)),
        (TYPED, ("--no-status",), ("#", "strip", False)),
        (TYPED, ("core.commentChar=;",), (";", "strip", False)),
        (TYPED, ("core.commentChar=;", "-v"), (";", "strip", True)),
        (TYPED, ("core.commentChar=;", "--cleanup=scissors"), (";", "scissors", False)),
        ("", ("-m", TYPED), ("#", "whitespace", False)),
        ("", ("-m", TYPED, "--cleanup=strip"), ("#", "strip", False)),
        ("", ("-m", TYPED, "--cleanup=verbatim"), ("#", "verbatim", False)),
        ("", ("-m", TYPED, "--cleanup=scissors"), ("#", "whitespace", False)),
        ("", ("-m", CUT), ("#", "whitespace", False)),
        ("", ("-m", "#1 s", "--edit", "core.commentChar=auto"), ("", "strip", False)),
        ("", ("-m", "#1 s", "--edit", "core.commentChar=auto", "-v"), ("", "strip", True)),
        ("", ("-m", "#1 s", "--edit", "core.commentChar=auto", "--cleanup=scissors"), ("", "scissors", False)),
        (CUT, (), ("#", "strip", False)),
        (CUT.replace("\n", "\r\n"), ("--cleanup=scissors",), ("#", "scissors", False)),
    ],
)
def test_the_file_becomes_what_git_stores(
    repository: Path, text: str, arguments: tuple[str, ...], options: tuple[str, str, bool]
) -> None:
    given_to_hook, stored = commit(repository, text, *arguments)
    comment, mode, verbose = options
    assert cleanup(given_to_hook, comment=comment, mode=mode, verbose=verbose) == stored
    assert (b"diff --git" in given_to_hook) == ("-v" in arguments or "-vv" in arguments)
    assert b"diff --git" not in stored


@pytest.mark.parametrize(
    ("reason", "arguments"),
    [
        ("git cuts at a scissors line that it did not write; the longer text is judged", ("-v",)),
        ("the same with scissors cleanup", ("--cleanup=scissors",)),
    ],
)
def test_cleanup_that_differs_on_purpose(repository: Path, reason: str, arguments: tuple[str, ...]) -> None:
    given_to_hook, stored = commit(repository, CUT, *arguments)
    assert stored == b"s\n"
    mode = "scissors" if "--cleanup=scissors" in arguments else "strip"
    longer = cleanup(given_to_hook, comment="#", mode=mode, verbose="-v" in arguments)
    assert longer.startswith(stored), reason
    assert longer.endswith(b"no comment below\n")
    assert b"diff --git" not in longer


def test_conflicts_below_the_scissors_of_a_merge(repository: Path) -> None:
    where = ["--git-dir", str(repository / "r/.git"), "--work-tree", str(repository / "r")]
    commit(repository, "", "-m", "base")
    git(*where, "branch", "other")
    for branch, line in (("other", "one\n"), ("main", "two\n")):
        git(*where, "checkout", "--quiet", branch)
        (repository / "r/file").write_text(line)
        commit(repository, "", "-m", line)
    merge = ["git", *where, "-c", "commit.cleanup=scissors", "merge", "other"]
    assert subprocess.run(merge, capture_output=True, env=ENVIRONMENT).returncode == 1
    given_to_hook, stored = commit(repository, "", "--cleanup=scissors")
    assert b"# Conflicts:\n#\tfile\n" in given_to_hook
    assert cleanup(given_to_hook, comment="#", mode="scissors", verbose=False) == stored == b"Merge branch 'other'\n"
