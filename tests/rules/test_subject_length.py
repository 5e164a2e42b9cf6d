from __future__ import annotations

import pytest
from hostile import BAD, refused_bad
from judging import Case, accepts, rejects

from gitward.rules.subject_length import SubjectLength

A72 = "å" * 72
SKIN = "👍🏽"  # one cluster of two code points

REJECTED = [
    rejects("", "there is no subject", (None, None)),
    rejects("\n\n  \n", "there is no subject", (None, None)),
    rejects("x", "has 1 columns, at least 5 needed", (1, 1)),
    rejects("fix!", "has 4 columns, at least 5 needed", (1, 1)),
    rejects("   fix    ", "has 3 columns", (1, 1)),
    rejects("\n\nfix", "has 3 columns", (3, 1)),
    rejects("fixup! fix", "has 3 columns", (1, 1)),
    rejects("a" * 73, "has 73 columns, 72 allowed", (1, 73)),
    rejects("a" * 73 + "\r\n\r\nbody\r\n", "has 73 columns", (1, 73)),
    rejects(A72 + "å", "has 73 columns", (1, 73)),
    rejects(A72 + "\u0301" + "x", "has 73 columns", (1, 74)),
    rejects("fixup! squash! " + "a" * 73, "has 73 columns", (1, 15 + 73)),
    rejects("  " + "a" * 73, "has 73 columns", (1, 75)),
    rejects("中" * 37, "has 74 columns", (1, 37)),
    rejects("a" * 71 + SKIN, "has 73 columns", (1, 72)),
    rejects("a" * 71 + "👨‍👩‍👧‍👦", "has 73 columns", (1, 72)),
    rejects("https://example.com/" + "x" * 60, "has 80 columns", (1, 73)),
    rejects("x" * (1 << 20), "has 1048576 columns", (1, 73)),
    rejects("ひ" * 11, "has 22 columns, 20 allowed", (1, 11), max=20),
    rejects("中" * 73, "has 73 characters, 72 allowed", (1, 73), unit="code-points"),
    rejects("abcd", "has 4 characters, at least 5", (1, 1), unit="code-points"),
    rejects("Merge branch 'x' " + "of a" * 20, "has 97 columns", (1, 73)),
    rejects(b"caf\xe9" * 19, "has 76 columns", (1, 73)),
]
ACCEPTED = [
    accepts(A72),
    accepts("a" * 72),
    accepts("a" * 72 + "\r\n"),
    accepts("a" * 72 + "   "),
    accepts("12345"),
    accepts("a\u0301" * 72),
    accepts("中" * 36),
    accepts("a" * 70 + SKIN),
    accepts("a" * 70 + "👨‍👩‍👧‍👦"),
    accepts("a" * 70 + "🇩🇪"),
    accepts("squash! " + "a" * 72),
    accepts("修正する"),
    accepts("中" * 72, unit="code-points"),
    accepts("", min=0),
    accepts("x", min=1),
    accepts("x" * 200, max=200),
    accepts("fix: handle the rest\n\n" + "a very long line " * 20),
    accepts("fix: one\nand a second line " + "a" * 80),
    accepts("\ufe0f" * 1000 + "fix: x"),
    accepts(b"caf\xe9 \xff\xfe"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("subject-length")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("subject-length")


def test_bad_input() -> None:
    long = {"long line", "every class", "brackets", "keys", "colons"}
    assert refused_bad("subject-length") == {"empty", "only blank lines", "one byte", "one line feed", "marks", *long}
    assert len(BAD) == 21


def test_options_that_contradict_each_other_are_named() -> None:
    assert SubjectLength(min=10, max=9).conflict() == "min 10 is more than max 9"
    assert SubjectLength(min=9, max=9).conflict() == ""
