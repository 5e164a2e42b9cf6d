"""What a push may bring below refs/gitward/, whatever the policy says; and what a policy's entries are then told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from saying import APPROVAL, NOW, OID, OTHER, SAID, WAIVER, ZERO, Keys
from signedworld import World

from gitward.audit import schema
from gitward.audit.event import decision_event, decision_item
from gitward.integrity import built_in
from gitward.judge import judge
from gitward.model import Change, Decision, Entry, Host, Policy, RawUpdate, Request, Revocation, Violation, WaiverRight
from gitward.policy import load
from gitward.record import record, replace
from gitward.statements.envelope import EnvelopeSignature, encoded, opened
from gitward.statements.places import ref_of
from gitward.statements.reading import id_of, read
from soaking import long

STRICT = """\
version: 1
policy: {id: strict}
mode: MODE
rules:
  - {rule: ref-namespace, refs: ["refs/**"], allow: ["refs/heads/**"]}
  - {rule: ref-name, refs: ["refs/**"], pattern: "topic"}
  - {rule: no-force-push, refs: ["refs/**"]}
  - {rule: push-limits, refs: ["refs/**"], updates: 1}
  - {rule: signed-push, refs: ["refs/**"], push_urls: ["https://git.example.com/x"]}
  - {rule: subject-length, refs: ["refs/**"]}
"""


def strict(mode: str = "enforce") -> Policy:
    text = STRICT.replace("MODE", mode)
    return load.load_with_tests({"p.yaml": text.encode()}.get, "p.yaml", "p.yaml")[0]


def strict_with(world: World) -> Policy:
    return replace(strict(), trust=world.policy.trust)


@pytest.fixture
def world(tmp_path: Path, people: Keys) -> World:
    return World(tmp_path / "repository", people)


def decide(world: World, *updates: tuple[str, str, str], policy: Any = None, stage: Any = "receive", **how: Any) -> Decision:
    raw = tuple(RawUpdate(old=old, new=new, ref=ref) for old, new, ref in updates)
    host = Host(repository=str(world.folder))
    request = Request(stage=stage, updates=raw, **how)
    return judge(request, host, policies=(built_in("0"), policy or strict()))


def brought(world: World, blob: bytes, subject: str = OID, name: str = "") -> tuple[str, str, str]:
    """The line of a push that makes the ref of this blob."""
    oid = world.git("hash-object", "-w", "--stdin", stdin=blob)
    return ZERO, oid, ref_of(subject, name or id_of(blob))


def why(decision: Decision) -> str:
    """What push-integrity says; nothing else may speak where it does not."""
    assert decision.failure is None, decision.failure
    results = [result for result in decision.results if result.entry == "push-integrity"]
    return "; ".join(each.message for result in results for each in result.violations)


@pytest.mark.parametrize("kind", SAID)
@pytest.mark.parametrize("stage", ["receive", "push"])
def test_a_statement_may_come_whatever_the_policy_says(world: World, kind: str, stage: str) -> None:
    who, policy = ("eve", None) if kind != "closing" else ("ann", strict_with(world))  # about no commit: signed by somebody known
    line = brought(world, world.blob(who, kind=kind), SAID[kind][1][0])
    more = {"existing": {}} if stage == "push" else {}
    decision = decide(world, line, stage=stage, policy=policy, **more)
    assert decision.outcome == "allowed"
    assert {(result.entry, result.outcome) for result in decision.results} == {
        (entry, "not-applicable")
        for entry in ("push-integrity", "ref-namespace", "ref-name", "no-force-push", "push-limits", "signed-push",
                      "subject-length", "malformed-object")
    }  # fmt: skip
    assert ("not-applicable", "statement", 1) in decision.results[0].reasons


ACCESS = """\
version: 1
policy: {id: closed}
principals: {ann: {}}
access:
  - {who: [ann], may: [update], refs: [refs/heads/main], paths: ["/x/**"]}
