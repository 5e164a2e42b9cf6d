from __future__ import annotations

import pytest
from hostile import refused_bad
from judging import OTHER, Case, accepts, commit, judge, rejects

from gitward.errors import Undecided
from gitward.model import Commit, Question
from gitward.rules.conventional_commit import ConventionalCommit

LISTED = {"types": ("feat", "fix")}
SCOPED = {"scopes": ("api", "web ui", "@org/pkg")}
REVERT = f'Revert "feat: x"\n\nThis reverts commit {OTHER}.\n'


def revert(text: str = REVERT, answer: bool | None = True) -> Commit:
    """A revert, with what the repository says to its question."""
    return commit(text, answers={Question(kind="ancestor", value=OTHER): answer})


REJECTED = [
    rejects("", "there is no subject", (None, None)),
    rejects("feat:x", "not exactly one space after the colon", (1, 6)),
    rejects("feat:  x", "not exactly one space after the colon", (1, 6)),
    rejects("feat:\tx", "not exactly one space after the colon", (1, 6)),
    rejects("feat(): x", "the scope is empty", (1, 5)),
    rejects("feat( ): x", "the scope is empty", (1, 5)),
    rejects("feat (a): x", "white space before the colon", (1, 5)),
    rejects("feat(a) : x", "white space before the colon", (1, 8)),
    rejects("feat : x", "white space before the colon", (1, 5)),
    rejects("feat !: x", "white space before the colon", (1, 5)),
    rejects("feat!(a): x", "a scope stands once, right after the type", (1, 6)),
    rejects("feat(a)(b): x", "a scope stands once, right after the type", (1, 8)),
    rejects("feat(a: x", "the scope has no closing parenthesis", (1, 5)),
    rejects("feat((a)): x", "the scope has no closing parenthesis", (1, 5)),
    rejects("feata): x", "no colon after the type", (1, 6)),
    rejects(": x", "no type at the start", (1, 1)),
    rejects("(a): x", "no type at the start", (1, 1)),
    rejects(" feat: x", "no type at the start", (1, 1)),
    rejects("foo(bar):  ", "no description after the colon", (1, 10)),
    rejects("feat:", "no description after the colon", (1, 6)),
    rejects("feat!!: x", "no colon after the type", (1, 6)),
    rejects("feat", "no colon after the type", (1, 5)),
    rejects("Handle x", "no colon after the type", (1, 7)),
    rejects("Merge branch 'topic' into main", "no colon after the type", (1, 6)),
    rejects("feat\u00a0: x", "white space before the colon", (1, 5)),
    rejects("fixup! feat:x", "not exactly one space", (1, 13)),
    rejects("fixup! squash! fixup! bad", "no colon after the type", (1, 26)),
    rejects("feat: x\ntext on line 2", "text right below the subject", (2, 1)),
    rejects("feat: x\r\ntext on line 2\r\n", "text right below the subject", (2, 1)),
    rejects("feat: x\nFixes: #123", "text right below the subject", (2, 1)),
    rejects("docs: x", '"docs" is no type of this project', (1, 1), **LISTED),
    rejects("Feat: x", '"Feat" is no type of this project', (1, 1), **LISTED, case="exact"),
    rejects("feat(db): x", '"db" is no scope of this project', (1, 6), **SCOPED),
    rejects("feat(api,db): x", '"db" is no scope of this project', (1, 6), **SCOPED),
    rejects("feat(API): x", '"API" is no scope', (1, 6), **SCOPED, case="exact"),
    rejects("feat: x", "no scope", (1, 5), require_scope=True),
    rejects("feat!: x", "breaking changes are not taken here", (1, 5), breaking="forbid"),
    rejects("feat: x\n\nBREAKING CHANGE: y", "breaking changes are not taken here", (3, 1), breaking="forbid"),
    rejects("feat: x\n\nBREAKING-CHANGE: y", "breaking changes are not taken", (3, 1), breaking="forbid"),
    rejects("feat: x\n\n* BREAKING CHANGE: y", "breaking changes are not taken", (3, 1), breaking="forbid"),
    rejects("feat: x\n\nbody\n\n  - BREAKING CHANGE: y", "breaking changes are not", (5, 1), breaking="forbid"),
    rejects("feat: x\n\nFixes: #1\nBREAKING CHANGE: y", "breaking changes are not", (4, 1), breaking="forbid"),
    rejects("feat!: x", "no BREAKING CHANGE note explains the !", (1, 5), breaking="explain"),
    rejects("feat(a)!: x\n\nbreaking change: y", "no BREAKING CHANGE note", (1, 8), breaking="explain"),
    rejects("feat!: x\n\nBREAKING CHANGES: y", "no BREAKING CHANGE note", (1, 5), breaking="explain"),
    rejects("feat!: x\n\nBREAKING CHANGE was discussed", "no BREAKING CHANGE note", (1, 5), breaking="explain"),
    rejects("feat!: x\n\n  BREAKING CHANGE: y", "no BREAKING CHANGE note", (1, 5), breaking="explain"),
    rejects("feat: x\n\nBREAKING CHANGE:y", "no colon and space after BREAKING CHANGE", (3, 1)),
    rejects("feat: x\n\nBREAKING CHANGE:", "the breaking-change note says nothing", (3, 1)),
    rejects("feat: x\n\nBREAKING CHANGE: \n\nmore", "the breaking-change note says nothing", (3, 1)),
    rejects('Revert "feat: x"', "no colon after the type", (1, 7)),
    rejects('Revert "feat: x"\n\nIt broke the build.', "no colon after the type", (1, 7)),
    rejects('Revert "feat: x"\n\nThis reverts commit nothing.', "no colon after the type", (1, 7)),
    rejects(f'Revert "feat: x"\n\n> This reverts commit {OTHER}.', "no colon after the type", (1, 7)),
    rejects(f"Revert feat: x\n\nThis reverts commit {OTHER}.", "no colon after the type", (1, 7)),
    rejects(revert(answer=False), "it reverts 222222222222, which is no ancestor", (1, 1)),
    rejects(revert("fixup! " + REVERT, answer=False), "it reverts 222222222222", (1, 8)),
]
ACCEPTED = [
    accepts("feat: x"),
    accepts("feat(a b): x"),
    accepts("feat(a/b): x"),
    accepts("feat(a,b): x"),
    accepts("feat(@org/pkg): x"),
    accepts("feat-x: y"),
    accepts("feat!: x"),
    accepts("feat(a)!: x"),
    accepts("Feat: x"),
    accepts("FEAT: x", **LISTED),
    accepts("feat: x", **LISTED, case="exact"),
    accepts("Feat: x", types=("Feat",), case="exact"),
    accepts("修正(画面): x"),
    accepts("feat: 日本語 (and: more) #1"),
    accepts("fixup! feat: x"),
    accepts("feat: x\r\n\r\nbody\r\n"),
    accepts("feat: x\n\n\nbody after two blank lines"),
    accepts("feat: x\n\nFixes: #123, #124"),
    accepts("feat: x\n\nFixes #123\nRefs #124"),
    accepts("feat: x\n\nbody first\nIMPORTANT: x in mid-paragraph\nand on"),
    accepts("feat: x\n\nbody\n\nSee-also: a: b: c"),
    accepts("feat: x\n\nbody\n\n  key: value"),
    accepts("feat: x\n\nBREAKING CHANGE was discussed", breaking="forbid"),
    accepts("feat: x\n\nBREAKING CHANGES: none", breaking="forbid"),
    accepts("feat: x\n\nbreaking change: x", breaking="forbid"),
    accepts("feat: x\n\nRefs: BREAKING CHANGE: not at the start", breaking="forbid"),
    accepts("feat: x\n\n  BREAKING CHANGE: indented", breaking="forbid"),
    accepts("feat: x\n\nBREAKING CHANGE: y"),
    accepts("feat!: x\n\nbody\n\nBREAKING-CHANGE: y", breaking="explain"),
    accepts("feat!: x\n\nBREAKING CHANGE: a: b: c", breaking="explain"),
    accepts("feat!: x\n\nBREAKING CHANGE:\ny on the next line", breaking="explain"),
    accepts("feat!: x\n\n* feat: a\n\n* BREAKING CHANGE: y", breaking="explain"),
    accepts("feat: x", breaking="explain"),
    accepts("feat: x\n\nsee BREAKING in the docs", breaking="explain"),
    accepts("feat(api): x", **SCOPED, require_scope=True),
    accepts("feat(API, web ui): x", **SCOPED),
    accepts("feat(@org/pkg): x", **SCOPED),
    accepts("feat: x", **SCOPED),
    accepts(revert()),
    accepts(revert(REVERT.replace("\n", "\r\n"))),
    accepts(revert(REVERT.replace("Revert", "Reapply"))),
    accepts(revert('Revert "Revert "feat: x""\n\nThis reverts commit ' + OTHER + ".")),
    accepts(revert(f'Revert "x"\n\nThis reverts commit {OTHER}, reversing\nchanges made to {OTHER}.')),
    accepts(revert(f'Revert "x"\n\nWhy.\n\nThis reverts commit {OTHER}.\n\nRefs: #1'), types=("feat",)),
    accepts(b"feat: caf\xe9"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("conventional-commit")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("conventional-commit")


def test_bad_input() -> None:
    assert refused_bad("conventional-commit") == {
        "empty", "only blank lines", "one byte", "one line feed", "keys", "marks",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("count", "fix"), [(20, "types: " + ", ".join("a" * 20)), (21, "types: " + ", ".join("a" * 20) + ", and 1 more")]
)
def test_a_long_list_of_types_is_cut(count: int, fix: str) -> None:
    (violation,) = judge(ConventionalCommit(types=("a",) * count), commit("feat: x"))
    assert violation.fix == fix


@pytest.mark.parametrize("subject", [revert(answer=None), commit(REVERT)], ids=["unknown", "not asked"])
def test_a_revert_of_what_cannot_be_looked_up_is_undecided(subject: Commit) -> None:
    with pytest.raises(Undecided) as caught:
        judge(ConventionalCommit(), subject)
    assert caught.value.reason == "unknown-ancestor"


@pytest.mark.parametrize(
    ("text", "oid"),
    [
        (REVERT, OTHER),
        (f'Revert "x"\n\nThis reverts commit {"a" * 64}.', "a" * 64),
        ('Revert "x"\n\nThis reverts commit abcdef1 (feat: x, 2024-01-01).', "abcdef1"),
        ('Revert "x"\n\nThis reverts commit abcdef.', None),
        (f'Revert "x"\n\nThis reverts commit {"A" * 40}.', None),
        (f'Revert "x"\n\nThis reverts commit {"a" * 65}.', None),
        (f"feat: x\n\nThis reverts commit {OTHER}.", None),
        (f'Restore "x"\n\nThis reverts commit {OTHER}.', None),
        (f'Revert "x\n\nThis reverts commit {OTHER}.', None),
        (f'Revert "x" again\n\nThis reverts commit {OTHER}.', None),
        (f'Revert ""\n\nThis reverts commit {OTHER}.', None),
        (f'Revert "\n\nThis reverts commit {OTHER}.', None),
        ('Revert "x"', None),
    ],
)
def test_what_a_revert_asks(text: str, oid: str | None) -> None:
    asked = [(question.kind, question.value) for question in ConventionalCommit().asks(commit(text))]
    assert asked == ([("ancestor", oid)] if oid else [])
