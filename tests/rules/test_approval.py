"""`approval`: whose word counts, for what, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest
from judging import OID, OTHER, SEEN, Case, accepts, examples, proposal, rejects, update

from gitward.errors import Undecided
from gitward.model import Approval, Principal, RefUpdate
from gitward.model.proposals import GivenApproval, OwnersFile
from gitward.record import replace
from gitward.rules.approval import Approval as Rule

MAIN = "refs/heads/main"
OLD = OTHER  # what `update` gives a ref that stands
NEXT = "3" * 40
ROLES = {"ann": ("dev", "reviewer"), "bob": ("reviewer",), "carol": ("security", "reviewer"), "dan": ("dev",)}


def people(**changed: dict[str, Any]) -> dict[str, Principal]:
    """Four people with roles; `changed` are fields of single ones."""
    return {
        name: Principal(**{"name": name, "addresses": (f"{name}@example.com",), "roles": roles, **changed.get(name, {})})
        for name, roles in ROLES.items()
    }


def given(by: str = "bob", identity: str = "a" * 64, void: str = "", repository: str = "here", **said: Any) -> GivenApproval:
    values = {"ref": MAIN, "base": OLD, "commit": OID, "tree": OTHER, **said}
    names = tuple(filter(None, by.split(",")))
    return GivenApproval(id=identity, by=names, repository=repository, said=Approval(**values), void=void)


def to(*approvals: GivenApproval, pusher: str = "ann", ancestry: str = "ff", **facts: Any) -> RefUpdate:
    """An update of main with these approvals; `facts` are of what it brings."""
    brings = proposal(MAIN, OLD, **{"known": people(), "given": approvals, **facts})
    return replace(update(ancestry, MAIN, pusher=pusher), proposals=(brings,))


def owned(text: str, *paths: bytes, approvals: tuple[GivenApproval, ...] = (given("bob"),), dialect: str = "github",
          **facts: Any) -> RefUpdate:  # fmt: skip
    file = OwnersFile(path="CODEOWNERS", commit=OLD, content=text.encode())
    return to(*approvals, paths=frozenset(paths or (b"src/a.c",)), owners={dialect: file}, **facts)


OWNERS = {"code_owners": True}
FORGE = {"evidence": "forge", "importers": ("robot",)}
ROBOT = {**people(), "robot": Principal(name="robot", service=True)}


def review(reviewer: str, by: str = "robot", identity: str = "b" * 64) -> GivenApproval:
    return given(by, identity, source="github", reviewer=reviewer)


REJECTED = [
    rejects(to(), "1 needed, 0 there"),
    rejects(to(given("")), "1 needed, 0 there"),
    rejects(to(given("bob")), "2 needed, 1 there: bob", count=2),
    # one person, twice: two statements, two keys in one statement
    rejects(to(given("bob"), given("bob", "b" * 64)), "2 needed, 1 there", count=2),
    # who made it
    rejects(to(given("ann")), "0 there"),
    rejects(to(given("bob"), pusher="bob"), "0 there"),
    rejects(to(given("bob"), signers=frozenset({"bob"})), "0 there"),
    rejects(to(given("bob"), people=frozenset({("B.", "BOB@Example.com")})), "0 there"),
    rejects(
        to(given("bob"), people=frozenset({("B.", "old@example.com")}), mailmap=("Bob <bob@example.com> <old@example.com>",)),
        "0 there",
    ),
    rejects(
        to(given("bob"), people=frozenset({("B.", "new@example.com")}), mailmap=("Bob <new@example.com> <bob@example.com>",)),
        "0 there",
    ),
    rejects(to(given("bob"), people=frozenset({("", "7+Bob@users.noreply.github.com")})), "0 there"),
    rejects(to(given("bob"), people=frozenset({("", "7-bobby@users.noreply.gitlab.com")}),
               known=people(bob={"accounts": ("bobby",)})), "0 there"),
    # who is nobody, no human, or no more
    rejects(to(given("robot"), known=ROBOT), "0 there"),
    rejects(to(given("bob"), known=people(bob={"forge": True})), "0 there"),
    rejects(to(given("mallory")), "0 there"),
    rejects(to(given("bob"), known=people(bob={"valid_before": SEEN})), "0 there"),
    rejects(to(given("bob"), known=people(bob={"valid_after": SEEN + 1})), "0 there"),
    rejects(to(given("dan")), "approvals by reviewer: 1 needed, 0 there", from_=("reviewer",)),
    rejects(to(given("bob"), known=people(bob={"roles": ()})), "0 there", from_=("reviewer",)),
    # for something else
    rejects(to(given(void="it was revoked")), "0 there"),
    rejects(to(given(repository="there")), "0 there"),
    rejects(to(given(ref="refs/heads/other")), "0 there"),
    rejects(to(given(tree=NEXT)), "0 there"),
    rejects(to(given(base=NEXT)), "0 there"),
    rejects(to(given(base=NEXT), carried={(NEXT, OTHER): ""}), "0 there"),
    rejects(to(given(base=NEXT, patch_id="p"), patch="q"), "0 there", keep="patch-id"),
    rejects(to(given(base=NEXT, patch_id="p"), patch="p"), "0 there", keep="patch-id"),
    rejects(to(given(base=NEXT), carried={(NEXT, OTHER): "it is not"}), "0 there", keep="patch-id"),
    rejects(to(given(base=NEXT), carried={(NEXT, NEXT): "", (OLD, OTHER): ""}), "0 there", keep="patch-id"),
    rejects(to(given(tree=NEXT, patch_id="p"), patch="p"), "0 there", keep="patch-id"),
    rejects(to(given(base=NEXT), patch=""), "0 there", keep="patch-id"),
    # a forge's word
    rejects(to(review("bob"), known=ROBOT), "0 there"),
    rejects(to(review("bob", by="dan"), known=ROBOT), "0 there", **FORGE),
    rejects(to(review("bobby"), known=ROBOT), "0 there", **FORGE),
    rejects(to(review("ann"), known=ROBOT), "0 there", **FORGE),
    rejects(to(review("bob", by="ann"), known=ROBOT), "0 there", evidence="forge", importers=("ann",)),
    # nobody knows who pushes; no commit at all
    rejects(to(given("bob"), pusher=""), "nobody is proven to push here"),
    rejects(replace(to(given("bob")), kind="blob"), "it leads to a blob"),
    # code owners
    rejects(owned("*.c @carol"), '"src/a.c" is owned by @carol (CODEOWNERS:1), and not approved by one', **OWNERS),
    rejects(owned("* @bob\nsrc/ @org/security"), "owned by @org/security", **OWNERS),
    rejects(owned("* dan@example.com"), "owned by dan@example.com", **OWNERS),
    rejects(owned("* @nobody"), "owned by @nobody", **OWNERS),
    rejects(owned("/CODEOWNERS @carol", b".github/CODEOWNERS"), '"CODEOWNERS" is owned by @carol (CODEOWNERS:1)', **OWNERS),
    rejects(owned("* @ann @org/dev"), "owned by @ann, @org/dev", **OWNERS),
    rejects(owned("[c]*.c @bob"), "line 1 has a pattern of a kind that GitHub does not take", **OWNERS),
    rejects(to(given("bob")), "nobody can say who owns the code: CODEOWNERS: there is none", **OWNERS),
    rejects(owned("[A][2]\n*.c @bob @carol", dialect="gitlab"), "not approved by 2 of them", codeowners="gitlab", **OWNERS),
    rejects(owned("* @bob\n[A]\n*.c @carol", dialect="gitlab"), "owned by @carol", codeowners="gitlab", **OWNERS),
    rejects(to(paths=frozenset({b"ci/run"})), "0 there", paths=("/ci/",)),
]
ACCEPTED = [
    accepts(to(given("bob"))),
    accepts(to(given("bob"), given("carol", "b" * 64)), count=2),
    accepts(to(given("bob,carol")), count=2),
    accepts(to(given("bob", tree=NEXT), given("bob", "b" * 64))),
    accepts(to(given("bob"), ancestry="non-ff")),
    accepts(to(given("bob"), known=people(bob={"valid_before": SEEN + 1, "valid_after": SEEN}))),
    accepts(to(given("carol")), from_=("security", "lead")),
    accepts(to(given("bob"), pusher="robot", known=ROBOT)),
    accepts(to(given("bob", base=NEXT, tree=NEXT), carried={(NEXT, NEXT): ""}), keep="patch-id"),
    accepts(to(review("bob"), known=ROBOT), **FORGE),
    accepts(to(review("bobby"), known={**ROBOT, **people(bob={"accounts": ("bobby",)})}), **FORGE),
    accepts(update("delete", MAIN, pusher="ann", proposals=())),
    accepts(update("create", "refs/gitward/statements/x/y", proposals=(), kind="blob")),
    accepts(to(paths=frozenset({b"src/a.c"})), paths=("/ci/",)),
    accepts(owned("*.c @bob"), **OWNERS),
    accepts(owned("* @carol\n*.c"), **OWNERS),
    accepts(owned("* @org/reviewer"), **OWNERS),
    accepts(owned("/CODEOWNERS @carol", b"docs/CODEOWNERS"), **OWNERS),
    accepts(owned("/CODEOWNERS @carol", b".github/CODEOWNERS", approvals=(given("carol"),)), **OWNERS),
    accepts(owned("* Bob@EXAMPLE.com"), **OWNERS),
    accepts(owned("*.md @carol"), **OWNERS),
    accepts(owned("* @bobby", known=people(bob={"accounts": ("bobby",)})), **OWNERS),
    accepts(owned("^[A]\n*.c @carol", dialect="gitlab"), codeowners="gitlab", **OWNERS),
    accepts(owned("*.c @carol\n!src/", dialect="gitlab"), codeowners="gitlab", **OWNERS),
    # who owns the code is put right by a change of nothing but that file
    accepts(to(given("bob"), paths=frozenset({b".github/CODEOWNERS"})), **OWNERS),
    accepts(owned("[", b"CODEOWNERS"), **OWNERS),
    # with an owner outside `from` beside those who count
    accepts(owned("* @dan", approvals=(given("bob"), given("dan", "b" * 64))), from_=("reviewer",), **OWNERS),
]


@pytest.mark.parametrize("case", REJECTED + ACCEPTED, ids=str)
def test_cases(case: Case) -> None:
    case.check("approval")


@pytest.mark.parametrize(("heading", "case"), examples("approval"), ids=str)
def test_examples_of_the_page(heading: str, case: Case) -> None:
    found = list(Rule(**case.options).check_update(case.subject))  # type: ignore[arg-type]
    assert bool(found) is (heading == "Rejected")


@pytest.mark.parametrize(
    ("approval", "facts", "says"),
    [
        (given(tree=NEXT), {}, "bob does not count: it is for another tree, 333333333333: the change is not what was approved"),
        (given(base=NEXT), {}, "it is for refs/heads/main at 333333333333, which has moved since (stale)"),
        (given(ref="refs/heads/x"), {}, "it is for another ref, refs/heads/x"),
        (given(repository="https://example.com/y"), {}, "it is for another repository, https://example.com/y"),
        (given(void="it was revoked by bob: a mistake"), {}, "it was revoked by bob: a mistake"),
        (given("ann"), {}, "of ann does not count: it is their own change (author, committer or co-author)"),
        (given("bob"), {"pusher": "bob"}, "of bob does not count: they push it themselves"),
        (given("bob"), {"signers": frozenset({"bob"})}, "they signed a commit of it"),
        (given("robot"), {"known": ROBOT}, "of robot does not count: it is a service, and no human"),
        (given("dan"), {}, "the approval aaaaaaaaaaaa of dan does not count: no role of reviewer"),
        (given(""), {}, "the approval aaaaaaaaaaaa does not count: it carries no good signature of anybody whom"),
        (review("bob"), {"known": ROBOT}, "of bob on github does not count: it is a forge's word, imported"),
    ],
)
def test_what_is_said_of_an_approval(approval: GivenApproval, facts: dict[str, Any], says: str) -> None:
    found = list(Rule(from_=("reviewer",)).check_update(to(approval, **facts)))
    assert [says in each.message for each in found] == [False, True], found


def test_who_could_approve() -> None:
    """All who could, and nobody else: not who made it, nor who has approved, nor who lacks the role."""
    (found, *_) = Rule(count=2, from_=("reviewer",)).check_update(to(given("bob")))
    assert found.fix == f"ask carol: gitward approve {OID[:12]} --ref refs/heads/main"
    (found, *_) = Rule(from_=("dev",)).check_update(to(signers=frozenset({"dan"})))
    whole = "ann: it is their own change (author, committer or co-author); dan: they signed a commit of it"
    assert found.fix == f"nobody else whom the policy knows can approve this ({whole})"
    (found,) = Rule(**OWNERS, count=1).check_update(replace(owned("*.c @carol"), pusher="carol"))
    assert found.fix == "carol could, but pushes it: let somebody else push"
    (found,) = Rule(**OWNERS, count=1).check_update(owned("*.c @nobody"))
    assert found.fix == "no principal is such an owner: see CODEOWNERS:1 and the policy"


def test_a_flood_of_approvals_is_not_a_flood_of_words() -> None:
    many = tuple(given("dan", f"{number:064x}", tree=NEXT) for number in range(1000))
    found = list(Rule().check_update(to(*many)))
    assert len(found) == 7
    assert found[-1].message == "and 995 more that do not count"


def test_what_was_not_read_is_undecided() -> None:
    with pytest.raises(Undecided):
        list(Rule().check_update(replace(to(given("bob")), proposals=())))
    with pytest.raises(Undecided):
        list(Rule().check_update(replace(to(given("bob")), proposals=(None,))))


def test_options_that_cannot_stand_together() -> None:
    assert "needs them" in Rule(evidence="forge").conflict()
    assert "needs them" in Rule(importers=("bob",)).conflict()
    assert "only takes out" in Rule(paths=("!/ci/",)).conflict()