"""


def test_nobody_needs_a_grant_for_it(world: World) -> None:
    policy = load.load_with_tests({"p.yaml": ACCESS.encode()}.get, "p.yaml", "p.yaml")[0]
    line = brought(world, world.blob("eve"))
    commit = world.git("commit-tree", "-m", "a fine subject", world.git("mktree"))
    assert decide(world, line, policy=policy).outcome == "allowed"
    decision = decide(world, line, (ZERO, commit, "refs/heads/topic"), policy=policy)
    (denied,) = [result for result in decision.results if result.outcome == "violated"]
    assert (denied.entry, {each.ref for each in denied.violations}) == ("access", {"refs/heads/topic"})


def test_one_of_another_kind_may_come_too(world: World) -> None:
    plain = b'{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha1":"%b"}}],"predicateType":"x"}' % OID.encode()
    assert decide(world, brought(world, encoded(plain, [EnvelopeSignature(sig=b"x")]))).outcome == "allowed"


def test_beside_others_the_others_are_judged_alone(world: World) -> None:
    commit = world.git("commit-tree", "-m", "a fine subject", world.git("mktree"))
    decision = decide(world, brought(world, world.blob("ann")), (ZERO, commit, "refs/heads/topic"))
    outcomes = {result.entry: result.outcome for result in decision.results}
    assert outcomes == {
        "push-integrity": "passed", "malformed-object": "passed", "ref-namespace": "passed", "ref-name": "passed",
        "no-force-push": "passed", "push-limits": "passed", "signed-push": "violated", "subject-length": "passed",
    }  # fmt: skip


def refused(world: World) -> Iterator[tuple[str, tuple[str, str, str], str]]:
    blob = world.blob("ann")
    _, oid, ref = brought(world, blob)
    other = world.git("hash-object", "-w", "--stdin", stdin=b"x")
    tree, held = world.git("mktree"), opened(blob)
    commit = world.git("commit-tree", "-m", "x", tree)
    yield "junk", brought(world, b"junk"), "this is no statement"
    yield "giant", brought(world, encoded(b"x" * 70_000, held.signatures)), "at most 65536 bytes"
    yield "deep", brought(world, b"[" * 60_000), "this is no statement"
    yield "unsigned", brought(world, encoded(held.payload, ())), "1 to 8 signatures"
    yield "a tree", (ZERO, tree, ref), "this is a tree"
    yield "a commit", (ZERO, commit, ref), "this is a commit"
    yield "another blob", (ZERO, other, ref), "ends with SHA-256 of its blob"
    yield "another name", brought(world, blob, name="a" * 64), "ends with SHA-256 of its blob"
    yield "another subject", brought(world, blob, OTHER), f"not about {OTHER}"
    later = encoded(held.payload.replace(b"urn:gitward:approval:1", b"urn:gitward:approval:9"), held.signatures)
    yield "a kind that is unknown", brought(world, later), "of a kind"
    forms = {
        "capitals": ref.upper().replace("REFS/GITWARD/STATEMENTS", "refs/gitward/statements"), "a part more": f"{ref}/x",
        "a part less": f"refs/gitward/statements/{id_of(blob)}", "a short oid": ref_of(OID[:39], id_of(blob)),
        "a long oid": ref_of("a" * 64, id_of(blob)), "the folder": "refs/gitward/statements/x",
    }  # fmt: skip
    for name, form in forms.items():
        yield name, (ZERO, oid, form), "and nothing else"
    for form in ("refs/gitward/archive", "refs/gitward/baseline", "refs/gitward/receipts/x", "refs/gitward/x", "refs/gitward"):
        yield form, (ZERO, oid, form), "is reserved"
    yield "replace", (ZERO, oid, f"refs/replace/{OID}"), "is reserved"


@pytest.mark.parametrize("mode", [pytest.param("enforce", marks=long), "evaluate"])
def test_nothing_else_may_come_in_any_mode(world: World, mode: str) -> None:
    policy = strict(mode)
    for name, line, words in refused(world):
        decision = decide(world, line, policy=policy)
        assert (decision.outcome, words in why(decision)) == ("denied", True), (name, why(decision))


def test_none_is_changed_or_deleted(world: World) -> None:
    name = world.put("ann")
    ref = ref_of(OID, name)
    old = world.git("rev-parse", ref)
    _, other, _ = brought(world, world.blob("bob"))
    for new in (ZERO, other):
        assert "never changed or deleted by a push" in why(decide(world, (old, new, ref)))
    assert "in this repository it is" in why(decide(world, (ZERO, other, ref)))
    assert "more than once" in why(decide(world, (old, ZERO, ref), (ZERO, other, ref)))
    world.git("update-ref", "refs/gitward/archive", old)
    assert "is reserved" in why(decide(world, (old, ZERO, "refs/gitward/archive")))


def test_a_symbolic_ref_leads_nowhere(world: World) -> None:
    line = brought(world, world.blob("ann"))
    world.git("symbolic-ref", "refs/heads/topic", line[2])
    assert "is reserved" in why(decide(world, (ZERO, line[1], "refs/heads/topic")))


def test_a_hundred_at_once_and_no_more(world: World) -> None:
    held = opened(world.blob("ann"))
    blobs = [encoded(held.payload, [EnvelopeSignature(sig=b"%d" % number)]) for number in range(101)]
    for number, blob in enumerate(blobs):
        (world.folder / str(number)).write_bytes(blob)
    oids = world.git("hash-object", "-w", *map(str, range(101))).split()
    lines = [(ZERO, oid, ref_of(OID, id_of(blob))) for oid, blob in zip(oids, blobs, strict=True)]
    assert decide(world, *lines[:100]).outcome == "allowed"
    decision = decide(world, *lines)
    assert "the push brings 101 statements, at most 100" in why(decision)


# --- what the entries are told --------------------------------------------------------------------------------------------

TOLD: list[Change] = []


@record
class Asks:
    """A rule that asks for statements, and takes note."""

    name = "asks"
    needs = ("statements",)
    default_refs = ("refs/**",)
    first = False

    def check_push(self, change: Change) -> Iterator[Violation]:
        TOLD.append(change)
        yield from ()


def told(world: World, policy: Policy, *updates: tuple[str, str, str], **how: Any) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Which statements an entry is told of, and whose they are."""
    TOLD.clear()
    decision = decide(world, *updates, policy=policy, **how)
    assert decision.failure is None, decision.failure
    (change,) = TOLD
    return {each.id: each.by for each in change.statements}


