from __future__ import annotations

import sys
import unicodedata

import pytest
from hostile import refused_bad
from judging import Case, accepts, commit, judge, rejects

from gitward.rules.message_encoding import MessageEncoding

REJECTED = [
    rejects(b"fix: caf\xe9", "message is not UTF-8", (1, 9)),
    rejects(b"fix: x\n\nbody\n\xff\xfe", "message is not UTF-8", (4, 1)),
    rejects(b"fix: \x80", "message is not UTF-8", (1, 6)),
    rejects(b"fix: x\xff", "message is not UTF-8", (1, 7)),
    rejects(b"fix: \xed\xa0\x80 half a pair", "message is not UTF-8", (1, 6)),
    rejects(b"fix: \xc0\xaf overlong", "message is not UTF-8", (1, 6)),
    rejects(commit(b"fix: x", encoding="no-such"), "names no encoding", (1, 1)),
    rejects("fix: a\0b", "NUL character U+0000", (1, 7)),
    rejects("fix: \x1b[31mred", "control character U+001B", (1, 6)),
    rejects("fix: a\x0bb\x0cc", "control character U+000B, 2 such in all", (1, 7)),
    rejects("fix: x\n\nbody\u2028line", "control character U+2028", (3, 5)),
    rejects("fix: x\u2029", "control character U+2029", (1, 7)),
    rejects("fix: a\x85b", "control character U+0085", (1, 7)),
    rejects("fix: \x7f", "control character U+007F", (1, 6)),
    rejects("fix: \x9b31m", "control character U+009B", (1, 6)),
    rejects("fix: a\rb", "carriage return without a line feed U+000D", (1, 7)),
    rejects("fix: a\r\n\r\nbody\r", "carriage return without a line feed", (3, 5)),
    rejects("\ufefffix: x", "byte order mark U+FEFF", (1, 1)),
    rejects("fix: x\n\nbo\ufeffdy", "byte order mark", (3, 3)),
    rejects("fix: \u202edrow\u202c", "changes the direction of text U+202E, 2 such", (1, 6)),
    rejects("fix: \u2066x\u2069", "changes the direction of text U+2066", (1, 6)),
    rejects("fix: שלום\u200f", "changes the direction of text U+200F", (1, 10)),
    rejects("fix: مرحبا\u061c", "changes the direction of text U+061C", (1, 11)),
    rejects("fix: wo\u200brd", "zero-width character U+200B", (1, 8)),
    rejects("fix: a\u200db", "zero-width character U+200D", (1, 7)),
    rejects("fix: a\u200cb", "zero-width character U+200C", (1, 7)),
    rejects("fix: 日\u200d本", "zero-width character U+200D", (1, 7)),
    rejects("fix: می\u200c\u200cخواهم", "zero-width character U+200C", (1, 9)),
    rejects("fix: 👩\u200dx", "zero-width character U+200D", (1, 7)),
    rejects("fix: x\u200d👩", "zero-width character U+200D", (1, 7)),
    rejects("fix: 👩\u200c👩", "zero-width character U+200C", (1, 7)),
    rejects("fix: می\u2060خواهم", "zero-width character U+2060", (1, 8)),
    rejects("fix: สวัสดี\u200b", "zero-width character U+200B", (1, 12)),
    rejects("fix: x\u200bสวัสดี", "zero-width character U+200B", (1, 7)),
    rejects("\u200bfix: x", "zero-width character U+200B", (1, 1)),
    rejects("\u200dfix: x", "zero-width character U+200D", (1, 1)),
    rejects("fix: a\u2060b\u00adc\u2063d", "zero-width character U+2060, 3 such in all", (1, 7)),
    rejects("fix: x\U000e0041\U000e0042", "invisible tag character U+E0041, 2 such", (1, 7)),
    rejects("fix: 🏴\U000e0067\U000e0062 no end", "invisible tag character U+E0067", (1, 7)),
    rejects("\U000e0067\U000e007f: x", "invisible tag character U+E0067, 2 such", (1, 1)),
    rejects("fix: 🏴\U000e0067x\U000e007f", "invisible tag character U+E0067, 2 such", (1, 7)),
    rejects("fix: 🏴" + "\U000e0067" * 7 + "\U000e007f", "invisible tag character U+E0067, 8 such", (1, 7)),
    rejects("fix: 🏴\U000e0067\U000e007f\U000e0067", "invisible tag character U+E0067", (1, 9)),
    rejects("fix: 🏴" + "\U000e0067" * 20 + "\U000e007f", "invisible tag character", (1, 7)),
    rejects("fix: \u202ex", "changes the direction", (1, 6), allow=("zero-width", "control")),
    rejects("fix: a\u200bb\u202ec", "changes the direction", (1, 9), allow=("zero-width",)),
]
ACCEPTED = [
    accepts(""),
    accepts("x"),
    accepts("fix: x\n\n\tindented\ttext\n"),
    accepts("fix: x\r\n\r\nCRLF\r\n"),
    accepts("fix: naïve café, Ωmega, Привет, 日本語, 한국어, مرحبا, שלום"),
    accepts("fix: a\u0301 b\u0308, न\u093fन\u094d"),
    accepts("fix: 😀 👍🏽 ❤️ 1️⃣ 🇩🇪"),
    accepts("fix: 👨\u200d👩\u200d👧\u200d👦 and 🏳️\u200d🌈 and ⛹🏽\u200d♀️ and 🐻\u200d❄️"),
    accepts("fix: 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
    accepts("fix: 🏴" + "\U000e0067" * 6 + "\U000e007f"),
    accepts("🏴\U000e0067\U000e007f: x"),
    accepts("fix: می\u200cخواهم"),
    accepts("fix: क\u094d\u200dष and ক\u09cd\u200cষ"),
    accepts("fix: สวัสดี\u200bครับ"),
    accepts("fix: non\u00a0breaking\u202fand\u3000wide blanks"),
    accepts("fix: \ufffd and \ue000"),
    accepts(commit("fix: caf\xe9".encode("latin-1"), encoding="ISO-8859-1")),
    accepts(commit("fix: 日本語".encode("euc-jp"), encoding="EUC-JP")),
    accepts("fix: \u202ex\u2066", allow=("bidi",)),
    accepts("fix: a\u200bb\ufeff\rc\x1b", allow=("zero-width", "bom", "cr", "control")),
    accepts("fix: a\0b", allow=("nul",)),
    accepts("fix: \U000e0041", allow=("tag",)),
    accepts("# a comment sign\n\n# ------------------------ >8 ------------------------\ntext"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("message-encoding")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("message-encoding")


def test_bad_input() -> None:
    assert refused_bad("message-encoding") == {"not UTF-8", "NUL", "every class", "lone CR", "joiners"}


def test_one_violation_for_each_kind_in_the_order_of_their_places() -> None:
    text = "fix: \u202ea\u200b\ufeff\x07\0\rx\U000e0041\u202e\u200b\x07"
    found = [(violation.message, violation.column) for violation in judge(MessageEncoding(), commit(text))]
    assert found == [
        ("character that changes the direction of text U+202E, 2 such in all", 6),
        ("zero-width character U+200B, 2 such in all", 8),
        ("byte order mark U+FEFF", 9),
        ("control character U+0007, 2 such in all", 10),
        ("NUL character U+0000", 11),
        ("carriage return without a line feed U+000D", 12),
        ("invisible tag character U+E0041", 14),
    ]


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029])
def test_every_control_character_but_line_feed_and_tab_is_refused(code: int) -> None:
    text = f"fix: a{chr(code)}b"
    assert bool(judge(MessageEncoding(), commit(text))) is (code not in (0x09, 0x0A))


INVISIBLE = {
    "control": "0001-0008 000b-000c 000e-001f 007f-009f 2028-2029",
    "bidi": "061c 200e-200f 202a-202e 2066-2069",
    "zero-width": "00ad 180e 200b-200d 2060-2064 206a-206f fff9-fffb",
    "tag": "e0000-e007f",
    "nul": "0000",
    "cr": "000d",
    "bom": "feff",
}


def test_exactly_these_characters_are_refused() -> None:
    wanted = {}
    for kind, spans in INVISIBLE.items():
        for span in spans.split():
            first, _, last = span.partition("-")
            wanted |= dict.fromkeys(range(int(first, 16), int(last or first, 16) + 1), kind)
    for code in range(sys.maxunicode + 1):
        if code not in wanted and unicodedata.category(chr(code)) not in ("Cc", "Cf", "Zl", "Zp", "Zs"):
            continue
        subject = commit(f"a{chr(code)}b")
        assert bool(judge(MessageEncoding(), subject)) is (code in wanted), hex(code)
        if code in wanted:
            assert judge(MessageEncoding(allow=(wanted[code],)), subject) == []


@pytest.mark.parametrize("code", [0x600, 0xDFF, 0xF00, 0x109F, 0x1780, 0x18AF, 0xA800, 0xABFF, 0xFB50, 0xFDFF, 0xFE70, 0xFEFC])
def test_joiners_are_text_after_the_first_and_last_of_a_joining_block_only(code: int) -> None:
    outside = {0x600: 0x5FF, 0xDFF: 0xE00, 0xF00: 0xEFF, 0x109F: 0x10A0, 0x1780: 0x177F, 0x18AF: 0x18B0}
    outside |= {0xA800: 0xA7FF, 0xABFF: 0xAC00, 0xFB50: 0xFB4F, 0xFDFF: 0xFE00, 0xFE70: 0xFE6F, 0xFEFC: 0xFEFD}
    assert judge(MessageEncoding(), commit(f"{chr(code)}\u200cx")) == []
    assert len(judge(MessageEncoding(), commit(f"{chr(outside[code])}\u200cx"))) == 1


@pytest.mark.parametrize(("code", "outside"), [(0x2190, 0x218F), (0x2BFF, 0x2C00), (0x1F000, 0x1EFFF), (0x1FAFF, 0x1FB00)])
def test_joiners_are_text_between_symbols_only(code: int, outside: int) -> None:
    assert judge(MessageEncoding(), commit(f"{chr(code)}\u200d{chr(code)}")) == []
    assert len(judge(MessageEncoding(), commit(f"{chr(outside)}\u200d{chr(code)}"))) == 1
    assert len(judge(MessageEncoding(), commit(f"{chr(code)}\u200d{chr(outside)}"))) == 1


@pytest.mark.parametrize(
    ("code", "outside"), [(0xE00, 0xDFF), (0xEFF, 0xF00), (0x1000, 0xFFF), (0x109F, 0x10A0), (0x17FF, 0x1800)]
)
def test_zero_width_spaces_are_text_between_letters_of_unspaced_scripts_only(code: int, outside: int) -> None:
    assert judge(MessageEncoding(), commit(f"{chr(code)}\u200b{chr(code)}")) == []
    assert len(judge(MessageEncoding(), commit(f"{chr(outside)}\u200b{chr(code)}"))) == 1


def test_a_violation_does_not_hide_another_kind() -> None:
    found = judge(MessageEncoding(), commit(b"fix: caf\xe9 \x07"))
    assert [violation.column for violation in found] == [9, 11]
