"""Which lines are trailers. The comparison with git itself stands in test_message_git.py."""

from __future__ import annotations

import pytest

from gitward.message import parse


def pairs(text: str) -> list[tuple[str, str]]:
    return [(trailer.key, trailer.value) for trailer in parse(text.encode()).trailers]


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("Key: v\n", [("Key", "v")]),
        ("Fixes: #123, #124\n", [("Fixes", "#123, #124")]),
        ("Signed-off-by: a\nSigned-off-by: b\n", [("Signed-off-by", "a"), ("Signed-off-by", "b")]),
        ("Signed-off-by: a\nSigned-off-by: a\n", [("Signed-off-by", "a"), ("Signed-off-by", "a")]),
        ("Key : v\n", [("Key", "v")]),
        ("Key:v:w\n", [("Key", "v:w")]),
        ("Key:\n", [("Key", "")]),
        ("Key: a\n  b\n\tc\n", [("Key", "a b c")]),
        ("Key:\n  b\n", [("Key", "b")]),
        ("-: v\n", [("-", "v")]),
        ("3: v\n", [("3", "v")]),
        ("body\n\n---\nDetails\n\nSigned-off-by: dependabot\n", [("Signed-off-by", "dependabot")]),
        ("Signed-off-by: a\n(cherry picked from commit 1)\n", [("Signed-off-by", "a")]),
        ("Signed-off-by: a\n\n(cherry picked from commit 1)\n", [("Signed-off-by", "a")]),
        ("Key: v\n\n(cherry picked from commit 1)\n\n(cherry picked from commit 2)\n", [("Key", "v")]),
        ("(cherry picked from commit 1)\nfour\nlines\nof\ntext\nKey: v\n", [("Key", "v")]),
        ("Key: v\n(cherry picked from commit 1)\n1\n 2\n 3\n 4\n 5\n 6\n", [("Key", "v")]),
        ("Key: v\n(cherry picked from commit 1)\n 1\n 2\n 3\n 4\n 5\n 6\n 7\n", [("Key", "v")]),
        ("Key: v\n\nConflicts: with x\n", [("Conflicts", "with x")]),
        ("Key: \u3000v\xa0 \n", [("Key", "\u3000v\xa0")]),
        ("Signed-off-by: a\n\nConflicts:\n\tfile\n", [("Signed-off-by", "a")]),
        ("https://x\nKey: v\n", [("Key", "v")]),
        ("Key: v\nhttps://x\n  more of it\n", [("Key", "v")]),
        ("three\nlines of\ntext\nSigned-off-by: a\n", [("Signed-off-by", "a")]),
        ("three\nlines of\n text\nSigned-off-by: a\n", [("Signed-off-by", "a")]),
    ],
)
def test_trailers(paragraph: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(f"subject\n\n{paragraph}") == expected


@pytest.mark.parametrize(
    "text",
    [
        "Key: v\n",
        "s\nKey: v\n",
        "\n\nKey: v\n",
        "s\n\n Key: v\n",
        "s\n\nfour\nlines\nof\ntext\nSigned-off-by: a\n",
        "s\n\nSigned-off-by: a\n1\n 2\n 3\n 4\n",
        "s\n\nthree\nlines\n of\n text\nSigned-off-by: a\n",
        "s\n\ntext\nKey: v\n",
        "s\n\n folded\nKey: v\n",
        "s\n\nKey: v\n\nlast paragraph\n",
        "s\n\nBREAKING CHANGE: v\n",
        "s\n\nKéy: v\n",
        "s\n\nK_y: v\n",
        "s\n\nKey\v: v\n",
        "s\n\n: v\n",
        "s\n\nsome IMPORTANT: text\n",
        "s\n\nhttps://example.com/1\n",
        "s\n\n# Key: v\n",
        "s\n\nKey: v\n# a line that begins with a sign\n",
        "s\n\n(cherry picked from commit 1)\n",
        "Signed-off-by: a\n\n(cherry picked from commit 1)\n",
        "s\n\ntext\n\n(cherry picked from commit 1)\nand more\n and more\n and more\n and more\n",
    ],
)
def test_no_trailers(text: str) -> None:
    assert pairs(text) == []


def test_trailers_know_their_lines() -> None:
    parsed = parse(b"\ns\n\nbody\n\nA: 1\n  and\nhttps://x\nB: 2\n\n\n")
    assert [(trailer.key, trailer.line) for trailer in parsed.trailers] == [("A", 6), ("B", 9)]
    assert parsed.lines[parsed.trailer_index] == "A: 1"


def test_a_picked_paragraph_ends_the_body() -> None:
    assert parse(b"s\n\nbody\n\n(cherry picked from commit 1)\n").body == ("body", "")
    assert parse(b"\n(cherry picked from commit 1)\n\n(cherry picked from commit 2)\n").trailer_index == 3


def test_the_text_of_other_lines_in_the_block_is_no_trailer() -> None:
    parsed = parse(b"s\n\nsome text\nSigned-off-by: a\n[b: renamed it]\nSigned-off-by: b\n")
    assert [trailer.line for trailer in parsed.trailers] == [4, 6]
    assert parsed.trailer_index == 2
