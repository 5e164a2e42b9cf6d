"""Which waivers count: threat 29 (expired, for another rule, signed by someone without the right), and all around it."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from waived import (
    HOUR,
    NEW,
    NOW,
    OLD,
    ONE,
    OTHER,
    PEOPLE,
    REF,
    RIGHTS,
    TWO,
    URL,
    ZERO,
    Frozen,
    NoPush,
    Word,
    commit,
    decide,
    glass,
    outcome,
    policy,
    update,
    waiver,
)

from gitward.model import Policy, Statement, WaiverRight
from gitward.record import replace
from gitward.rules.malformed_object import MalformedObject
from soaking import examples

TWO_NEEDED = policy(rights=(replace(RIGHTS[0], count=2),))


def test_a_waiver_lets_go_what_it_names_and_says_so() -> None:
    decision = decide((policy(),), (waiver("carol"),), (commit(), commit("fine", TWO)))
    (result,) = decision.results
    assert (decision.exit_code, result.outcome, result.waived, result.passed, result.violated) == (0, "waived", 1, 1, 0)
    assert (result.violations, result.violation_count) == ((), 0)
    ((waived),) = result.let_go
    assert (waived.subjects, waived.violations[0].commit, waived.violations[0].message) == (1, ONE, "holds bad")
    (used,) = waived.waivers
    assert (used.by, used.reason, used.ticket, used.until) == (("carol",), "the tracker is down", "INC-1", NOW + HOUR)
    assert (used.is_break_glass, decision.broken_glass, decision.notices) == (False, (), ())


def test_what_it_does_not_name_stays_violated() -> None:
    decision = decide((policy(),), (waiver("carol"),), (commit(), commit(oid=TWO)))
    assert decision.exit_code == 1
    assert (decision.results[0].violated, decision.results[0].waived) == (1, 1)
    assert [violation.commit for violation in decision.results[0].violations] == [TWO]
    assert decision.notices == ()  # it counted, though not for all


REFUSED: dict[str, tuple[Statement, str]] = {
    "nobody has signed": (waiver(), "nobody whom the policy knows has signed it"),
    "taken back": (waiver(against=("revoked by carol: no need", "")), "counts for nothing: revoked by carol: no need"),
    "without the right": (waiver("bob"), "only carol, dan, ann, bot may waive this (p.yaml:7)"),
    "a service": (waiver("bot"), "only carol, dan, ann, bot may waive this"),
    "expired": (waiver("carol", made=NOW - 2 * HOUR, expires=NOW), "expired"),
    "for too long": (waiver("carol", expires=NOW + 24 * HOUR), "at most 24 h may be waived (p.yaml:7)"),
    "another policy": (waiver("carol", policy="q"), "it is for the policy q"),
    "another repository": (waiver("carol", repository="https://git.example.com/other"), "the repository https://git.example.com/o"),
    "another commit": (waiver("carol", commits=(TWO,)), f"it is for {TWO[:12]}"),
    "a short oid": (waiver("carol", commits=(ONE[:12],)), f"it is for {ONE[:12]}"),
    "another ref": (waiver("carol", ref=OTHER), f"it is for {ONE[:12]} on {OTHER}"),
    "too many commits": (waiver("carol", commits=(ONE,) * 1001), "more than 1000 commits"),
    "made tomorrow": (waiver("carol", made=NOW + 601, expires=NOW + 2 * HOUR), "made later than it was seen"),
    "backdated": (waiver("carol", made=NOW - 48 * HOUR, expires=NOW + HOUR), "at most 24 h"),
    "forward-dated when it was seen": (
        waiver("carol", made=NOW - 60, first_seen=NOW - HOUR, expires=NOW + 23 * HOUR), "made later than it was seen"
    ),
    "seen in the future": (waiver("carol", first_seen=NOW + HOUR), "the server's clock has gone back"),
    "everything, of one commit": (waiver("dan", entries=("*",)), "is not for one ref alone"),
    "everything, without a ref": (glass("dan", ref=""), "is not for one ref alone"),
    "everything among others": (waiver("dan", entries=("*", "x"), commits=(), ref=REF), ""),
    "everything, without the right": (glass("carol"), "only dan may waive this (p.yaml:8)"),
    "everything, of another ref": (glass("dan", ref=OTHER), f"it is for {OTHER}"),
    "everything, for too long": (glass("dan", expires=NOW + 2 * HOUR), "at most 2 h"),
    "everything, expired": (glass("dan", expires=NOW - 1), "expired"),
    "its author's": (waiver("ann"), "1 of carol, dan, ann, bot must waive, other than who pushes or wrote it (p.yaml:7)"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_count_changes_nothing_and_says_why(case: str) -> None:
    statement, why = REFUSED[case]
    decision = decide((policy(),), (statement,), (commit(),))
    assert (decision.exit_code, decision.results[0].outcome, decision.results[0].waived) == (1, "violated", 0)
    if why:
        (line,) = decision.notices
        assert line.startswith(f"[word] the waiver {statement.id[:12]}")
        assert why in line


def test_another_entry_is_not_let_go() -> None:
    two = policy(Word(), Frozen())
    decision = decide((two,), (waiver("carol", entries=("frozen",)),), (commit(),))
    assert decision.results[0].outcome == "violated"
    assert decision.notices == ()  # it says nothing about this entry
    only = policy(rights=(replace(RIGHTS[0], rules=("frozen",)),))
    decision = decide((only,), (waiver("carol"),), (commit(),))
    assert (decision.exit_code, "the policy lets nobody waive this" in decision.notices[0]) == (1, True)
    decision = decide((replace(only, waivers=()),), (glass("dan"),), (commit(),))
    assert (decision.exit_code, "the policy lets nobody break the glass" in decision.notices[0]) == (1, True)


def test_who_pushes_or_wrote_it_does_not_waive_it() -> None:
    assert outcome(waiver("carol"), pusher="carol") == "violated"
    assert outcome(waiver("carol", "dan"), pusher="carol") == "waived"
    assert outcome(waiver("carol"), commits=(commit(author="carol"),)) == "violated"
    carol = commit(author="carol")
    assert outcome(waiver("carol"), commits=(replace(carol, committer=commit().committer),)) == "violated"
    assert outcome(waiver("carol"), commits=(replace(carol, author=commit().author),)) == "violated"
    assert outcome(waiver("carol"), commits=(commit("bad\n\nCo-authored-by: C <CAROL@example.com>"),)) == "violated"
    assert outcome(waiver("carol"), commits=(commit(signer="carol"),)) == "violated"
    assert outcome(waiver("carol"), commits=(commit(signer="ann"),)) == "waived"


def test_where_nobody_is_proven_to_push_one_more_is_needed() -> None:
    assert outcome(waiver("carol"), pusher="") == "violated"
    assert outcome(waiver("carol", "dan"), pusher="") == "waived"
    assert outcome(waiver("carol"), pusher=None) == "waived"  # in CI nobody pushes
    (line,) = decide((policy(),), (waiver("carol"),), (commit(),), pusher="").notices
    assert "nothing proves who pushes, so it is one more than the policy says" in line


def test_several_add_up_and_each_person_counts_once() -> None:
    assert outcome(waiver("carol"), policy=TWO_NEEDED) == "violated"
    assert outcome(waiver("carol"), waiver("carol", at=1), policy=TWO_NEEDED) == "violated"
    assert outcome(waiver("carol"), waiver("bot", at=1), policy=TWO_NEEDED) == "violated"
    assert outcome(waiver("carol"), waiver("dan", at=1, commits=(TWO,)), policy=TWO_NEEDED) == "violated"
    assert outcome(waiver("carol"), waiver("dan", at=1, expires=NOW), policy=TWO_NEEDED) == "violated"
    assert outcome(waiver("carol"), waiver("ann", at=1), policy=TWO_NEEDED) == "violated"  # the author
    assert outcome(waiver("carol"), waiver("dan", at=1), policy=TWO_NEEDED) == "waived"
    assert outcome(waiver("carol", "dan"), policy=TWO_NEEDED) == "waived"


def test_lines_of_the_policy_do_not_add_up() -> None:
    each = tuple(WaiverRight(rules=("word",), who=(name,), count=2) for name in ("carol", "dan"))
    assert outcome(waiver("carol", "dan"), policy=policy(rights=each)) == "violated"


def test_it_counts_until_the_second_in_which_it_ends() -> None:
    assert outcome(waiver("carol"), now=NOW + HOUR - 1) == "waived"
    assert outcome(waiver("carol"), now=NOW + HOUR) == "violated"
    short = policy(rights=(replace(RIGHTS[0], at_most=2 * HOUR),))
    seen = waiver("carol", made=NOW + 500, first_seen=NOW, expires=NOW + 2 * HOUR + 400)  # within the clocks' difference
    assert outcome(seen, now=NOW + 2 * HOUR - 1, policy=short) == "waived"
    assert outcome(seen, now=NOW + 2 * HOUR, policy=short) == "violated"


# --- updates and pushes -------------------------------------------------------------------------------------------------


def of_update(statement: Statement, *updates: Any, **how: Any) -> int:
    rules = how.pop("rules", (Frozen(),))
    return decide((policy(*rules),), (statement,), (), updates or (update(),), **how).exit_code


def test_an_update_is_let_go_by_its_new_value_and_its_ref() -> None:
    named = {"entries": ("frozen",), "commits": (NEW,), "ref": REF}
    assert of_update(waiver("carol", **named)) == 0
    assert of_update(waiver("carol", **named | {"ref": ""})) == 1
    assert of_update(waiver("carol", **named | {"ref": OTHER})) == 1
    assert of_update(waiver("carol", **named | {"commits": (OLD,)})) == 1
    assert of_update(waiver("carol", **named), pusher="carol") == 1
    assert of_update(waiver("carol", **named), wrote=("ann", "carol")) == 1


def test_who_wrote_an_update_must_be_known() -> None:
    from gitward.waivers.counting import Waivers
    from gitward.waivers.rights import Setting

    one = policy(Frozen())
    setting = Setting(policies=(one,), people=(PEOPLE,), urls=frozenset((URL,)), now=NOW, pushers=("bob",))
    statement = waiver("carol", entries=("frozen",), commits=(NEW,), ref=REF)
    assert Waivers((statement,), setting).of_update(0, one.entries[0], update()) == ()
    known = replace(setting, made={(0, "frozen", REF, NEW): frozenset()})
    assert Waivers((statement,), known).of_update(0, one.entries[0], update())


def test_a_deletion_is_let_go_by_the_value_that_goes() -> None:
    gone = update(new=ZERO, ancestry="delete")
    named = {"entries": ("frozen",), "ref": REF}
    assert of_update(waiver("carol", commits=(ZERO, OLD), **named), gone) == 0
    assert of_update(waiver("carol", commits=(ZERO,), **named), gone) == 1
    assert of_update(waiver("carol", commits=(OLD,), **named), gone) == 1


def test_of_a_push_each_update_must_be_let_go() -> None:
    named = {"entries": ("no-push",), "commits": (NEW,), "ref": REF}
    other = update(ref=OTHER, new=TWO)
    assert of_update(waiver("carol", **named), rules=(NoPush(),)) == 0
    assert of_update(waiver("carol", **named), update(), other, rules=(NoPush(),)) == 1
    beside = update(ref=f"refs/gitward/statements/{ONE}/{'e' * 64}", new=TWO, ancestry="create")
    assert of_update(waiver("carol", **named), update(), beside, rules=(NoPush(),)) == 0
    both = (waiver("carol", **named), waiver("dan", at=1, **named | {"commits": (TWO,), "ref": OTHER}))
    decision = decide((policy(NoPush()),), both, (), (update(), other))
    assert (decision.exit_code, len(decision.results[0].let_go[0].waivers)) == (0, 2)


# --- break-glass --------------------------------------------------------------------------------------------------------


def test_broken_glass_lets_all_of_the_policy_go_on_one_ref() -> None:
    decision = decide((policy(Word(), Frozen(), NoPush()),), (glass("dan"),), (commit(),), (update(),))
    assert (decision.exit_code, [result.outcome for result in decision.results]) == (0, ["waived"] * 3)
    assert [len(result.let_go[0].violations) for result in decision.results] == [1, 1, 1]
    (used,) = decision.broken_glass
    assert (used.statement, used.by, used.is_break_glass) == (f"{0:064x}", ("dan",), True)
    elsewhere = update(ref=OTHER)
    decision = decide((policy(Word(), Frozen(), NoPush()),), (glass("dan"),), (commit(),), (update(), elsewhere))
    assert [result.outcome for result in decision.results] == ["waived", "violated", "violated"]


def test_who_breaks_the_glass_may_push_alone() -> None:
    assert outcome(glass("dan"), pusher="dan", commits=(commit(author="dan"),)) == "waived"
    assert outcome(glass("dan"), pusher="") == "waived"
    two = policy(rights=(RIGHTS[0], replace(RIGHTS[1], who=("dan", "carol"), count=2)))
    assert outcome(glass("dan"), policy=two, pusher="dan") == "violated"
    assert outcome(glass("dan"), glass("carol", at=1), policy=two, pusher="dan") == "waived"


def test_the_right_to_everything_is_no_right_to_one_thing() -> None:
    """Else what should be loud would be quiet."""
    only = policy(rights=RIGHTS[1:])
    assert outcome(waiver("dan"), policy=only) == "violated"
    assert outcome(glass("dan"), policy=only) == "waived"


def test_a_waiver_is_taken_before_glass_is_broken() -> None:
    decision = decide((policy(),), (glass("dan"), waiver("carol", at=1)), (commit(),))
    assert (decision.exit_code, decision.broken_glass) == (0, ())


def test_an_ordinary_waiver_cannot_name_a_ref_as_if_it_were_a_commit() -> None:
    assert outcome(waiver("carol", commits=(f"ref {REF}", REF)), commits=(commit(oid=TWO),)) == "violated"


# --- what nothing lets go -----------------------------------------------------------------------------------------------


def test_malformed_objects_and_lines_that_no_policy_can_allow_are_never_let_go() -> None:
    from gitward.integrity import built_in

    gated = replace(policy(MalformedObject()), waivers=(replace(RIGHTS[0], rules=("malformed-object",)), RIGHTS[1]))
    broken = replace(commit("fine"), malformed="no author")
    for statement in (waiver("carol", entries=("malformed-object",)), glass("dan")):
        assert outcome(statement, policy=gated, commits=(broken,)) == "violated"
    own = replace(built_in("1"), waivers=(replace(RIGHTS[1]), replace(RIGHTS[0], rules=("push-integrity",))))
    given = update(ref=REF, problem="refs/gitward/ is reserved")
    statements = (glass("dan", policy="gitward"), waiver("carol", at=1, policy="gitward", entries=("push-integrity",),
                                                        commits=(NEW,), ref=REF))  # fmt: skip
    assert decide((own,), statements, (), (given,)).exit_code == 1


def test_what_is_undecided_stays_so() -> None:
    for statement in (waiver("carol"), glass("dan")):
        decision = decide((policy(),), (statement,), (commit("bad and unknown"),))
        assert (decision.exit_code, decision.results[0].undecided, decision.results[0].waived) == (3, 1, 0)


def test_refusals_are_bounded_and_name_no_folder_of_the_server() -> None:
    many = tuple(waiver("bob", at=number) for number in range(50))
    notices = decide((policy(),), many, (commit(),)).notices
    assert (len(notices), notices[-1]) == (21, "and 30 more waivers that count for nothing here")
    assert not any("/etc" in line for line in notices)
    long = waiver("carol", policy="x" * 100_000)
    assert len(decide((policy(),), (long,), (commit(),)).notices[0]) < 400
    wordy = decide((policy(),), (waiver("carol", reason="x" * 100_000, ticket="y" * 100_000),), (commit(),))
    (used,) = wordy.results[0].let_go[0].waivers
    assert (len(used.reason), len(used.ticket)) == (400, 100)


def test_worker_processes_get_the_same_waivers() -> None:
    from gitward.waivers.counting import Waivers
    from gitward.waivers.rights import Setting

    one = Policy(id="p", mode="enforce", entries=(), source="s", digest="d", waivers=RIGHTS)
    setting = Setting(policies=(one,), people=(PEOPLE,), urls=frozenset((URL,)), now=NOW, pushers=("bob",))
    again = pickle.loads(pickle.dumps(Waivers((waiver("carol"),), setting)))
    assert again.of_commit(0, policy().entries[0], commit(), REF)


# --- properties ---------------------------------------------------------------------------------------------------------

SOME = settings(max_examples=examples(40), deadline=None)
_names = st.lists(st.sampled_from(["ann", "bob", "carol", "dan", "bot"]), unique=True, max_size=3)


@st.composite
def statements(draw: st.DrawFn) -> tuple[Statement, ...]:
    made = []
    for at in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from([waiver, waiver, glass]))
        how: dict[str, Any] = {
            "policy": draw(st.sampled_from(["p", "p", "q"])),
            "expires": NOW + draw(st.sampled_from([HOUR, HOUR, -1, 30 * HOUR])),
            "made": NOW + draw(st.sampled_from([-60, -60, 5000])),
        }
        if kind is waiver:
            how["commits"] = draw(st.sampled_from([(ONE,), (TWO,), (ONE, TWO), (NEW,)]))
            how["entries"] = draw(st.sampled_from([("word",), ("frozen",), ("word", "frozen", "no-push")]))
            how["ref"] = draw(st.sampled_from(["", REF, OTHER]))
        made.append(kind(*draw(_names), at=at, **how))
    return tuple(made)


_texts = st.lists(st.sampled_from(["bad", "fine", "bad unknown"]), max_size=2)


def _commits(texts: list[str]) -> tuple[Any, ...]:
    return tuple(commit(text, oid) for text, oid in zip(texts, (ONE, TWO), strict=False))


@SOME
@given(statements(), _texts, st.sampled_from(["bob", "carol", "", None]), st.data())
def test_the_order_of_statements_changes_nothing(given_: tuple[Statement, ...], texts: list[str], pusher: Any, data: Any) -> None:
    rules = (Word(), Frozen(), NoPush())
    turned = tuple(data.draw(st.permutations(given_)))
    one, other = (decide((policy(*rules),), each, _commits(texts), (update(),), pusher=pusher) for each in (given_, turned))
    assert one == other


@SOME
@given(statements(), _texts, st.sampled_from(["bob", "carol", "", None]))
def test_waivers_only_turn_violated_into_waived(given_: tuple[Statement, ...], texts: list[str], pusher: Any) -> None:
    policies = (policy(Word(), Frozen()), policy(NoPush(), Word(), ident="q"))
    without = decide(policies, (), _commits(texts), (update(),), pusher=pusher)
    decision = decide(policies, given_, _commits(texts), (update(),), pusher=pusher)
    for before, after in zip(without.results, decision.results, strict=True):
        assert after.violated + after.waived == before.violated
        same = ("passed", "exempt", "undecided", "not_applicable", "reasons")
        assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    if without.exit_code == 3:
        assert decision.exit_code == 3


@SOME
@given(statements(), _texts, st.sampled_from(["bob", "carol", "", None]), st.booleans())
def test_an_entry_or_a_policy_more_never_allows_more(
    given_: tuple[Statement, ...], texts: list[str], pusher: Any, stands_first: bool
) -> None:
    one = policy(Word())
    alone = decide((one,), given_, _commits(texts), (update(),), pusher=pusher)
    beside = policy(Word(), NoPush(), ident="q")
    policies = (beside, one) if stands_first else (one, beside)
    for wider in ((policy(Word(), Frozen()),), policies):
        decision = decide(wider, given_, _commits(texts), (update(),), pusher=pusher)
        assert decision.exit_code >= alone.exit_code
        found = {(decision.policies[each.policy].id, each.entry): replace(each, policy=0) for each in decision.results}
        assert found["p", "word"] == alone.results[0]
