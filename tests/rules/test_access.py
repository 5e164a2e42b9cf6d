"""`access`: what is refused and let in, in which words. What a grant means, tests/test_granting.py and the matrix say."""

from __future__ import annotations

from typing import Any

import pytest
from judging import SEEN, Case, accepts, judge, rejects, update

from gitward.errors import Undecided
from gitward.model import Grant
from gitward.rules.access import Access

MAIN, TOPIC, TAG = "refs/heads/main", "refs/heads/topic", "refs/tags/v1"
MEMBERS = (("ann", ("developers",)), ("bob", ("developers", "platform")), ("carol", ()))
STATEMENT = f"refs/gitward/statements/{'1' * 40}/{'2' * 64}"


def grant(
    who: str = "developers", may: str = "update", refs: str = "refs/**", paths: str = "", line: int = 1, **more: Any
) -> Grant:
    return Grant(
        who=tuple(who.split()), may=tuple(may.split()), refs=tuple(refs.split()), paths=tuple(paths.split()),  # type: ignore[arg-type]
        place=f"/etc/gitward/p.yaml:{line}", **more,
    )  # fmt: skip


def with_(*grants: Grant) -> dict[str, Any]:
    return {"grants": grants, "members": MEMBERS}


PLAIN = with_(grant(may="create update", refs="refs/heads/**"))
BY_PATH = with_(grant(line=4), grant("platform", paths="/ci/", line=5))
OVER = with_(grant(valid_before=SEEN))

REJECTED = [
    rejects(update("ff", MAIN), "nobody is proven to push here", **PLAIN),
    rejects(update("ff", MAIN, unproven="no channel"), "nobody is proven to push here: no channel", **PLAIN),
    rejects(update("ff", MAIN, pusher="dan"), '"dan" is none of the principals', **PLAIN),
    rejects(update("ff", MAIN, pusher="developers"), "none of the principals", **PLAIN),
    rejects(update("ff", MAIN, pusher="carol"), "carol may not update it: no grant of theirs is for this, p.yaml:1", **PLAIN),
    rejects(update("ff", MAIN, pusher="ann"), "ann may not update it: no grant", **with_()),
    rejects(update("non-ff", MAIN, pusher="ann"), "ann may not force it", **PLAIN),
    rejects(update("delete", MAIN, pusher="ann"), "ann may not delete it", **PLAIN),
    rejects(update("create", TAG, pusher="ann"), "ann may not tag it", **PLAIN),
    rejects(update("create", TAG, pusher="ann"), "ann may not tag it", **with_(grant(may="create"))),
    rejects(update("ff", TAG, pusher="ann"), "ann may not force it", **with_(grant(may="update tag"))),
    rejects(update("create", "refs/notes/x", pusher="ann"), "ann may not create it", **PLAIN),
    rejects(update("ff", MAIN, pusher="ann"), "ann may not update it", **OVER),
    rejects(update("ff", MAIN, pusher="ann", touched="a,ci/x"), "a grant names this path (p.yaml:5), and none", **BY_PATH),
    rejects(update("ff", MAIN, pusher="ann", touched="ci/x,ci/y"), "none of theirs does; so it is with 1 more path", **BY_PATH),
    rejects(update("create", MAIN, pusher="ann", touched="ci/x"), "(p.yaml:5), and none gives anybody `create` there", **BY_PATH),
    rejects(update("ff", MAIN, pusher="bob", touched="src"), "no grant of theirs is for this path, p.yaml:1",
            **with_(grant("platform", paths="/ci/"))),
    rejects(update("create", STATEMENT), "nobody is proven", **PLAIN),
    rejects(update("delete", STATEMENT, pusher="ann"), "may not delete", **PLAIN),
]  # fmt: skip
ACCEPTED = [
    accepts(update("ff", MAIN, pusher="ann"), **PLAIN),
    accepts(update("ff", MAIN, pusher="ann", touched=None), **PLAIN),
    accepts(update("create", TOPIC, pusher="bob", touched="a,ci/x"), **PLAIN),
    accepts(update("non-ff", TOPIC, pusher="ann"), **with_(grant(may="force"))),
    accepts(update("delete", TOPIC, pusher="ann", touched=None), **with_(grant(may="delete"), grant(paths="/ci/"))),
    accepts(update("create", TAG, pusher="ann", touched="ci/x"), **with_(grant(may="tag"), grant("bob", paths="/ci/"))),
    accepts(update("delete", TAG, pusher="ann"), **with_(grant(may="delete"))),
    accepts(update("ff", MAIN, pusher="ann", touched="a"), **BY_PATH),
    accepts(update("ff", MAIN, pusher="bob", touched="a,ci/x"), **BY_PATH),
    accepts(update("ff", MAIN, pusher="carol"), **with_(grant("carol"))),
    accepts(update("ff", MAIN, pusher="ann"), **with_(grant(valid_after=SEEN, valid_before=SEEN + 1))),
    accepts(update("create", STATEMENT, pusher="carol", touched=None), **PLAIN),
    accepts(update("range", MAIN), **PLAIN),
    accepts(update("draft", MAIN), **PLAIN),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("access")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("access")


def test_a_denial_says_who_could_have_done_it() -> None:
    rule = Access(**with_(grant(), grant("platform bob", "force", line=7)))
    (found,) = judge(rule, update("non-ff", MAIN, pusher="ann"))
    assert found.message == "ann may not force it: no grant of theirs is for this, p.yaml:1 and below"
    assert found.fix == "ask who may: platform, bob; or ask for a grant"
    (found,) = judge(rule, update("delete", MAIN, pusher="ann"))
    assert found.fix == "nobody may: ask whoever keeps the policy for a grant"
    (found,) = judge(Access(**BY_PATH), update("ff", MAIN, pusher="ann", touched="ci/x"))
    assert (found.path, found.fix) == ("ci/x", "ask who may: platform; or ask for a grant")


def test_a_denial_is_short_whatever_the_policy_and_the_push_hold() -> None:
    many = tuple(grant(f"{'p' * 120}{number}", paths="/ci/", line=number) for number in range(1000))
    touched = ",".join(f"ci/{'x' * 300}{number}" for number in range(2000))
    (found,) = judge(Access(**with_(grant(), *many)), update("ff", MAIN, pusher="ann", touched=touched))
    assert len(found.message) < 200
    assert len(found.fix) < 500
    assert found.fix.endswith("and 995 more; or ask for a grant")
    assert found.path is not None
    assert len(found.path) <= 100


def test_what_was_not_read_is_undecided() -> None:
    with pytest.raises(Undecided):
        judge(Access(**BY_PATH), update("ff", MAIN, pusher="ann", touched=None))
    rule = Access(**with_(grant(), grant(paths="/ci/", refs=TOPIC)))
    assert judge(rule, update("ff", MAIN, pusher="ann", touched=None)) == []
    assert (rule.protects(MAIN), rule.protects(TOPIC), rule.protecting(TOPIC)) == (False, True, {1})
