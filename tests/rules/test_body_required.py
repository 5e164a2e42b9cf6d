from __future__ import annotations

import pytest
from hostile import refused_bad
from judging import Case, accepts, rejects

SIGNED = "\n\nSigned-off-by: Ann <ann@example.com>\n"
TWENTY = "12345678901234567890"

REJECTED = [
    rejects("", "there is no body", (None, None)),
    rejects("fix: x", "there is no body", (None, None)),
    rejects("fix: x\n\n\n", "there is no body"),
    rejects("fix: x\n\n  \n\t\n", "there is no body"),
    rejects("fix: x\r\n\r\n \r\n", "there is no body"),
    rejects("fix: x" + SIGNED, "there is no body, only trailers", (None, None)),
    rejects("fix: x\n\nRefs: PROJ-1\n  folded over\nFixes: #1", "there is no body, only trailers"),
    rejects("fix: x\n\n(cherry picked from commit " + "1" * 40 + ")", "there is no body"),
    rejects("fix: x\n\nshort", "the body has 5 characters, at least 6 needed", (3, 1), min=6),
    rejects("fix: x\n\n" + TWENTY + SIGNED, "the body has 20 characters, at least 21", (3, 1), min=21),
    rejects("fix: x\n\n    a    \n\n    b   ", "the body has 2 characters", (3, 1), min=3),
    rejects("fix: x", "there is no body", unless_types=("docs", "style")),
    rejects("docs:x", "there is no body", unless_types=("docs",)),
    rejects("docs and more: x", "there is no body", unless_types=("docs",)),
    rejects('Revert "fix: x"' + SIGNED, "there is no body", unless_types=("docs",)),
    rejects("Merge branch 'docs'", "there is no body", unless_types=("merge",)),
    rejects("fix: x\n\n" + "\n" * 1000 + "ab", "the body has 2 characters", (3, 1), min=3),
]
ACCEPTED = [
    accepts("fix: x\n\nbody"),
    accepts("fix: x\n\n."),
    accepts("fix: x\nbody on line two"),
    accepts("fix: x\r\n\r\nbody\r\n"),
    accepts("fix: x\n\nbody" + SIGNED),
    accepts("fix: x\n\n" + TWENTY + SIGNED, min=20),
    accepts("fix: x\n\n" + "\n".join("12345") + SIGNED, min=5),
    accepts("fix: x\n\nstack trace\n--- End of it\n", min=20),
    accepts("fix: x\n\n---\n", min=3),
    accepts("docs: x", unless_types=("docs",)),
    accepts("Docs(a)!: x", unless_types=("docs",)),
    accepts("docs: x", unless_types=("style", "DOCS")),
    accepts("fixup! docs: x", unless_types=("docs",)),
    accepts('Revert "fix: x"', unless_types=("revert",)),
    accepts("revert: x", unless_types=("revert",)),
    accepts(b"fix: x\n\n\xff\xfe"),
    accepts("修正: x\n\n理由", min=2),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("body-required")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("body-required")


def test_bad_input() -> None:
    assert refused_bad("body-required") == {
        "empty", "only blank lines", "one byte", "one line feed", "long line", "100,000 trailers", "lone CR",
        "keys", "marks", "colons", "joiners",
    }  # fmt: skip
