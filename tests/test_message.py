from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward import message
from gitward.cleanup import cleanup
from gitward.message import parse
from timing import cpu_within

# --- parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "lines", "indices", "subject"),
    [
        (b"", (), (0, 0, 0), ""),
        (b"\n", ("",), (1, 1, 1), ""),
        (b" \t\r\n\n", (" \t", ""), (2, 2, 2), ""),
        (b"s", ("s",), (0, 1, 1), "s"),
        (b"s\n", ("s",), (0, 1, 1), "s"),
        (b"s\n\n", ("s", ""), (0, 2, 2), "s"),
        (b"s\nsecond\n", ("s", "second"), (0, 1, 2), "s"),
        (b"s\n\v\n", ("s", "\v"), (0, 1, 2), "s"),
        (b"s\n \nbody\n", ("s", " ", "body"), (0, 2, 3), "s"),
        (b"s\n\n\nbody\n", ("s", "", "", "body"), (0, 2, 4), "s"),
        (b"\n \n  s \n\nbody\n\nK: v\n", ("", " ", "  s ", "", "body", "", "K: v"), (2, 4, 6), "  s "),
        (b"s\n\nK: v\n", ("s", "", "K: v"), (0, 2, 2), "s"),
        (b"s\n\nb\n\nK: v\n\n\n", ("s", "", "b", "", "K: v", "", ""), (0, 2, 4), "s"),
    ],
)
def test_parts(raw: bytes, lines: tuple[str, ...], indices: tuple[int, int, int], subject: str) -> None:
    parsed = parse(raw)
    assert parsed.lines == lines
    assert (parsed.subject_index, parsed.body_index, parsed.trailer_index) == indices
    assert (parsed.subject, parsed.marks, parsed.problem, parsed.raw) == (subject, "", "", raw)


def test_body_ends_where_the_trailers_start() -> None:
    parsed = parse(b"s\n\none\n\ntwo\n\nK: v\n")
    assert parsed.body == ("one", "", "two", "")
    assert parse(b"s\n\nK: v\n").body == ()


def test_crlf_is_read_as_lf() -> None:
    text = "s\n\nbody\n\nKey: v\n folded\n"
    unix, windows = parse(text.encode()), parse(text.replace("\n", "\r\n").encode())
    assert windows.text == text
    assert (windows.lines, windows.trailers, windows.trailer_index) == (unix.lines, unix.trailers, unix.trailer_index)


@pytest.mark.parametrize("character", ["\r", "\v", "\f", "\x1c", "\x85", "\u2028"])
def test_only_lf_ends_a_line(character: str) -> None:
    parsed = parse(f"one{character}two\n\nK: a{character}b\n".encode())
    assert parsed.subject == f"one{character}two"
    assert parsed.trailers[0].value == f"a{character}b"


@pytest.mark.parametrize("character", ["\v", "\f", "\x1c", "\x85", "\xa0", "\u3000"])
def test_white_space_of_unicode_is_no_blank_line(character: str) -> None:
    assert parse(f"{character}\ns\n".encode()).subject == character
    assert parse(f"s\n{character}\nK: v\n".encode()).trailers == ()


@pytest.mark.parametrize(
    ("title", "marks", "subject"),
    [
        ("fixup! bad", "fixup! ", "bad"),
        ("fixup! squash! fixup! bad", "fixup! squash! fixup! ", "bad"),
        ("amend! bad", "amend! ", "bad"),
        ("fixup!   squash! \tbad", "fixup!   squash! \t", "bad"),
        ("fixup! ", "fixup! ", ""),
        ("fixup!", "", "fixup!"),
        ("fixup!bad", "", "fixup!bad"),
        ("Fixup! bad", "", "Fixup! bad"),
        (" fixup! bad", "", " fixup! bad"),
        ("fixup: bad", "", "fixup: bad"),
        ("wip fixup! bad", "", "wip fixup! bad"),
    ],
)
def test_marks(title: str, marks: str, subject: str) -> None:
    parsed = parse(f"{title}\n".encode())
    assert (parsed.marks, parsed.subject) == (marks, subject)


# --- encodings -------------------------------------------------------------------------------------------------------


def test_bytes_that_are_no_utf8() -> None:
    parsed = parse(b"caf\xe9\n")
    assert parsed.problem == "message is not UTF-8, and no header says what"
    assert parsed.subject == "caf\udce9"
    assert parsed.text.encode("utf-8", "surrogateescape") == b"caf\xe9\n"
    assert parse(b"\xed\xa0\x80\n").problem  # a surrogate, encoded
    assert parse(b"\xc0\xae\n").problem  # overlong
    assert parse("café\n".encode()).problem == ""


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("ISO-8859-1", "café"),
        ("iso8859-15", "5 €"),
        ("ISO_8859-2", "zażółć"),
        ("latin1", "café"),
        ("Windows-1251", "привет"),
        ("CP1252", "café"),
        ("KOI8-R", "привет"),
        ("koi8-u", "їжак"),
        ("EUC-JP", "日本語"),
        ("Shift_JIS", "日本語"),
        ("SJIS", "日本語"),
        ("cp932", "日本語"),
        ("ISO-2022-JP", "日本語"),
        ("EUC-KR", "한국어"),
        ("GB2312", "中文"),
        ("gbk", "中文"),
        ("GB-18030", "中文"),
        ("Big5", "中文"),
        ("CP866", "привет"),
        ("macroman", "café"),
        ("US-ASCII", "plain"),
        ("utf8", "café"),
        ("UTF-8", "café"),
    ],
)
def test_encoding_header(header: str, text: str) -> None:
    codec = message._CODECS[header.lower().replace("-", "").replace("_", "")]
    parsed = parse(f"{text}\n\nK: {text}\n".encode(codec), header)
    assert (parsed.subject, parsed.trailers[0].value, parsed.problem) == (text, text, "")


