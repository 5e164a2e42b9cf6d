from __future__ import annotations

import pytest
from hostile import refused_bad
from judging import Case, accepts, commit, judge, rejects

from gitward.rules.body_line_length import BodyLineLength, _without_links

PROSE = "a word " * 10 + "abc"  # 73 columns
URL = "https://example.com/" + "x" * 80


def body(*lines: str) -> str:
    return "\n".join(("fix: x", "", *lines))


REJECTED = [
    rejects(body(PROSE), "the line has 73 columns, 72 allowed", (3, 73)),
    rejects(body("short", "", PROSE), "73 columns", (5, 73)),
    rejects("fix: x\r\n\r\n" + PROSE + "\r\n", "73 columns", (3, 73)),
    rejects("fix: x\n" + PROSE, "73 columns", (2, 73)),
    rejects("\n\nfix: x\n\n" + PROSE, "73 columns", (5, 73)),
    rejects(body(PROSE, "", "Refs: PROJ-1"), "73 columns", (3, 73)),
    rejects(body("a " + "x" * 72), "74 columns", (3, 73)),
    rejects(body("a" + " " * 100 + "b"), "102 columns", (3, 73)),
    rejects(body("word " * 4 + "words " + "x" * 73), "99 columns", (3, 73)),
    rejects(body("```", PROSE, "", "x"), "73 columns", (4, 73)),
    rejects(body("see " + URL + " for what was said about it there"), "the line has 137 columns", (3, 73)),
    rejects(body("word " * 10 + URL), "the line has 150 columns", (3, 73)),
    rejects(body("word " * 14 + "https://a.b/c"), "83 columns", (3, 73)),
    rejects(body("- " + PROSE), "75 columns", (3, 73)),
    rejects(body("1. " + PROSE), "76 columns", (3, 73)),
    rejects(body("[docs](https://a.b/c) " + PROSE), "95 columns", (3, 73)),
    rejects(body("[docs](" + PROSE + ")"), "81 columns", (3, 73)),
    rejects(body("text", "    " + PROSE), "77 columns", (4, 73)),
    rejects(body("```", "never closed", PROSE), "73 columns", (5, 73)),
    rejects(body("```", "code", "```", PROSE), "73 columns", (6, 73)),
    rejects(body("~~~", "```", "~~~", PROSE), "73 columns", (6, 73)),
    rejects(body("word | " + PROSE), "80 columns", (3, 73)),
    rejects(body("Reviewed by: " + PROSE), "86 columns", (3, 73)),
    rejects(body("å" * 40 + " " + "ä" * 40), "81 columns", (3, 73)),
    rejects(body("中文 " * 15), "75 columns", (3, 44)),
    rejects(body("word 👍🏽 " * 10), "80 columns", (3, 73)),
    rejects(body("word " * 5), "25 columns, 20 allowed", (3, 21), max=20),
    rejects(body("Error: " + PROSE, "", "text"), "80 columns", (3, 73), exempt_lines="^Call Trace"),
    rejects(b"fix: x\n\n" + b"caf\xe9 " * 15, "75 columns", (3, 73)),
    rejects(body("--- End of inner exception stack trace --- " + PROSE), "116 columns", (3, 73)),
]
ACCEPTED = [
    accepts(""),
    accepts("fix: " + PROSE),
    accepts(body("a" * 72)),
    accepts(body("å" * 36 + " " + "ä" * 35)),
    accepts(body("中" * 35 + " x")),
    accepts(body("a\u0301" * 36 + " " + "b" * 35)),
    accepts(body(URL)),
    accepts(body("- " + URL)),
    accepts(body("  * " + URL)),
    accepts(body("[1] " + URL)),
    accepts(body("[1]: " + URL)),
    accepts(body("1. " + URL)),
    accepts(body("See " + URL)),
    accepts(body("<" + URL + ">.")),
    accepts(body(f"[the whole discussion of it]({URL})")),
    accepts(body(f"- [the whole discussion of it]({URL})")),
    accepts(body(f"See [the whole discussion of it]({URL}) too.")),
    accepts(body("x" * 300)),
    accepts(body("   " + "x" * 70)),
    accepts(body("- " + "x" * 71)),
    accepts(body("12. " + "x" * 70)),
    accepts(body("[1]: " + "x" * 70)),
    accepts(body("word " * 4 + "abcd " + "x" * 73)),
    accepts(body("```", "", PROSE, "```")),
    accepts(body("in " + "/very/long/path" * 10)),
    accepts(body("> " + PROSE)),
    accepts(body("  > " + PROSE)),
    accepts(body("| " + PROSE + " | x |")),
    accepts(body("a word | another word | " + PROSE)),
    accepts(body("+" + "-" * 100 + "+")),
    accepts(body("```", PROSE, "```")),
    accepts(body("```python", PROSE, "```", "text")),
    accepts(body("~~~", PROSE, "```", PROSE, "~~~")),
    accepts(body("text", "", "    " + PROSE, "    " + PROSE)),
    accepts(body("It says:", "    " + PROSE)),
    accepts(body("\t" + PROSE)),
    accepts(body("text", "", "Signed-off-by: " + PROSE + " <ann@example.com>")),
    accepts(body("Co-authored-by: " + PROSE + " <ann@example.com>", "", "more text below")),
    accepts(body("text", "", "Refs: PROJ-1,", "  " + PROSE)),
    accepts(body("Call Trace: " + PROSE), exempt_lines="^Call Trace"),
    accepts(body(PROSE), max=73),
    accepts(body("at a.b.c.D.e(D.java:12)", "--- End of inner exception stack trace ---")),
    accepts("fix: x\r\n\r\n" + "a" * 72 + "\r\n"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("body-line-length")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("body-line-length")


def test_bad_input() -> None:
    assert refused_bad("body-line-length") == {"long prose", "every class"}
    assert refused_bad("body-line-length", max=20, exempt_lines="^(a+)+$") >= {"long prose", "CRLF"}


def test_a_fence_is_closed_by_a_bare_one_of_its_kind() -> None:
    text = body("```", PROSE, "```x", PROSE, "~~~", PROSE, "````", PROSE, "", "x")
    assert [violation.line for violation in judge(BodyLineLength(), commit(text))] == [10]


@pytest.mark.parametrize(
    ("line", "without"),
    [
        ("[a](b)", ""),
        ("x [a b](c) y", "x  y"),
        ("[a](b)[c](d)", ""),
        ("[a](b) [c](d) e", "  e"),
        ("[a](b c)", "[a](b c)"),
        ("[a](b", "[a](b"),
        ("](b) x", "](b) x"),
        ("](b) [c](d)", "](b) "),
        ("[a](" + "b" * 1_997 + ")", ""),
        ("[a](" + "b" * 1_998 + ")", "[a](" + "b" * 1_998 + ")"),
        ("no link", "no link"),
    ],
)
def test_links_are_taken_out_whole(line: str, without: str) -> None:
    assert _without_links(line) == without


def test_exempt_lines_keep_the_line_numbers_of_the_others() -> None:
    text = body(URL, PROSE, "```", PROSE, "```", "", "> " + PROSE, PROSE, "", "Refs: " + PROSE)
    assert [violation.line for violation in judge(BodyLineLength(), commit(text))] == [4, 10]
