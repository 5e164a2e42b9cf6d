from __future__ import annotations

import pytest
from judging import Case, accepts, annotated, judge, rejects, update

from gitward.rules.ref_namespace import RefNamespace

OUTSIDE = "lies in no namespace that is allowed"
ALL = {"allow": ("refs/**",)}
LAST = {"tag_name": "last-part"}

REJECTED = [
    rejects(update("create", "refs/foo/x"), f'"refs/foo/x" {OUTSIDE}'),
    rejects(update("create", "refs/notes/commits"), OUTSIDE),
    rejects(update("ff", "refs/notes/commits"), OUTSIDE),
    rejects(update("delete", "refs/pull/1/head"), OUTSIDE),
    rejects(update("create", "refs/stash"), OUTSIDE),
    rejects(update("create", "refs/Heads/main"), OUTSIDE),
    rejects(update("create", "HEAD"), OUTSIDE),
    rejects(update("create", "refs/foo/\udcff\x1b"), OUTSIDE),
    rejects(update("create", "refs/replace/" + "1" * 40), OUTSIDE),
    rejects(update("create", "refs/replace/" + "1" * 40), OUTSIDE, **ALL),
    rejects(update("delete", "refs/replace/" + "1" * 40), OUTSIDE, **ALL),
    rejects(update("create", "refs/heads/secret/x"), OUTSIDE, allow=("refs/heads/**", "!refs/heads/secret/**")),
    rejects(update("ff", "refs/heads/main", alias="refs/elsewhere/main"), '"refs/elsewhere/main" lies in no'),
    rejects(update("create", "refs/heads/refs/heads/main"), "repeats a namespace"),
    rejects(update("create", "refs/heads/refs/gitward/baseline"), "repeats a namespace"),
    rejects(update("ff", "refs/tags/refs/tags/v1"), "repeats a namespace"),
    rejects(update("create", "refs/heads/heads/main"), "repeats a namespace", **ALL),
    rejects(update("create", "refs/heads/Main", collides="refs/heads/main"), 'differs from "refs/heads/main" only by'),
    rejects(update("create", "refs/heads/e\u0301", collides="refs/heads/\u00e9"), "only by case or Unicode form"),
    rejects(update("ff", "refs/heads/MAIN", collides="refs/heads/main"), "only by case"),
    rejects(update("create", "refs/tags/v2", tag="v1"), 'the tag calls itself "v1" and its ref "v2"'),
    rejects(update("create", "refs/tags/release/v1", tag="v1"), 'the tag calls itself "v1"'),
    rejects(update("non-ff", "refs/tags/v2", tag="v1"), 'the tag calls itself "v1"'),
    rejects(update("create", "refs/tags/release/v1", tag="release"), "the tag calls itself", **LAST),
    rejects(update("create", "refs/tags/v1", tag="release/v1"), "the tag calls itself", **LAST),
    rejects(update("create", "refs/tags/V1", tag="v1"), "the tag calls itself", **LAST),
]
ACCEPTED = [
    accepts(update("create", "refs/heads/main")),
    accepts(update("ff", "refs/heads/a/b/c")),
    accepts(update("non-ff", "refs/heads/main")),
    accepts(update("delete", "refs/heads/main")),
    accepts(update("create", "refs/tags/v1")),
    accepts(update("create", "refs/tags/v1", tag="v1")),
    accepts(update("create", "refs/tags/release/v1", tag="release/v1")),
    accepts(update("create", "refs/tags/release/v1", tag="v1"), **LAST),
    accepts(update("create", "refs/tags/release/v1", tag="release/v1"), **LAST),
    accepts(update("create", "refs/notes/commits"), **ALL),
    accepts(update("create", "refs/notes/commits"), allow=("refs/notes/*",)),
    accepts(update("delete", "refs/heads/refs/heads/main")),
    accepts(update("delete", "refs/heads/Main", collides="refs/heads/main")),
    accepts(update("delete", "refs/tags/v2", tag="v1")),
    accepts(update("create", "refs/heads/references/x")),
    accepts(update("create", "refs/heads/日本語")),
    accepts(update("ff", "refs/heads/main", alias="refs/heads/alias")),
    accepts(update("create", "refs/heads/x", tag="other")),
    accepts(update("range", "refs/foo/x")),
    accepts(update("draft", "refs/heads/refs/x")),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("ref-namespace")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("ref-namespace")


def test_of_nested_tags_the_outermost_is_compared() -> None:
    tags = (annotated("v1"), annotated("inner"))
    assert judge(RefNamespace(), update("create", "refs/tags/v1", tags=tags)) == []
    assert len(judge(RefNamespace(), update("create", "refs/tags/inner", tags=tags))) == 1


def test_every_reason_is_told() -> None:
    found = judge(RefNamespace(), update("create", "refs/tags/refs/V1", tag="v1", collides="refs/tags/refs/v1"))
    assert ["repeats" in found[0].message, "differs" in found[1].message, "calls" in found[2].message] == [True] * 3
