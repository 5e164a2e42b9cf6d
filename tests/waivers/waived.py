"""Waivers over a policy of a few entries, for the tests of what counts: everything is a literal."""

from __future__ import annotations

from typing import Any

from gitward import batches, engine
from gitward.errors import Undecided
from gitward.makers import Identities
from gitward.message import parse
from gitward.model import (
    Change,
    Commit,
    Decision,
    Entry,
    Finding,
    Ident,
    Policy,
    Principal,
    RefUpdate,
    Signature,
    Statement,
    Violation,
    Waiver,
    WaiverRight,
)
from gitward.record import record, replace
from gitward.waivers.counting import Waivers
from gitward.waivers.refusals import refused
from gitward.waivers.rights import EVERYTHING, People, Setting

REF, OTHER = "refs/heads/main", "refs/heads/topic"
URL = "https://git.example.com/shop"
NOW, HOUR = 1_800_000_000, 3600
ONE, TWO, NEW, OLD, ZERO = ("1" * 40, "2" * 40, "d" * 40, "c" * 40, "0" * 40)
KNOWN = frozenset({"message", "merge", "object", "update", "ref", "refs", "push"})
NAMES = ("ann", "bob", "carol", "dan", "bot")
PEOPLE = People(
    identities=Identities({name: Principal(name=name, addresses=(f"{name}@example.com",)) for name in NAMES}),
    never=frozenset(("bot",)),
)


@record
class Word:
    """Denies a message that holds `bad`; `unknown` cannot be decided."""

    word: str = "bad"
    merges: str = "judge"
    name = "word"
    first = False
    needs = ("message",)

    def check_commit(self, commit: Commit) -> Any:
        if "unknown" in commit.message.text:
            raise Undecided("cannot be known")
        if self.word in commit.message.text:
            yield Violation(message=f"holds {self.word}", line=1)


@record
class Frozen:
    """Denies every update."""

    name: str = "frozen"
    first = False
    needs = ("update",)

    def check_update(self, update: RefUpdate) -> Any:
        yield Violation(message="the ref is frozen")


@record
class NoPush:
    """Denies every push."""

    name = "no-push"
    first = False
    needs = ("push",)

    def check_push(self, change: Change) -> Any:
        yield Violation(message="nobody pushes today")


def entry(rule: Any, ident: str = "", **how: Any) -> Entry:
    return Entry(**{"id": ident or rule.name, "rule": rule, "refs": ("refs/**",), **how})


RIGHTS = (
    WaiverRight(rules=("word", "frozen", "no-push"), who=("carol", "dan", "ann", "bot"), place="/etc/gitward/p.yaml:7"),
    WaiverRight(rules=EVERYTHING, who=("dan",), at_most=2 * HOUR, place="/etc/gitward/p.yaml:8"),
)


def policy(*rules: Any, rights: tuple[WaiverRight, ...] = RIGHTS, ident: str = "p", mode: Any = "enforce") -> Policy:
    entries = tuple(entry(rule) for rule in (rules or (Word(),)))
    return Policy(id=ident, mode=mode, entries=entries, source="s", digest="d", waivers=rights)


def commit(text: str = "bad", oid: str = ONE, author: str = "ann", signer: str = "", policies: int = 1) -> Commit:
    who = Ident(name=author, email=f"{author}@Example.com", time=0, offset=0)
    signature = Signature(finding=Finding(format="ssh", status="unsupported", principal=signer), now=NOW) if signer else None
    return Commit(oid=oid, tree=None, parents=(), merge=False, author=who, committer=who, message=parse(text.encode()),
                  signatures=(signature,) * policies if signer else ())  # fmt: skip


def waiver(*by: str, at: int = 0, **how: Any) -> Statement:
    """A waiver of `word` for the commit ONE that these have signed; `at` tells two alike apart."""
    outer = {name: how.pop(name) for name in ("repository", "made", "first_seen", "kind", "against") if name in how}
    said = {"policy": "p", "entries": ("word",), "commits": (ONE,), "reason": "the tracker is down", "ticket": "INC-1",
            "expires": NOW + HOUR, **how}  # fmt: skip
    given = {"id": f"{at:012x}".ljust(64, "0"), "kind": "waiver", "subjects": said["commits"] or (ZERO,), "repository": URL,
             "said": Waiver(**said), "made": NOW - 60, "by": (by, by)}  # fmt: skip
    return Statement(**{**given, **outer})


def glass(*by: str, at: int = 0, **how: Any) -> Statement:
    return waiver(*by, at=at, **{"entries": EVERYTHING, "commits": (), "ref": REF, **how})


def update(**how: Any) -> RefUpdate:
    return RefUpdate(**{"ref": REF, "old": OLD, "new": NEW, "ancestry": "ff", **how})


def decide(
    policies: tuple[Policy, ...], statements: tuple[Statement, ...], commits: tuple[Commit, ...] = (),
    updates: tuple[RefUpdate, ...] = (), *, pusher: str | None = "bob", wrote: tuple[str, ...] = ("ann",), ref: str = REF,
    now: int = NOW,
) -> Decision:  # fmt: skip
    """The decision about commits that `ref` brings, and updates. A pusher None: nobody pushes, it is CI."""
    pushers = () if pusher is None else (pusher,) * len(policies)
    made = {(policy, each.id, to.ref, to.new): frozenset(wrote) for policy, each in engine.entries_of(policies) for to in updates}
    setting = Setting(policies=policies, people=(PEOPLE,) * len(policies), urls=frozenset((URL,)), now=now, pushers=pushers,
                      made=made)  # fmt: skip
    waivers = Waivers(statements, setting)
    change = Change(stage="receive", time="t", updates=updates, known=KNOWN, pushers=pushers)
    scope = ("",) * len(engine.entries_of(policies))
    batch = batches.Batch(ref=ref, scope=scope, commits=commits)
    tallies = batches.judge_commits(policies, [batch], KNOWN, waivers=waivers)
    for tally, other in zip(tallies, engine.judge_change(policies, change, waivers), strict=True):
        tally.merge(other)
    decision = engine.conclude(policies, change, tallies, decision_id="i", version="v", commits=len(commits))
    return replace(decision, notices=refused(waivers, change, tallies))


def outcome(*statements: Statement, **how: Any) -> str:
    """What becomes of the commit ONE under one policy and these statements."""
    given = {"commits": (commit(),), **how}
    return decide((given.pop("policy", policy()),), statements, **given).results[0].outcome
