from __future__ import annotations

import pytest
from hostile import BAD, refused_bad
from judging import Case, accepts, commit, judge, rejects

from gitward.cleanup import cleanup
from gitward.rules.ticket_reference import TicketReference

ISSUE = {"pattern": r"#[1-9][0-9]*"}
REPO = {"pattern": r"([\w.-]+/[\w.-]+)?#[1-9][0-9]*"}
GH = {"pattern": "(?i)gh-[1-9][0-9]*"}
CHANGE = {"pattern": "CHG[0-9]{7}"}
BODY = {"in_": ("body",)}

REJECTED = [
    rejects("", "no ticket in the subject or the trailers", (None, None)),
    rejects("fix: handle UTF-8", "no ticket in the subject or the trailers", (None, None)),
    rejects("fix: PROJ-0 is none", "no ticket"),
    rejects("fix: PROJ-012 is none", "no ticket"),
    rejects("fix: PROJ-12abc is none", "no ticket"),
    rejects("fix: xPROJ-12 is none", "no ticket"),
    rejects("fix: abc-123 is none", "no ticket"),
    rejects("fix: P-12 is none", "no ticket"),
    rejects("fix: PROJ-12_x and _PROJ-12 and 1PROJ-12", "no ticket"),
    rejects("fix: éPROJ-12 and PROJ-12é and PROJ-12日本", "no ticket"),
    rejects("fix: X-PROJ-12 and PROJ-12-34 and PROJ-12.5", "no ticket"),
    rejects("fix: &PROJ-12; and PROJ-12@example.com", "no ticket"),
    rejects("fix: see https://tickets.example.com/browse/PROJ-12", "no ticket"),
    rejects("fix: see <https://example.com/PROJ-12> (http://example.com/?id=PROJ-12)", "no ticket"),
    rejects("fix: see www.example.com/PROJ-12 and tickets.example.com/browse/PROJ-12", "no ticket"),
    rejects("fix: see www.example.com?id=PROJ-12 and http://localhost/PROJ-12 and example.com/PROJ-12", "no ticket"),
    rejects("fix: see a#PROJ-12", "no ticket"),
    rejects("fix: an empty word is none", "no ticket", pattern="q*"),
    rejects("fix: see [it](https://example.com/PROJ-12)", "no ticket"),
    rejects("fix: see guide.md#PROJ-12 and docs/#PROJ-12", "no ticket"),
    rejects("fix: SHA-256, SHA-1, ISO-8859, ISO-8859-1, CVE-2024-1234, RFC-822", "no ticket"),
    rejects("fix: ISO8859-1 and ISO8859-15, as JSR-305 and JEP-400 have it, under BSD-3-Clause", "no ticket"),
    rejects("fix: utf-8 and Utf-16", "no ticket", pattern="(?i)[a-z]+-[0-9]+"),
    rejects("fix: UTF8 and SHA256", "no ticket", pattern="[A-Z]+[0-9]+"),
    rejects("fix: CVE-2024-1234", "no ticket", pattern="CVE-[0-9]+-[0-9]+"),
    rejects("fix: X-509 and BASE-64", "no ticket", pattern="[A-Z]+-[0-9]+"),
    rejects("fix: ISO-8859", "no ticket", allow=("UTF", "SHA")),
    rejects("fix: x\n\nbody PROJ-12", "no ticket in the subject or the trailers"),
    rejects("PROJ-12: x", "no ticket in the trailers", in_=("trailers",)),
    rejects("PROJ-12: x\n\nRefs: PROJ-12", "no ticket in the body", **BODY),
    rejects("fix: x\n\nReviewed-by: PROJ-12 Bot <bot@example.com>\nCc: PROJ-12", "no ticket"),
    rejects("fix: x\n\nLink: https://example.com/PROJ-12", "no ticket"),
    rejects("fix: PROJ-1 and PROJ-1 again", "1 of 2 tickets in the subject or the trailers", count=2),
    rejects("PROJ-1: x\n\nRefs: PROJ-1", "1 of 2 tickets", count=2),
    rejects("fix: foo#12 and owner/repo#3", "no ticket", **ISSUE),
    rejects("fix: https://example.com/owner/repo/pull/3#12 page#12", "no ticket", **ISSUE),
    rejects("fix: #0, #012, #12a, &#12;", "no ticket", **ISSUE),
    rejects("fix: https://example.com/owner/repo#3", "no ticket", **REPO),
    rejects("fix: agh-4", "no ticket", **GH),
    rejects("fix: CHG00012345", "no ticket", **CHANGE),
    rejects("fix: chg0001234", "no ticket", **CHANGE),
    rejects(b"fix: PROJ-12\xe9 \xff", "no ticket", pattern=r"PROJ-12\pL"),
    rejects("fix: x", "no ticket", pattern=r"\QPROJ-1"),
]
ACCEPTED = [
    accepts("PROJ-12: x"),
    accepts("fix: PROJ-12 handle UTF-8"),
    accepts("fix(PROJ-12): x"),
    accepts("[PROJ-12] x"),
    accepts("fix: x (PROJ-12)."),
    accepts("fix: x, PROJ-12."),
    accepts("fix: x PROJ-12, PROJ-13; PROJ-14", count=3),
    accepts("fix: PROJ-12/PROJ-13", count=2),
    accepts("PROJ-12-handle-the-file"),
    accepts("fix: --PROJ-12--"),
    accepts("fix: #PROJ-12"),
    accepts("fix: a.b.PROJ-12"),
    accepts("fix: 'PROJ-12' and \"PROJ-13\" and `PROJ-14`", count=3),
    accepts("修正：PROJ-12 を直す"),
    accepts("fix: feature/PROJ-12 by hand"),
    accepts("fix: UTF-8 as PROJ-12 asks"),
    accepts("fixup! PROJ-12: x"),
    accepts("fix: [PROJ-12](https://example.com/browse/PROJ-12)"),
    accepts("fix: x\n\nRefs: PROJ-12"),
    accepts("fix: x\r\n\r\nRefs: PROJ-12\r\n"),
    accepts("fix: x\n\nRefs: PROJ-1,\n  PROJ-2", count=2),
    accepts("fix: x\n\nbody\n\nPROJ-12: as asked"),
    accepts("PROJ-1: x\n\nRefs: PROJ-2", count=2),
    accepts("fix: x\n\nsee PROJ-12\nfor more", **BODY),
    accepts("fix: x\n\n- PROJ-1\n- PROJ-2\n", **BODY, count=2),
    accepts("fix: ISO-9001", allow=("ISO",)),
    accepts("fix: CVE-2024-1234", allow=("cve",), pattern="CVE-[0-9]+-[0-9]+"),
    accepts("fix: x (#12)", **ISSUE),
    accepts("#1 Comment", **ISSUE),
    accepts("fix: x\n\nCloses #1, #2", **ISSUE, **BODY, count=2),
    accepts("fix: x\n\nCloses #1, owner/repo#3, #1", **REPO, **BODY, count=2),
    accepts("fix: owner/repo#3", **REPO),
    accepts("fix: gh-4", **GH),
    accepts("GH-4: x", **GH),
    accepts("fix: CHG0001234", **CHANGE),
    accepts("Bug 12: x", pattern="(?i)bug [0-9]+"),
    accepts("fix: PROJ-1", pattern=r"\QPROJ-1"),
    accepts("fix: PROJ-12", pattern="PROJ-[0-9]+?"),
    accepts(b"fix: caf\xe9 PROJ-12 \xff"),
    accepts("fix: a\0 PROJ-12"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("ticket-reference")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("ticket-reference")


def test_bad_input() -> None:
    named = {"CRLF", "emoji", "100,000 trailers", "keys"}
    assert refused_bad("ticket-reference") == set(BAD) - named | {"keys"}
    assert refused_bad("ticket-reference", in_=("subject", "body", "trailers"), pattern="(a+)+b|x*") == set(BAD) - {
        "one byte", "marks",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "fix"),
    [
        ({}, 'add a line such as "Refs: PROJ-123"'),
        (CHANGE, 'add a line such as "Refs: ...", where ... matches CHG[0-9]{7}'),
        ({"in_": ("subject",)}, 'name it in the subject, such as "PROJ-123"'),
        ({"in_": ("subject", "body"), **ISSUE}, 'name it in the body, such as "...", where ... matches #[1-9][0-9]*'),
    ],
)
def test_the_fix_says_where_and_what(options: dict[str, object], fix: str) -> None:
    (violation,) = judge(TicketReference(**options), commit("fix: x"))
    assert violation.fix == fix


@pytest.mark.parametrize(("mode", "is_there"), [("default", False), ("strip", False), ("whitespace", True)])
def test_a_ticket_at_the_start_of_a_line_depends_on_cleanup(mode: str, is_there: bool) -> None:
    stored = cleanup(b"fix: x\n\n#1 Comment\n", comment="#", mode=mode, verbose=False)
    found = judge(TicketReference(in_=("body",), **ISSUE), commit(stored))
    assert (found == []) is is_there


def test_places_are_told_in_their_order() -> None:
    (violation,) = judge(TicketReference(in_=("trailers", "body", "subject")), commit("fix: x"))
    assert violation.message == "no ticket in the subject or the body or the trailers"
