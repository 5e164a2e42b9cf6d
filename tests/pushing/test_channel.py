"""From an account to a principal: exactly, in time, for each policy by itself."""

from __future__ import annotations

import json

import pytest

from gitward.engine import conclude, judge_change
from gitward.facts import KNOWN
from gitward.model import ActorClaim, Change, Entry, Policy, Principal, RefUpdate, Violation
from gitward.pushing.channel import principal, with_actor
from gitward.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1_800_000_000
ANN = Principal(name="ann", roles=("maintainer",))
BOB = Principal(name="bob", accounts=("robert", "bob@ldap"))
SHOP = Principal(name="shop-ci", accounts=("deploy-key:7",), service=True)
FORGE = Principal(name="forge:github", forge=True, accounts=("web-flow",))


@record
class Told:
    """A rule that says what it was told."""

    name = "told"
    needs = ("update", "pusher")
    first = False

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        yield Violation(message=f"{update.pusher}|{update.unproven}|{update.touched}")


@record
class Silent:
    """A rule that finds something and asks nobody's name."""

    name = "silent"
    needs = ("update",)
    first = False

    def check_update(self, _update: RefUpdate) -> Iterator[Violation]:
        yield Violation(message="x")


def policy(*known: Principal, name: str = "one", exempt: frozenset[str] = frozenset()) -> Policy:
    """A policy that knows these, by a trust store in its plain form."""
    people = {
        each.name: {"accounts": list(each.accounts), "roles": list(each.roles), "forge": each.forge, "service": each.service,
                    "valid_after": each.valid_after, "valid_before": each.valid_before}
        for each in known
    }  # fmt: skip
    whole = {"principals": people, "ssh": [], "openpgp": [], "x509": [], "keyless": [], "x509_crls": [], "rsa_bits": 2048,
             "skew": 600, "openpgp_trailers": []}  # fmt: skip
    entry = Entry(id="told", rule=Told(), refs=("refs/**",), exempt_principals=exempt)
    return Policy(id=name, mode="enforce", entries=(entry,), source="p.yaml", digest="", trust=json.dumps(whole) if known else "")


def pushed(said: ActorClaim | None, *policies: Policy, now: int = NOW) -> Change:
    update = RefUpdate(ref="refs/heads/main", old="1" * 40, new="2" * 40, ancestry="ff")
    change = Change(stage="receive", time="2027-01-15T08:00:00.000000Z", updates=(update,), known=KNOWN["receive"])
    return with_actor(change, said, policies, now) if said else change


def told(change: Change, *policies: Policy) -> list[str]:
    return [tally.violations[0].message if tally.violations else "" for tally in judge_change(policies, change)]


@pytest.mark.parametrize(
    ("name", "found"),
    [("ann", "ann"), ("robert", "bob"), ("bob@ldap", "bob"), ("deploy-key:7", "shop-ci"), ("bob", ""), ("Ann", ""), ("ann ", ""),
     ("an", ""), ("annx", ""), ("robert\n", ""), ("web-flow", ""), ("forge:github", ""), ("maintainer", ""), ("*", "")],
)  # fmt: skip
def test_exactly(name: str, found: str) -> None:
    """Who has accounts is not known by its own name: there that may be somebody else."""
    who, why = principal((ANN, BOB, SHOP, FORGE), ActorClaim(channel="gitlab", name=name), NOW)
    assert (who.name if who else "") == found
    assert bool(why) is not bool(found)
    if why:  # without the account, which may be a person's: the reason goes into the log
        assert why == "whom the channel gitlab names is no principal of this policy"


def test_the_shell_is_told_the_principals_own_name() -> None:
    said = ActorClaim(channel="ssh-command", name="bob")
    assert principal((ANN, BOB), said, NOW) == (BOB, "")
    assert principal((ANN, BOB), replace(said, name="robert"), NOW) == (BOB, "")


def test_two_of_one_account_are_nobody() -> None:
    other = Principal(name="carol", accounts=("ann",))
    who, why = principal((ANN, other), ActorClaim(channel="gitlab", name="ann"), NOW)
    assert (who, why) == (None, "whom the channel gitlab names is ann and carol in this policy")


@pytest.mark.parametrize(
    ("after", "before", "why"),
    [(None, None, ""), (NOW, None, ""), (None, NOW + 1, ""), (NOW + 1, None, "the time of ann as a principal has not begun"),
     (None, NOW, "the time of ann as a principal is over")],
)  # fmt: skip
def test_in_time(after: int | None, before: int | None, why: str) -> None:
    known = replace(ANN, valid_after=after, valid_before=before)
    assert principal((known,), ActorClaim(channel="http", name="ann"), NOW) == (None if why else known, why)


def test_each_policy_by_its_own_names() -> None:
    """The built-in policy knows nobody; what one knows another need not."""
    renamed = Principal(name="ann-of-two", accounts=("ann",), roles=("reviewer",))
    policies = (policy(), policy(ANN), policy(renamed, name="two"), policy(BOB, name="three"))
    change = pushed(ActorClaim(channel="gitlab", name="ann"), *policies)
    assert change.pushers == ("", "ann", "ann-of-two", "")
    assert (change.actor.principal, change.actor.channel, change.actor.claim) == ("ann", "gitlab", "ann")
    assert change.actor.roles == (("maintainer", "one"), ("reviewer", "two"))
    assert told(change, *policies) == [
        "|whom the channel gitlab names is no principal of this policy|None", "ann||None", "ann-of-two||None",
        "|whom the channel gitlab names is no principal of this policy|None",
    ]  # fmt: skip


def test_a_service() -> None:
    actor = pushed(ActorClaim(channel="gitea", name="deploy-key:7"), policy(SHOP)).actor
    assert (actor.principal, actor.is_service) == ("shop-ci", True)


def test_nobody() -> None:
    change = pushed(ActorClaim(channel="http"), policy(ANN))
    assert (change.actor.principal, change.actor.channel, change.pushers) == (None, "http", ("",))
    assert told(change, policy(ANN)) == ["|the channel http names nobody: REMOTE_USER is not set|None"]
    assert told(pushed(None, policy(ANN)), policy(ANN)) == ["|nothing proves who pushes|None"]


def notices(change: Change, *policies: Policy) -> tuple[str, ...]:
    return conclude(policies, change, judge_change(policies, change), decision_id="x", version="0").notices


def test_exempt_by_the_channel() -> None:
    """Of one policy alone, and where nobody is known the report says so; of an account that none knows it says which."""
    lets_ann = policy(ANN, exempt=frozenset({"ann"}))
    policies = (lets_ann, policy(replace(ANN, accounts=("other",)), name="two", exempt=frozenset({"ann"})))
    change = pushed(ActorClaim(channel="gitlab", name="ann"), *policies)
    assert [dict(tally.reasons) for tally in judge_change(policies, change)] == [{("exempt", "principal"): 1}, {}]
    assert notices(change, *policies) == (
        "[told] nobody is exempt here: whom the channel gitlab names is no principal of this policy",
    )
    unknown = pushed(ActorClaim(channel="gitlab", name="eve\x1b"), lets_ann)
    assert notices(unknown, lets_ann) == (
        "the channel gitlab says that 'eve\\x1b' pushes, and no policy knows who that is",
        "[told] nobody is exempt here: whom the channel gitlab names is no principal of this policy",
    )
    nobody_asks = replace(lets_ann, entries=(replace(lets_ann.entries[0], rule=Silent(), exempt_principals=frozenset()),))
    assert notices(replace(unknown, pushers=("",)), nobody_asks) == ()
