"""Keys that end or are revoked between a statement and the decision: what stands is said, and what was taken back stays so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from saying import NOW, OID, WAIVER, Keys
from signedworld import HEAD, RULES, World, policy_of

from gitward.model import Revocation
from gitward.policy import load
from gitward.record import replace
from gitward.statements.places import ref_of


@pytest.fixture
def world(tmp_path: Path, people: Keys) -> World:
    return World(tmp_path / "world", people)


THEN = 1_700_000_000
ENDED = 'valid_before: "2026-01-01"'  # between THEN and NOW


def known(people: Keys, of_bob: str, revoked: str = "", more: str = "") -> Any:
    """A policy with Ann's key and, as Bob's, what is given; `revoked` is somebody whose key is revoked."""
    text = f"{HEAD}  ann: {{keys: [{{ssh: '{people.public('ann')}'}}]}}\n  bob: {of_bob}\n"
    files = {"p.yaml": f"{text}{'trust: {ssh_revoked: revoked}' if revoked else more}\n{RULES}".encode()}
    if revoked:
        files["revoked"] = f"{people.public(revoked)}\n".encode()
    return load.load_with_tests(files.get, "p.yaml", "p.yaml")[0]


def test_an_approval_by_a_key_that_has_ended_since(world: World, people: Keys) -> None:
    """It counts where the log saw it in time, and is shown as such; where nobody knows when it came, it does not."""
    old = policy_of({"ann": f'[{{ssh: "{people.public("ann")}", {ENDED}}}]'})
    name = world.put("ann")
    oid = world.git("rev-parse", ref_of(OID, name))
    found = world.found(OID, policies=(old,), seen={oid: THEN})[name]
    assert (found.by, found.since) == ((("ann",),), ("by a key that has ended since (first seen 2023-11-14T22:13:20Z)",))
    late = world.found(OID, policies=(old,), seen={oid: NOW - 1})[name]
    assert (late.by, late.since) == (((),), ("",))
    assert late.against[0].endswith("had ended by then (first seen 2027-01-15T07:59:59Z)")
    assert world.found(OID, policies=(old,))[name].against[0].endswith("(as of now: no log says when it was first seen)")
    assert world.found(OID, policies=(old,), now=THEN)[name].since == ("",)


@pytest.mark.parametrize("revoked", ["", "bob"])
def test_what_was_taken_back_stays_taken_back(world: World, people: Keys, revoked: str) -> None:
    """Bob approved by one key, and took it back by another that has ended, or was revoked, since."""
    keys = f"{{ssh: '{people.public('bob')}'{'' if revoked else f', {ENDED}'}}}, {{ssh: '{people.public('eve')}'}}"
    policy = known(people, f"{{keys: [{keys}]}}", revoked)
    name = world.put("eve")
    assert world.found(OID, policies=(policy,))[name].by == (("bob",),)
    world.put("bob", kind="revocation", said=Revocation(statement=name, reason="a slip"))
    found = world.found(OID, policies=(policy,))[name]
    assert (found.by, found.against) == (((),), ("revoked by bob: a slip",))


def test_a_waiver_that_somebody_took_back_who_has_left(world: World, people: Keys) -> None:
    more = "waivers: [{rules: [subject-length], who: [ann, bob]}]"
    policy = known(people, f"{{{ENDED}, keys: [{{ssh: '{people.public('bob')}'}}]}}", more=more)
    name = world.put("ann", kind="waiver", said=replace(WAIVER, entries=("subject-length",)))
    assert world.found(OID, policies=(policy,))[name].by == (("ann",),)
    world.put("bob", kind="revocation", said=Revocation(statement=name, reason="a slip"))
    assert world.found(OID, policies=(policy,))[name].against == ("revoked by bob: a slip",)


def test_a_stranger_takes_nothing_back(world: World, people: Keys) -> None:
    name = world.put("ann")
    world.put("eve", kind="revocation", said=Revocation(statement=name, reason="a slip"))
    policy = known(people, f"{{keys: [{{ssh: '{people.public('bob')}'}}]}}", "bob")
    assert world.found(OID, policies=(policy,))[name].by == (("ann",),)
