"""Display columns, by hand and against wcwidth, which knows more terminals than a rule may ask about."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from gitward.width import columns, fitting
from timing import cpu_within

SRC = Path(__file__).parent.parent / "src"


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("fix: x", 6),
        ("å" * 72, 72),
        ("a\u030a" * 72, 72),
        ("a\tb", 3),
        ("\x1b[31m", 5),
        ("日本語", 6),
        ("ＡＢ", 4),
        ("ｱｲ", 2),
        ("한글", 4),
        ("\u1112\u1161\u11ab", 2),  # one syllable of three parts
        ("か\u3099", 2),
        ("नमस्ते", 4),
        ("ไทยนี้", 4),
        ("مرحبا", 5),
        ("😀", 2),
        ("👍🏽", 2),
        ("☝🏽", 2),
        ("🏽", 2),
        ("x🏽", 3),
        ("❤", 1),
        ("❤️", 2),
        ("☝", 1),
        ("1️⃣", 2),
        ("™️", 2),
        ("x\ufe0f", 1),
        ("🇩🇪", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 4),
        ("🧑🏻‍❤️‍💋‍🧑🏼", 2),
        ("🐻‍❄️", 2),
        ("⛹🏽‍♀️", 2),
        ("👩‍x", 3),
        ("中‍文", 4),
        ("x\u200d😀", 3),
        ("😀\u200b😀", 4),
        ("\u1100\u1160", 2),
        ("\u1100\u11ff", 2),
        ("\u1100\ud7fb", 2),
        ("\u2190\ufe0f", 2),
        ("\u218b\ufe0f", 1),
        ("\u2bff\ufe0f", 2),
        ("\u2c00\ufe0f", 1),
        ("\U0001f000\ufe0f", 2),
        ("\U0001efff\ufe0f", 1),
        ("\U0001faff", 2),  # not assigned up to Unicode 16, as are these
        ("\U0003fffd", 2),
        ("\U000e0fff", 1),
        ("\u0378", 1),
        ("a\u200bb中", 4),
        ("a\u00adb中", 5),
        ("\udce9\udcff中", 4),
        ("\ufe0f", 0),
        ("\u200d", 0),
    ],
)
def test_columns(text: str, width: int) -> None:
    assert columns(text) == width


def test_columns_of_single_characters_are_those_of_wcwidth() -> None:
    """But for the kinds below.

    Narrower here: symbols and numbers that wcwidth knows from a newer Unicode.
    Wider: spacing marks take a column, as in the C library; line and paragraph separators count as controls do; two
    Hangul fillers.
    """
    narrower, wider = set(), set()
    for character in map(chr, range(0x20, 0x110000)):
        category = unicodedata.category(character)
        if category not in ("Cn", "Cc", "Co", "Cs") and columns(character) != (other := wcwidth.wcwidth(character)):
            (narrower if columns(character) < other else wider).add(category)
    assert narrower <= {"So", "No"}
    assert wider <= {"Mc", "Zl", "Zp", "Lo"}


ALPHABET = "ab ÅçжΩ日本語한글\u0301\u3099ا👍😀❤☝🏽👩💻♀\u200d\ufe0f1#\u200b\udce9"


@given(st.text(ALPHABET), st.text(ALPHABET))
def test_more_text_is_never_narrower(first: str, second: str) -> None:
    assert columns(first) <= columns(first + second) <= columns(first) + columns(second) + len(first) + len(second)
    assert columns(first) <= 2 * len(first)


@given(st.text(ALPHABET))
def test_no_text_is_wider_than_its_bytes(text: str) -> None:
    assert columns(text) <= len(text.encode("utf-8", "surrogatepass"))


@given(st.text(ALPHABET), st.integers(0, 40))
def test_what_fits_is_the_longest_start(text: str, limit: int) -> None:
    fits = fitting(text, limit)
    assert columns(text[:fits]) <= limit
    assert fits == len(text) or columns(text[: fits + 1]) > limit


def test_long_lines_take_linear_time() -> None:
    with cpu_within(10):
        for text in ("x" * (1 << 20), "ж" * (1 << 18), "日" * 90_000, "👩\u200d" * 40_000, "\u0301" * 130_000):
            assert columns(text) >= 0
            assert fitting(text, 72) >= 0


def test_plain_text_loads_no_tables() -> None:
    code = "import sys; from gitward.width import columns; columns('fix: x åäö'); print('unicodedata' in sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
