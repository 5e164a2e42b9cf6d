from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward.render.escape import visible, well_formed

EVERYTHING = "".join(map(chr, range(0x110000)))
any_text = st.text(st.characters(exclude_categories=()))
# characters that change how others are shown, and those that show nothing, named here once more and by hand
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u2028\u2029\u2060\u2800\u3164\ufe0f\ufeff\uffa0\U000e0041"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("handle UTF-8", "handle UTF-8"),
        ("été 变更 🎉 e\u0301", "été 变更 🎉 e\u0301"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("one\ntwo\r\n\tthree\0\x7f", "one\\ntwo\\r\\n\\tthree\\x00\\x7f"),
        ("\x85\x9b31m", "\\u0085\\u009b31m"),
        ("caf\udce9 \udc80\udcff", "caf\\xe9 \\x80\\xff"),
        ("\ud800\udfff", "\\ud800\\udfff"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("ma\u200bin \u2060\ufeff", "ma\\u200bin \\u2060\\ufeff"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("main\ufe0f \U000e0041\U000e0101", "main\\ufe0f \\U000e0041\\U000e0101"),
        ("a\u00a0b\u3000c", "a\\u00a0b\\u3000c"),
        ("\ue000 \uffff \U0010ffff \u0378", "\\ue000 \\uffff \\U0010ffff \\u0378"),
        ("##[add-mask]x ##vso[y] ###", "#\\x23[add-mask]x #\\x23vso[y] #\\x23#"),
        ("fixes #12", "fixes #12"),
        ("C:\\new", "C:\\new"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_nothing_that_hides_or_commands_is_left_of_all_of_unicode() -> None:
    shown = visible(EVERYTHING)
    categories = {unicodedata.category(character) for character in shown}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not set(shown) & set(BIDI + INVISIBLE)
    assert {character for character in shown if character.isspace()} == {" "}


def test_what_is_seen_as_itself_is_left_alone() -> None:
    kept = set(visible(EVERYTHING))
    plain = {
        character
        for character in EVERYTHING
        if unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lm", "Nd", "Sm", "Sc", "Sk", "Pd", "Ps", "Pe")
    }
    assert plain <= kept


@given(any_text)
def test_visible_is_idempotent_valid_unicode_and_not_long(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert visible(shown) == shown
    assert "##" not in shown
    assert shown.isprintable()
    assert len(shown) <= 10 * len(text)


@given(any_text, any_text)
def test_visible_works_character_by_character(one: str, other: str) -> None:
    joined = one + " " + other
    assert visible(joined) == f"{visible(one)} {visible(other)}"


@pytest.mark.parametrize(
    ("text", "written"),
    [("été \x1b\u202e##", "été \x1b\u202e##"), ("caf\udce9", "caf\\xe9"), ("\ud83d", "\\ud83d"), ("\udfff", "\\udfff")],
)
def test_well_formed_changes_nothing_but_lone_surrogates(text: str, written: str) -> None:
    assert well_formed(text) == written


@given(st.binary())
def test_any_bytes_become_valid_unicode(raw: bytes) -> None:
    well_formed(raw.decode("utf-8", "surrogateescape")).encode()