UNREAD = (
    "utf-7 utf-16 utf-32 utf-8-sig cp037 idna punycode rot13 hex zlib base64 unicode_escape raw_unicode_escape "
    "undefined mbcs ../../tmp/evil os.path antigravity \x1b[31m \0"
)


@pytest.mark.parametrize("header", UNREAD.split(" "))
def test_no_other_name_reaches_the_codec_registry(header: str) -> None:
    asked: list[str] = []
    ask = asked.append
    codecs.register(ask)  # the registry asks it for every name that Python itself has no codec for
    try:
        parsed = parse(b"+ADw-tag+AD4- caf\xc3\xa9\n", header)
    finally:
        codecs.unregister(ask)
    assert asked == []
    assert parsed.subject == "+ADw-tag+AD4- café"
    assert parsed.problem == f"encoding header names no encoding that gitward reads: {header}"


def test_a_bogus_encoding_is_quoted_in_part() -> None:
    assert len(parse(b"s\n", "x" * 1_000_000).problem) < 130


def test_every_listed_encoding_exists_and_keeps_ascii_and_lines() -> None:
    ascii_text = "".join(chr(code) for code in (9, 10, 13, *range(32, 127)))
    for name, codec in message._CODECS.items():
        assert parse(ascii_text.encode(), name).text == ascii_text, codec
        for byte in range(256):
            if byte != ord("\n"):
                assert "\n" not in bytes([byte]).decode(codec, "replace"), (codec, byte)


def test_bytes_that_the_named_encoding_does_not_have() -> None:
    parsed = parse(b"caf\xe9\n", "utf-8")
    assert (parsed.problem, parsed.subject) == ("message is not utf-8", "caf\udce9")
    assert parse(b"\xff\xff\n", "euc-jp").problem == "message is not euc-jp"


# --- any input -------------------------------------------------------------------------------------------------------

LINES = ["K: v", "Signed-off-by: a", "(cherry picked from commit 1)", "Conflicts:", "#", "é", "x://y", "fixup! "]
PIECES = ["\n", "\n\n", " ", "\t", "\r", *LINES]
MESSAGES = st.binary() | st.lists(st.sampled_from(PIECES)).map(lambda pieces: "".join(pieces).encode())


@given(MESSAGES, st.text(max_size=12) | st.sampled_from(sorted(message._CODECS)))
def test_any_bytes_parse(raw: bytes, encoding: str) -> None:
    parsed = parse(raw, encoding)
    count = len(parsed.lines)
    assert parsed.raw == raw
    assert "\n".join(parsed.lines) in (parsed.text, parsed.text[:-1])
    assert 0 <= parsed.subject_index <= parsed.body_index <= parsed.trailer_index <= count
    assert not any(line.strip(" \t\r") for line in parsed.lines[: parsed.subject_index])
    if parsed.subject_index < count:
        assert parsed.lines[parsed.subject_index] == parsed.marks + parsed.subject
    for trailer in parsed.trailers:
        assert parsed.trailer_index < trailer.line <= count
        assert parsed.lines[trailer.line - 1].startswith(trailer.key)


@given(st.binary())
def test_utf8_loses_nothing(raw: bytes) -> None:
    assert parse(raw).text.encode("utf-8", "surrogateescape") == raw.replace(b"\r\n", b"\n")


MANY = 300_000  # what is quadratic takes minutes


SCISSORS = b"# ------------------------ >8 ------------------------\n"
LARGE = {
    "blank": b"\n" * 10 * MANY,
    "lines": b"s\n\n" + b"a\n" * 3 * MANY,
    "folds": b"s\n\nK: v\n" + b" a\n" * 3 * MANY,
    "trailers": b"s\n\n" + b"Key: v\n" * 150_000,
    "picked": b"s\n\n" + b"(cherry picked from commit \n\n" * MANY,
    "conflicts": b"s\n\n" + b"Conflicts:\n" * 3 * MANY,
    "marks": b"fixup! " * 150_000,
    "line": b"a" * MANY,
    "key": b"s\n\n" + b"a" * MANY + b" " * MANY + b"a",
    "dashes": b"s\n\n" + b"-" * MANY + b" " * MANY + b": v",
    "cut": (b"s\n" + SCISSORS) * 50_000,
    "bytes": b"\xff" * MANY,
}


@pytest.mark.parametrize("name", LARGE)
def test_time_is_linear(name: str) -> None:
    raw = LARGE[name]
    with cpu_within(10):
        parse(raw)
        if len(raw) < 10 * MANY:
            cleanup(raw, comment="#", mode="strip", verbose=True)
            cleanup(raw, comment="", mode="scissors", verbose=True)
