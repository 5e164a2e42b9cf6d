from __future__ import annotations

from typing import Any

import pytest
from hostile import refused_bad
from judging import OTHER, Case, accepts, commit, judge, rejects

from gitward.errors import Undecided
from gitward.model import Commit, Question
from gitward.reverts import MOST, reason, reverted
from gitward.rules.revert_reference import RevertReference
from timing import cpu_within

FIRST, SECOND = "a" * 40, "b" * 40
LINE = f"This reverts commit {FIRST}."
NONE = "it names no commit"
STRANGER = "which is no ancestor"
WHY = "it does not say why"


def known(text: str, **answers: bool | None) -> Commit:
    """A message, and what the repository says to each of its questions: yes, where it is not said (by first digit)."""
    asked = RevertReference().asks(commit(text))
    return commit(text, answers={question: answers.get(question.value[0], True) for question in asked})


REJECTED = [
    rejects('Revert "fix: x"', NONE, (1, 1)),
    rejects('Revert "fix: x"\n\nIt broke the build.\n', NONE),
    rejects('Reapply "fix: x"\n\nIt was right.\n', NONE),
    rejects('Revert "Revert "fix: x""\n', NONE),
    rejects('Revert "fix: x" (#12)\n\nReverts example/app#11\n', NONE),
    rejects('Revert "a subject that was cut', NONE),
    rejects('fixup! Revert "fix: x"', NONE, (1, 8)),
    rejects('Revert "fix: x"\n\nThis reverts commit 123456.\n', NONE),
    rejects(f'Revert "fix: x"\n\nThis reverts commit {"A" * 40}.\n', NONE),
    rejects(f'Revert "fix: x"\n\nThis reverts commit {"a" * 65}.\n', NONE),
    rejects('Revert "fix: x"\n\nThis reverts commit of yesterday.\n', NONE),
    rejects(f'Revert "fix: x"\n\n> {LINE}\n', NONE),
    rejects(f'Revert "fix: x"\n\nRefs: {FIRST}\n', NONE),
    rejects("revert: x", NONE, (1, 1)),
    rejects("Revert(api)!: x", NONE),
    rejects("revert: x\n\nRefs: PROJ-12, #1234567\n", NONE),
    rejects("revert: x\n\nFixes: 1234567\n", NONE),
    rejects(known(f'Revert "fix: x"\n\n{LINE}\n', a=False), f"it reverts {FIRST[:12]}, {STRANGER}", (1, 1)),
    rejects(known(f"revert: x\n\nRefs: {FIRST}, bbbbbbb\n", b=False), f"it reverts bbbbbbb, {STRANGER}"),
    rejects(known(f'Revert "x"\n\nThis reverts commits {FIRST} and {SECOND}.\n', b=False), SECOND[:12]),
    rejects(known(f'Revert "x"\n\n{LINE}\n\nThis reverts commit {SECOND}.\n', b=False), SECOND[:12]),
    rejects(known(f'Revert "fix: x"\n\n{LINE}\n'), WHY, reason=True),
    rejects(known(f'Revert "fix: x"\n\n{LINE}\n\nRefs: PROJ-12\n'), WHY, reason=True),
    rejects(known(f'Revert "x"\n\n{LINE[:-1]}, reversing\nchanges made to {SECOND}.\n'), WHY, reason=True),
    rejects(known(f'Revert "x" (#2)\n\nReverts example/app#1\n\n{LINE}\n'), WHY, reason=True),
    rejects(known("revert: x\n\nRefs: 1234567\n"), WHY, reason=True),
    rejects('revert: x\n\nCo-authored-by: dependabot[bot] <x@example.com>\n', NONE),
]
ACCEPTED = [
    accepts(""),
    accepts("fix: x"),
    accepts("Revert the order of names"),
    accepts("Reverting: x"),
    accepts("revert x"),
    accepts("reverted: x"),
    accepts("fix: revert: x"),
    accepts('"Revert "x"'),
    accepts(f"fix: x\n\n{LINE}\n"),
    accepts(known(f'Revert "fix: x"\n\n{LINE}\n')),
    accepts(known(f'Revert "fix: x"\r\n\r\n{LINE}\r\n')),
    accepts(known(f'Revert "fix: x" (#12)\n\n{LINE}\n')),
    accepts(known(f'Reapply "fix: x"\n\n{LINE}\n')),
    accepts(known(f'Revert "Revert "Revert "fix: x"""\n\n{LINE}\n')),
    accepts(known('Revert "x"\n\nThis reverts commit abcdef1.\n')),
    accepts(known(f'Revert "x"\n\nThis reverts commit {"c" * 64}.\n')),
    accepts(known('Revert "x"\n\nThis reverts commit abcdef1 (fix: x, 2024-01-01).\n')),
    accepts(known(f'Revert "x"\n\n{LINE[:-1]}, reversing\nchanges made to {SECOND}.\n')),
    accepts(known(f'Revert "x"\n\nThis reverts commits {FIRST} and {SECOND}.\n')),
    accepts(known(f'Revert "x"\n\n{LINE}\nSigned-off-by: Ann <ann@example.com>\n')),
    accepts(known("revert: x\n\nRefs: 676104e, a215868\n")),
    accepts(known(f"revert(api): x\n\n{LINE}\n")),
    accepts(known("REVERT: x\n\nReverts: 676104e\n")),
    accepts(known(f'fixup! Revert "fix: x"\n\n{LINE}\n')),
    accepts(known(f'Revert "fix: x"\n\n{LINE}\n\nIt broke the build.\n'), reason=True),
    accepts(known(f'Revert "fix: x"\n\n{LINE} It broke the build.\n'), reason=True),
    accepts(known("revert: x\n\nIt broke the build.\n\nRefs: 1234567\n"), reason=True),
    accepts("fix: x", reason=True),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("revert-reference")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("revert-reference")


def test_bad_input() -> None:
    assert refused_bad("revert-reference") == set()


NOT_KNOWN = [known(f'Revert "x"\n\n{LINE}', a=None), commit(f'Revert "x"\n\n{LINE}')]


@pytest.mark.parametrize("subject", NOT_KNOWN, ids=["unknown", "not asked"])
def test_what_cannot_be_looked_up_is_undecided(subject: Commit) -> None:
    with pytest.raises(Undecided) as caught:
        judge(RevertReference(), subject)
    assert caught.value.reason == "unknown-ancestor"


@pytest.mark.parametrize(
    ("body", "oids"),
    [
        (LINE, [FIRST]),
        (f"{LINE}\n{LINE}", [FIRST]),
        (f"{LINE}\nThis reverts commit {SECOND}.", [FIRST, SECOND]),
        (f"This reverts commits\n{FIRST},\n{SECOND} and abcdef1.", [FIRST, SECOND, "abcdef1"]),
        (f"This reverts commits {FIRST}, {SECOND}, and abcdef1 to make it build.", [FIRST, SECOND, "abcdef1"]),
        (f"This reverts commits {FIRST} & {SECOND}", [FIRST, SECOND]),
        (f"This reverts commits {FIRST} (of 1234567) and {SECOND}", [FIRST, SECOND]),
        ("This reverts commits abcdef1..abcdef2.", ["abcdef1", "abcdef2"]),
        (f"This reverts commit {FIRST}, reversing\nchanges made to {SECOND}.", [FIRST]),
        ("This reverts commit abcdef1\nabcdef2", ["abcdef1"]),
        ("This reverts commit abcdef1, which abcdef2 made.", ["abcdef1"]),
        ("This reverts commitabcdef1.", []),
        ("It says: This reverts commit abcdef1.", []),
        ("This reverts commit abcdef1x.", []),
        ("This reverts commits ", []),
    ],
)
def test_which_commits_a_body_names(body: str, oids: list[str]) -> None:
    assert list(reverted(commit(f'Revert "x"\n\n{body}\n').message)) == oids
    asked = [question.value for question in RevertReference().asks(commit(f'Revert "x"\n\n{body}\n'))]
    assert asked == oids
    assert list(RevertReference().asks(commit(f"fix: x\n\n{body}\n"))) == []


def test_what_it_asks() -> None:
    assert list(RevertReference().asks(commit(f'Revert "x"\n\n{LINE}'))) == [Question(kind="ancestor", value=FIRST)]
    assert list(RevertReference().asks(commit(f"revert: x\n\nRefs: {OTHER}"))) == [Question(kind="ancestor", value=OTHER)]


def test_a_few_commits_are_looked_up_of_thousands() -> None:
    many = ", ".join(f"{number:040x}" for number in range(20_000))
    assert len(RevertReference().asks(commit(f'Revert "x"\n\nThis reverts commits {many}.'))) == MOST
    assert len(RevertReference().asks(commit(f"revert: x\n\nRefs: {many}"))) == MOST


@pytest.mark.parametrize(
    "body",
    [
        "This reverts commit " * 25_000,
        "This reverts commit\n" * 25_000,
        f"This reverts commits {' '.join(['abcdef1 (' ] * 50_000)}",
        f"This reverts commits {', '.join(['abcdef1'] * 50_000)} (",
        f"This reverts commits {'.' * 500_000}",
        f"This reverts commit {'a' * 500_000}",
        "This reverts commit abcdef1,\n" * 20_000,
        "This reverts commit abcdef1, reversing\nchanges " * 10_000,
        "Reverts " * 60_000 + "#",
        "Reverts #1\n" * 50_000,
        "." * 500_000,
    ],
    ids=lambda body: body[:40],
)
def test_made_against_it(body: str) -> None:
    with cpu_within(10):
        for subject in (f'Revert "x"\n\n{body}\n', f"revert: x\n\n{body}\n\nRefs: {body}\n"):
            judge(RevertReference(reason=True), known(subject))


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ([LINE], ""),
        ([LINE, "", "It broke."], "It broke"),
        (["Reverts example/app#12"], ""),
        (["Reverts example/app#12, which broke"], "Reverts example/app#12, which broke"),
        ([f"{LINE[:-1]}, as it broke."], "as it broke"),
        ([], ""),
    ],
)
def test_what_is_said_besides(body: list[Any], left: str) -> None:
    assert reason(body) == left