@pytest.fixture
def asking(world: World) -> Policy:
    entry = Entry(id="asks", rule=Asks(), refs=("refs/**",))
    return replace(world.policy, entries=(*world.policy.entries, entry))


def history(world: World) -> tuple[str, str, str]:
    """A base, a side commit on it, and their merge."""
    tree = world.git("mktree")
    base = world.git("commit-tree", "-m", "base", tree)
    side = world.git("commit-tree", "-m", "side", "-p", base, tree)
    merge = world.git("commit-tree", "-m", "merge", "-p", base, "-p", side, tree)
    world.git("update-ref", "refs/heads/main", base)
    return base, side, merge


def approving(world: World, commit: str, *who: str) -> bytes:
    return world.blob(*who, said=replace(APPROVAL, commit=commit), subjects=(commit,))


def test_an_entry_is_told_what_is_about_what_comes_and_the_sides_of_a_merge(world: World, asking: Policy) -> None:
    base, side, merge = history(world)
    names = {which: world.keep(approving(world, which, "ann")) for which in (base, side, merge)}
    world.put("ann")
    found = told(world, asking, (base, merge, "refs/heads/main"))
    assert found == {names[which]: ((), ("ann",)) for which in (side, merge)}
    assert set(told(world, asking, (base, side, "refs/heads/main"))) == {names[side]}
    assert set(told(world, asking, (base, ZERO, "refs/heads/main"))) == {names[base]}


