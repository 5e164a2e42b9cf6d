"""What is left of a commit-msg file. The comparison with git itself stands in test_message_git.py."""

from __future__ import annotations

import pytest

from gitward.cleanup import cleanup
from gitward.errors import UsageError

SCISSORS = b"# ------------------------ >8 ------------------------\n"
BELOW = SCISSORS + b"# Do not modify\ndiff --git a/x b/x\n"


def clean(raw: bytes, mode: str = "strip", *, comment: str = "#", verbose: bool = False) -> bytes:
    return cleanup(raw, comment=comment, mode=mode, verbose=verbose)


def test_modes() -> None:
    raw = b"\n\n s \t\r\n\n\n# help\nbody"
    assert clean(raw, "strip") == clean(raw, "default") == b" s\n\nbody\n"
    assert clean(raw, "whitespace") == clean(raw, "scissors") == b" s\n\n# help\nbody\n"
    assert clean(raw, "verbatim", verbose=True) == raw
    assert clean(b"\n# help\n \n") == b""


def test_an_unknown_mode_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"commit\.cleanup is 'scissor'") as caught:
        clean(b"s\n", "scissor")
    assert caught.value.fix == "git knows default, strip, whitespace, verbatim, scissors"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"s\n" + BELOW, b"s\n"),
        (BELOW, b""),
        (b"s\n" + SCISSORS + b"own\n" + BELOW, b"s\n" + SCISSORS + b"own\n"),
        (b"s\n" + SCISSORS + SCISSORS + b"own\n", b"s\n"),
        (b"s\n" + SCISSORS, b"s\n" + SCISSORS),
        (b"s\n" + SCISSORS.replace(b"\n", b"\r\n") + b"# x\n", b"s\n" + SCISSORS + b"# x\n"),
        (b"s " + SCISSORS + b"# x\n", b"s " + SCISSORS + b"# x\n"),
        (b"s\n" + SCISSORS.replace(b"#", b";") + b"; x\n", b"s\n" + SCISSORS.replace(b"#", b";") + b"; x\n"),
    ],
)
def test_scissors(raw: bytes, expected: bytes) -> None:
    assert clean(raw, "scissors") == expected
    assert clean(raw, "whitespace", verbose=True) == expected


def test_without_a_diff_nothing_is_cut() -> None:
    raw = b"s\n" + BELOW
    assert clean(raw, "whitespace") == raw
    assert clean(raw, "strip") == b"s\ndiff --git a/x b/x\n"
    assert clean(raw, "verbatim", verbose=True) == b"s\n"


def test_a_comment_sign_of_several_characters() -> None:
    raw = BELOW.replace(b"#", b"//")
    assert clean(b"s\n/ one\n// two\n" + raw, comment="//", verbose=True) == b"s\n/ one\n"
    assert clean("s\n§ two\n§1\n".encode(), comment="§") == b"s\n"


def test_under_auto_the_sign_is_read_from_what_git_wrote() -> None:
    help_lines = b"\n; Please enter the message.\n;\n; On branch main\n;\n"
    assert clean(b"#1 s\n" + help_lines, comment="") == b"#1 s\n"
    assert clean(b"#1 s\n" + BELOW.replace(b"#", b";"), comment="", verbose=True) == b"#1 s\n"
    assert clean(b"#1 s\n; Please enter the message.\n;\n; On branch main\n", comment="") == b"#1 s\n"


@pytest.mark.parametrize("raw", [b"s\n\n; one\n; two\n", b"s\n\n;\n*\n", b"s\n\n; one\n#;\n", b"\xff\n"])
def test_where_auto_gives_nothing_away_the_longer_text_is_judged(raw: bytes) -> None:
    assert clean(raw, comment="") == raw
