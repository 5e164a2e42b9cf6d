from __future__ import annotations

from typing import Any

import pytest
from hostile import refused_bad
from judging import Case, accepts, commit, judge, rejects

from gitward.rules.subject_pattern import SubjectPattern

WIP: dict[str, Any] = {"pattern": r"(?i)^\W*(wip\b|draft[]):])", "negate": True}

REJECTED = [
    rejects("WIP:x", '"WIP" must not stand in the subject', (1, 1), **WIP),
    rejects("wip x", '"wip" must not', (1, 1), **WIP),
    rejects("[WIP]", '"[WIP" must not', (1, 1), **WIP),
    rejects("[wip] x", '"[wip" must not', (1, 1), **WIP),
    rejects("  WIP: x", '"WIP" must not', (1, 1), **WIP),
    rejects("WIP", '"WIP" must not', (1, 1), **WIP),
    rejects("Draft: x", '"Draft:" must not', (1, 1), **WIP),
    rejects("[DRAFT] x", '"[DRAFT]" must not', (1, 1), **WIP),
    rejects("(draft) x", '"(draft)" must not', (1, 1), **WIP),
    rejects("fixup! WIP: x", '"WIP" must not', (1, 8), **WIP),
    rejects("\n\nWIP: x", '"WIP" must not', (3, 1), **WIP),
    rejects("fix: do not merge this", '"do not merge" must not', (1, 6), pattern="do not merge", negate=True),
    rejects("Handle x", "does not have the form", (1, 1), pattern="^[a-z-]+: "),
    rejects("", "does not have the form", (None, None), pattern="."),
    rejects("fix: x\n\nPROJ: in the body", "does not have the form", (1, 1), pattern="PROJ"),
    rejects("ünïcode", '"ï" must not', (1, 3), pattern="ï", negate=True),
    rejects("日本語の件名", '"件" must not', (1, 5), pattern=r"件", negate=True),
    rejects(b"caf\xe9 x", '"x" must not', (1, 6), pattern="x", negate=True),
    rejects("anything", "the subject has a form that is refused", (1, 1), pattern="x*", negate=True),
    rejects("a" * 5000 + "!", "does not have the form", (1, 1), pattern="^(a+)+$"),
    rejects("a" * 500, f'"{"a" * 60}" must not', (1, 1), pattern="a+", negate=True),
]
ACCEPTED = [
    accepts("WIPING x", **WIP),
    accepts("Draft the release notes", **WIP),
    accepts("Drafts: say where they go", **WIP),
    accepts("fix: swipe to the left", **WIP),
    accepts("fix: remove the WIP banner", **WIP),
    accepts("fix: x\n\nWIP: in the body", **WIP),
    accepts("", **WIP),
    accepts("fix: x", pattern="^[a-z-]+: "),
    accepts("fixup! fix: x", pattern="^[a-z-]+: "),
    accepts("FIX: x", pattern="(?i)^fix"),
    accepts("日本語", pattern=r"^\pL+$"),
    accepts("fix: x\r\n\r\nbody\r\n", pattern="x$"),
    accepts(b"caf\xe9", pattern="^caf.$"),
    accepts("a\0b", pattern="^a.b$"),
    accepts("WIP: x", pattern="WIP"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("subject-pattern")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("subject-pattern")


def test_bad_input() -> None:
    assert refused_bad("subject-pattern", pattern="^fix: ") == {
        "empty", "only blank lines", "one byte", "one line feed", "keys", "marks", "colons",
    }  # fmt: skip
    assert refused_bad("subject-pattern", pattern=r"(\w+\s*)+!", negate=True) == set()


@pytest.mark.parametrize(
    ("options", "fix"),
    [
        ({**WIP, "description": "finish it first"}, "finish it first"),
        (WIP, f"reword it: nothing in it may match {WIP['pattern']}"),
        ({"pattern": "^[a-z]", "description": "begin with a letter"}, "begin with a letter"),
        ({"pattern": "^[a-z]"}, "reword it: it must match ^[a-z]"),
    ],
)
def test_the_description_is_the_fix(options: dict[str, Any], fix: str) -> None:
    (violation,) = judge(SubjectPattern(**options), commit("WIP: x"))
    assert violation.fix == fix