def test_the_event_names_the_approvals(world: World, asking: Policy) -> None:
    base, side, _ = history(world)
    name = world.keep(approving(world, side, "bob", "ann"))
    world.keep(approving(world, side, "eve"))
    decision = decide(world, (base, side, "refs/heads/main"), policy=asking)
    event = json.loads(decision_event(decision))
    assert event["approvals"] == [{
        "statement": name, "by": [{"id": "ann", "policy": "payments"}, {"id": "bob", "policy": "payments"}], "by_count": 2,
        "ref": "refs/heads/main", "base": OTHER, "commit": side, "tree": APPROVAL.tree, "is_imported": False, "made": NOW,
    }]  # fmt: skip
    assert schema.problem(event) == ""


def test_of_many_approvals_all_are_kept_out_of_line(world: World, asking: Policy) -> None:
    base, side, _ = history(world)
    decision = decide(world, (base, side, "refs/heads/main"), policy=asking)
    one = read(approving(world, side, "ann"))
    assert one is not None
    many = tuple(replace(one, id=f"{number:064x}", by=((), ("ann",))) for number in range(101))
    item = decision_item(replace(decision, statements=many))
    event = json.loads(item.event)
    assert [each["statement"] for each in event["approvals"]] == [each.id for each in many[:100]]
    (named,) = [each for each in event["evidence"] if each["of"] == "approvals"]
    (kept,) = [blob for blob in item.evidence if id_of(blob) == named["sha256"]]
    assert len(json.loads(kept)) == 101


def test_what_comes_in_the_same_push_counts(world: World, asking: Policy) -> None:
    base, side, _ = history(world)
    line = brought(world, approving(world, side, "bob"), side)
    assert told(world, asking, (base, side, "refs/heads/main"), line) == {id_of(approving(world, side, "bob")): ((), ("bob",))}


def test_what_may_not_come_does_not_count(world: World, asking: Policy) -> None:
    base, side, _ = history(world)
    line = brought(world, approving(world, side, "bob"), base)
    assert told(world, asking, (base, side, "refs/heads/main"), line) == {}


def test_an_entry_that_does_not_ask_is_told_nothing(world: World) -> None:
    base, side, _ = history(world)
    world.keep(approving(world, side, "ann"))
    entry = Entry(id="asks", rule=replace_needs(), refs=("refs/**",))
    assert told(world, replace(world.policy, entries=(entry,)), (base, side, "refs/heads/main")) == {}


def replace_needs() -> Any:
    class Silent(Asks):
        needs = ("update",)

    return Silent()


def test_waivers_are_looked_up_for_every_commit_that_comes(world: World) -> None:
    base, side, merge = history(world)
    last = world.git("commit-tree", "-m", "last", "-p", merge, world.git("mktree"))
    far = world.git("commit-tree", "-m", "far", "-p", last, world.git("mktree"))
    name = world.put("ann", kind="waiver", said=replace(WAIVER, commits=(side,)), subjects=(side,))
    entry = Entry(id="asks", rule=Asks(), refs=("refs/**",))
    policy = replace(world.policy, entries=(entry,))
    right = WaiverRight(rules=("subject-length",), who=("ann",))
    assert told(world, policy, (base, far, "refs/heads/main")) == {}
    assert told(world, replace(policy, waivers=(right,)), (base, far, "refs/heads/main")) == {name: ((), ("ann",))}
    assert told(world, replace(policy, waivers=(right,)), (ZERO, far, "refs/heads/other")) == {name: ((), ("ann",))}


def test_a_revocation_in_the_same_push_counts(world: World, asking: Policy) -> None:
    base, side, _ = history(world)
    name = world.keep(approving(world, side, "ann"))
    blob = world.blob("ann", kind="revocation", said=Revocation(statement=name), subjects=(side,))
    assert told(world, asking, (base, side, "refs/heads/main"), brought(world, blob, side))[name] == ((), ())


def test_a_trust_store_that_cannot_be_used_leaves_it_open(world: World, asking: Policy) -> None:
    base, side, _ = history(world)
    world.keep(approving(world, side, "ann"))
    broken = replace(asking, trust=asking.trust.replace('"ssh":[', '"ssh":[7,'))
    decision = decide(world, (base, side, "refs/heads/main"), policy=broken)
    assert (decision.outcome, decision.exit_code) == ("undecided", 3)


