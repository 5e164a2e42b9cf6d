from __future__ import annotations

import pytest
from judging import Case, accepts, rejects, update

BRANCH = {"pattern": r"main|(topic|fix)/[a-z0-9-]+"}
VERSION = {"pattern": r"v[0-9]+\.[0-9]+"}

REJECTED = [
    rejects(update("create", "refs/heads/Topic/x"), 'the name "Topic/x" does not have the form', **BRANCH),
    rejects(update("ff", "refs/heads/main2"), 'the name "main2"', **BRANCH),
    rejects(update("ff", "refs/heads/Main"), 'the name "Main"', **BRANCH),
    rejects(update("non-ff", "refs/heads/xmain"), 'the name "xmain"', **BRANCH),
    rejects(update("create", "refs/heads/main\n"), "does not have the form", **BRANCH),
    rejects(update("create", "refs/heads/topic/x/y"), 'the name "topic/x/y"', **BRANCH),
    rejects(update("create", "refs/heads/refs/heads/main"), 'the name "refs/heads/main"', **BRANCH),
    rejects(update("draft", "refs/heads/Topic"), 'the name "Topic"', **BRANCH),
    rejects(update("create", "refs/heads/topic/ä"), 'the name "topic/ä"', **BRANCH),
    rejects(update("create", "refs/heads/topic/\udcff"), "does not have the form", **BRANCH),
    rejects(update("create", "refs/heads/" + "x" * 500), f'the name "{"x" * 80}" does', **BRANCH),
    rejects(update("create", "refs/tags/1.0"), 'the name "1.0"', **VERSION),
    rejects(update("create", "refs/tags/v1.0-rc1", tag="v1.0-rc1"), 'the name "v1.0-rc1"', **VERSION),
    rejects(update("create", "refs/tags/release/v1.0"), 'the name "release/v1.0"', **VERSION),
    rejects(update("create", "refs/notes/commits"), 'the name "notes/commits"', **VERSION),
    rejects(update("create", "refs/heads/" + "a" * 5000 + "!"), "does not have the form", pattern="(a+)+"),
]
ACCEPTED = [
    accepts(update("create", "refs/heads/main"), **BRANCH),
    accepts(update("ff", "refs/heads/topic/utf-8"), **BRANCH),
    accepts(update("non-ff", "refs/heads/fix/1"), **BRANCH),
    accepts(update("draft", "refs/heads/topic/x"), **BRANCH),
    accepts(update("range", "refs/heads/main"), **BRANCH),
    accepts(update("delete", "refs/heads/Topic"), **BRANCH),
    accepts(update("delete", "refs/tags/x"), **VERSION),
    accepts(update("create", "refs/tags/v1.0"), **VERSION),
    accepts(update("create", "refs/tags/v10.27", tag="x"), **VERSION),
    accepts(update("create", "refs/notes/commits"), pattern="notes/.*"),
    accepts(update("create", "refs/heads/日本語"), pattern=r"\pL+"),
    accepts(update("create", "refs/heads/caf\udce9"), pattern="caf."),
    accepts(update("create", "refs/heads/Main"), pattern="(?i)main"),
    accepts(update("create", "refs/heads/" + "a" * 5000), pattern="(a+)+"),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("ref-name")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("ref-name")
