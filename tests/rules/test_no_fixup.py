from __future__ import annotations

import pytest
from hostile import refused_bad
from judging import Case, accepts, rejects

REJECTED = [
    rejects("fixup! fix: x", 'the subject begins with "fixup!"', (1, 1)),
    rejects("squash! fix: x", 'begins with "squash!"', (1, 1)),
    rejects("amend! fix: x", 'begins with "amend!"', (1, 1)),
    rejects("fixup! squash! fixup! bad", 'begins with "fixup!"', (1, 1)),
    rejects("fixup! x\r\n\r\nbody\r\n", 'begins with "fixup!"', (1, 1)),
    rejects("\n\nfixup! x", 'begins with "fixup!"', (3, 1)),
    rejects("fixup!   x", 'begins with "fixup!"', (1, 1)),
    rejects("fixup! ", 'begins with "fixup!"', (1, 1)),
    rejects("fixup! WIP: x", 'begins with "fixup!"', (1, 1)),
    rejects("fixup! Merge branch 'x'", 'begins with "fixup!"', (1, 1)),
    rejects("fixup! 日本語", 'begins with "fixup!"', (1, 1)),
    rejects(b"fixup! caf\xe9", 'begins with "fixup!"', (1, 1)),
    rejects("fixup! x\n\n[skip ci]\n\nCo-authored-by: dependabot[bot] <x@example.com>", 'begins with "fixup!"', (1, 1)),
]
ACCEPTED = [
    accepts(""),
    accepts("x"),
    accepts("fix: x"),
    accepts("fixup the parser"),
    accepts("fixup: x"),
    accepts("fixup!x"),
    accepts("fixup!"),
    accepts("Fixup! x"),
    accepts("FIXUP! x"),
    accepts(" fixup! x"),
    accepts("fix: x\n\nfixup! in the body"),
    accepts("fix: handle the fixup! mark"),
    accepts("reword! x"),
    accepts('"fixup! x" is gone'),
    accepts("\ufefffixup! x"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("no-fixup")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("no-fixup")


def test_bad_input() -> None:
    assert refused_bad("no-fixup") == {"marks"}
