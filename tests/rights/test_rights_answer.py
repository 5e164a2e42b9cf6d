"""One question about access: the answer of the grants, the line, who else could, and when it is undecided."""

from __future__ import annotations

import pytest
from policies_of_rights import NOW, rights

from gitward.errors import UsageError
from gitward.policy.load import load_policy
from gitward.rights.answer import Asked, answer, document, text
from gitward.rights.holders import rights_of

GRANTS = (
    "who: [devs], may: [read]",
    "who: [devs, dan], may: [create, update], refs: ['refs/heads/topic/**']",
    "who: [dan], may: [update, force, delete], refs: [refs/heads/main]",
    "who: [ops], may: [update], refs: [refs/heads/main], paths: [/ci/**]",
    "who: [dan], may: [tag], valid_after: 2027-01-01",
    "who: [tester], may: [delete], refs: ['refs/heads/topic/**', '!refs/heads/topic/kept']",
)
MAIN, TOPIC = "refs/heads/main", "refs/heads/topic/a"


def said(who: str, action: str, ref: str = "", *paths: bytes, now: int = NOW) -> tuple[str, str, tuple[str, ...]]:
    """The outcome, the line that decided, and who could."""
    found = answer(rights(*GRANTS), Asked(who=who, action=action, ref=ref, paths=paths, now=now))  # type: ignore[arg-type]
    return found.outcome, found.grant.place if found.grant else "", found.could


@pytest.mark.parametrize(("question", "expected"), [
    (("bob", "read"), ("allowed", "p.yaml:14", ())),
    (("dan", "read"), ("denied", "", ("devs",))),
    (("bob", "create", TOPIC), ("allowed", "p.yaml:15", ())),
    (("bob", "force", TOPIC), ("denied", "", ())),
    (("bob", "update", "refs/heads/topics"), ("denied", "", ())),
    (("bob", "delete", TOPIC), ("allowed", "p.yaml:19", ())),
    (("bob", "delete", "refs/heads/topic/kept"), ("denied", "", ())),
    (("dan", "update", MAIN), ("undecided", "", ())),
    (("dan", "update", MAIN, b"a"), ("allowed", "p.yaml:16", ())),
    (("dan", "update", MAIN, b"a", b"ci/run"), ("denied", "p.yaml:17", ("ops",))),
    (("ann", "update", MAIN, b"ci/run"), ("allowed", "p.yaml:17", ())),
    (("ann", "update", MAIN, b"ci/run", b"a"), ("denied", "", ("dan",))),
    (("ann", "update", MAIN), ("undecided", "", ())),
    (("bob", "update", MAIN), ("denied", "", ("dan", "ops"))),
    (("dan", "delete", MAIN), ("allowed", "p.yaml:16", ())),
    (("dan", "tag", "refs/tags/v1"), ("denied", "", ())),
    (("carol", "read"), ("denied", "", ("devs",))),
    (("daniel", "update", TOPIC), ("denied", "", ("devs", "dan"))),
    (("devs", "read"), ("denied", "", ("devs",))),
])  # fmt: skip
def test_answers(question: tuple[str, ...], expected: tuple[str, str, tuple[str, ...]]) -> None:
    assert said(*question) == expected  # type: ignore[arg-type]


def test_times() -> None:
    assert said("carol", "read", now=1_700_000_000)[0] == "allowed"
    assert said("dan", "tag", "refs/tags/v1", now=1_800_000_000)[0] == "allowed"


def test_who_has_every_path_is_answered_without_paths() -> None:
    """Whoever has the grant that names the paths, and one without, may do it whatever the paths are."""
    given = rights("who: [ann], may: [update]", "who: [ops], may: [update], paths: [/ci/**]")
    for who, outcome in (("ann", "allowed"), ("ci", "undecided"), ("bob", "denied")):
        assert answer(given, Asked(who=who, action="update", ref=MAIN, paths=(), now=NOW)).outcome == outcome


def lines(who: str, action: str, ref: str = "", *paths: bytes, more: str = "") -> list[str]:
    given = rights(*GRANTS, more=more)
    asked = Asked(who=who, action=action, ref=ref, paths=paths, now=NOW)  # type: ignore[arg-type]
    return list(text(given, asked, answer(given, asked)))


def test_the_words() -> None:
    assert lines("dan", "update", MAIN, b"\x1b[31m", b"ci/run", more="mode: evaluate\nrules: [{rule: no-force-push}]\n") == [
        "denied: dan may not update refs/heads/main with \x1b[31m and 1 more",
        "  why: a grant names this path, and none of dan's does: ci/run",
        "  by p.yaml:17: who: [ops], may: [update], refs: [refs/heads/main], paths: [/ci/**]",
        "  who could: ops (ann, ci)",
        "  not enforced: the policy is in evaluate, or its grants are a warning",
    ]
    assert lines("bob", "read") == [
        "allowed: bob may read the repository", "  by p.yaml:14: who: [devs], may: [read], refs: [refs/**]", "  through devs",
    ]  # fmt: skip
    assert lines("bob", "create", TOPIC)[2] == "  through devs"
    assert lines("dan", "create", TOPIC)[2:] == []
    assert lines("dan", "update", MAIN, b"a", more="rules: [{rule: no-force-push}]\n")[-1] == "  also judged by: no-force-push"
    assert lines("dan", "update", MAIN)[1] == "  why: it depends on the paths: p.yaml:17 names /ci/** here"
    assert lines("carol", "read")[1] == "  why: the policy knows carol until 2026-01-01T00:00:00Z only"
    assert lines("carol", "read")[2] == "  who could: devs (bob)"
    assert lines("bobb", "read")[1] == "  why: the policy knows no principal 'bobb'; did you mean 'bob'?"
    assert lines("daniel", "read")[1] == "  why: the policy knows no principal 'daniel': it is an account of dan"
    assert lines("bob", "force", TOPIC)[2] == "  who could: nobody"


def test_a_policy_that_is_read_from_a_ref_has_its_own_files_named() -> None:
    given = rights("who: [ann], may: [update]", source="refs/heads/main:p.yaml")
    for paths, outcome in (((b"p.yaml",), "denied"), ((b"a",), "allowed"), ((), "undecided")):
        found = answer(given, Asked(who="ann", action="update", ref=MAIN, paths=paths, now=NOW))
        assert found.outcome == outcome
    assert answer(given, Asked(who="ann", action="update", ref=TOPIC, paths=(), now=NOW)).outcome == "allowed"


def test_the_document() -> None:
    given = rights(*GRANTS)
    asked = Asked(who="dan", action="update", ref=MAIN, paths=(b"ci/\xff",), now=NOW)
    made = document(given, asked, answer(given, asked))
    assert made["outcome"] == "denied"
    assert made["path"] == "ci/\udcff"
    assert made["could"] == [{"name": "ops", "principals": ["ann", "ci"]}]
    assert made["line"] == {"place": "p.yaml:17", "who": ["ops"], "may": ["update"], "refs": [MAIN], "paths": ["/ci/**"],
                            "valid_after": None, "valid_before": None}  # fmt: skip


def test_a_policy_without_access() -> None:
    plain = b"version: 1\npolicy: {id: x}\nrules: [{rule: no-force-push}]\n"
    with pytest.raises(UsageError, match="has no `access`"):
        rights_of(load_policy({"p.yaml": plain}.get, "p.yaml", "p.yaml"))
