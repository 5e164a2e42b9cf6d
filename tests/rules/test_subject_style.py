from __future__ import annotations

import pytest
from hostile import refused_bad
from judging import Case, accepts, commit, judge, rejects

from gitward.rules.subject_style import SubjectStyle

REJECTED = [
    rejects("Handle x.", 'ends with "."', (1, 9)),
    rejects("Handle x...", 'ends with "."', (1, 11)),
    rejects("Handle x…", 'ends with "…"', (1, 9)),
    rejects("Handle x,", 'ends with ","', (1, 9)),
    rejects("处理文件。", 'ends with "。"', (1, 5)),
    rejects("fixup! Handle x.", 'ends with "."', (1, 16)),
    rejects("Handle x!", 'ends with "!"', (1, 9), trailing_punctuation="!"),
    rejects(" Handle x", "begins with white space", (1, 1)),
    rejects("Handle x ", "ends with white space", (1, 9)),
    rejects("Handle  x", "has repeated white space", (1, 7)),
    rejects("Handle \u00a0x", "has repeated white space", (1, 7)),
    rejects("Handle\tx", "has a tab or a control character", (1, 7)),
    rejects("Handle x\n  and y", "the line after the subject is not blank", (2, 1)),
    rejects("Handle x\r\nand y\r\n", "the line after the subject is not blank", (2, 1)),
    rejects("\n\nHandle x\nand y", "the line after the subject is not blank", (4, 1)),
    rejects("Handle x", "begins with a capital letter", (1, 1), case="lower"),
    rejects("A new file", '"A" begins with a capital', (1, 1), case="lower"),
    rejects("feat(a b)!: Handle x", '"Handle" begins with a capital', (1, 13), case="lower"),
    rejects("net: ipv4: Handle x", '"Handle" begins with a capital', (1, 12), case="lower"),
    rejects("fixup! Handle x", '"Handle" begins with a capital', (1, 8), case="lower"),
    rejects("Ändere das", '"Ändere" begins with a capital', (1, 1), case="lower"),
    rejects("Re-add x", '"Re-add" begins with a capital', (1, 1), case="lower"),
    rejects("handle x", '"handle" begins with a small', (1, 1), case="sentence"),
    rejects("don't handle x", '"don\'t" begins with a small', (1, 1), case="sentence"),
    rejects("fix: handle x", '"handle" begins with a small', (1, 6), case="sentence"),
    rejects("änderе das", "begins with a small", (1, 1), case="sentence"),
]
ACCEPTED = [
    accepts("Handle x"),
    accepts("Handle x?"),
    accepts("Handle x!"),
    accepts("Handle x\r\n\r\nBody. \r\n"),
    accepts("Handle x.", trailing_punctuation=""),
    accepts("Handle  x", white_space=False),
    accepts("Handle x\nand y", blank_second_line=False),
    accepts("Handle x\n \t\nand y"),
    accepts("ファイルを　処理する"),
    accepts("X　y"),
    accepts("处理文件", case="lower"),
    accepts("处理文件", case="sentence"),
    accepts("fix: 处理文件", case="sentence"),
    accepts("64 bit numbers", case="sentence"),
    accepts("2nd try", case="lower"),
    accepts("`Handle` is gone", case="lower"),
    accepts('"handle" is gone', case="sentence"),
    accepts("read_file takes a path", case="sentence"),
    accepts("iPhone support", case="sentence"),
    accepts("README: say how", case="lower"),
    accepts("HTTP is not HTTPS", case="lower"),
    accepts("[PATCH] handle x", case="sentence"),
    accepts("feat(API): handle x", case="lower"),
    accepts("PROJ-12: handle x", case="lower"),
    accepts("C parser", case="lower"),
    accepts("Handle x", case="sentence"),
    accepts("აღწერა", case="sentence"),
    accepts("", case="lower"),
    accepts("x", case="lower"),
    accepts(b"caf\xe9 x", case="lower"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("subject-style")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("subject-style")


def test_bad_input() -> None:
    assert refused_bad("subject-style") == {"every class", "keys", "lone CR", "colons"}
    assert refused_bad("subject-style", case="sentence") >= {"CRLF", "one byte", "100,000 lines"}


def test_every_check_that_fails_is_told() -> None:
    found = judge(SubjectStyle(case="lower"), commit("Handle  x.\nand y"))
    assert [(violation.line, violation.column) for violation in found] == [(1, 7), (1, 10), (1, 1), (2, 1)]
