"""Which statements count: by whose good signatures they carry, where they are, and what was taken back."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest
from saying import APPROVAL, BREAK_GLASS, NOW, OID, OTHER, TREE, WAIVER, ZERO, Keys
from signedworld import HEAD, RULES, World, policy_of

from gitward.canonical import canonical
from gitward.model import Closing, Revocation, WaiverRight
from gitward.policy import load
from gitward.record import replace
from gitward.statements.envelope import EnvelopeSignature, encoded, opened, pae
from gitward.statements.places import ref_of
from gitward.statements.reading import id_of


@pytest.fixture
def world(tmp_path: Path, people: Keys) -> World:
    return World(tmp_path / "repository", people)


def test_it_counts_for_who_signed_it(world: World) -> None:
    name = world.put("ann")
    found = world.found(OID)
    assert (list(found), found[name].by, found[name].against) == ([name], (("ann",),), ("",))
    assert (found[name].said, found[name].first_seen) == (APPROVAL, None)


def test_two_sign_one_statement_and_one_twice(world: World) -> None:
    both, twice = world.put("bob", "ann"), world.put("ann", "ann")
    found = world.found(OID)
    assert (found[both].by, found[twice].by) == ((("ann", "bob"),), (("ann",),))


def test_of_a_stranger_it_counts_for_nobody_and_says_why(world: World) -> None:
    name = world.put("eve")
    assert world.found(OID)[name].by == ((),)
    assert "signed by the key SHA256:" in world.found(OID)[name].against[0]
    assert "which the policy does not list" in world.found(OID)[name].against[0]


def test_a_stranger_beside_somebody_changes_nothing(world: World) -> None:
    name = world.put("eve", "bob")
    assert (world.found(OID)[name].by, world.found(OID)[name].against) == ((("bob",),), ("",))


def test_each_policy_has_its_own_people(world: World, people: Keys) -> None:
    other = policy_of({"robert": f'[{{ssh: "{people.public("bob")}"}}]'})
    empty = policy_of({"ann": "[{forge: github}]"}, f'forges: {{github: {{keys: [{{ssh: "{people.public("eve")}"}}]}}}}\n')
    name, by_forge = world.put("ann", "bob"), world.put("eve")
    found = world.found(OID, policies=(world.policy, other, replace(other, trust=""), empty))
    assert found[name].by == (("ann", "bob"), ("robert",), (), ())
    assert found[name].against[2] == "the policy lists nobody's keys"
    assert (found[by_forge].by[3], found[by_forge].against[3]) == ((), "signed by the forge github, which is nobody's signature")


def test_only_those_about_the_commits_and_about_none(world: World) -> None:
    here = world.put("ann")
    elsewhere = world.put("ann", said=replace(APPROVAL, commit=OTHER), subjects=(OTHER,))
    nowhere = world.put("ann", kind="waiver", said=BREAK_GLASS, subjects=(ZERO,))
    assert set(world.found(OID)) == {here, nowhere}
    assert set(world.found(OTHER)) == {elsewhere, nowhere}
    assert set(world.found(OID, OTHER)) == {here, elsewhere, nowhere}
    assert set(world.found()) == {nowhere}


def test_a_statement_about_several_is_found_by_each(world: World) -> None:
    name = world.put("ann", kind="waiver", said=replace(WAIVER, commits=(OTHER, OID)), subjects=(OTHER, OID))
    assert set(world.found(OID)) == set(world.found(OTHER)) == {name}


def test_what_comes_with_the_push_is_seen_now(world: World) -> None:
    blob = world.blob("ann")
    oid = world.git("hash-object", "-w", "--stdin", stdin=blob)
    assert world.found(OID) == {}
    found = world.found(OID, pushed=((ref_of(OID, id_of(blob)), oid),))
    assert (found[id_of(blob)].by, found[id_of(blob)].first_seen) == ((("ann",),), NOW)


def test_a_key_counts_as_it_was_when_the_log_saw_the_statement(world: World, people: Keys) -> None:
    old = policy_of({"ann": f'[{{ssh: "{people.public("ann")}", valid_before: "2026-01-01"}}]'})
    name = world.put("ann")
    oid = world.git("rev-parse", ref_of(OID, name))
    assert world.found(OID, policies=(old,))[name].by == ((),)
    assert "no longer valid" in world.found(OID, policies=(old,))[name].against[0]
    found = world.found(OID, policies=(old,), seen={oid: 1_700_000_000})[name]
    assert (found.by, found.first_seen) == ((("ann",),), 1_700_000_000)


def test_a_revoked_key_never_counts(world: World, people: Keys) -> None:
    text = "trust: {ssh_revoked: revoked}\n"
    lines = f'  ann: {{keys: [{{ssh: "{people.public("ann")}"}}]}}\n'
    files = {"p.yaml": f"{HEAD}{lines}{text}{RULES}".encode(), "revoked": f"{people.public('ann')}\n".encode()}
    policy = load.load_with_tests(files.get, "p.yaml", "p.yaml")[0]
    name = world.put("ann")
    found = world.found(OID, policies=(policy,), seen={world.git("rev-parse", ref_of(OID, name)): 1_700_000_000})[name]
    assert (found.by, "which is revoked" in found.against[0]) == (((),), True)


def test_a_ref_that_says_something_else_is_passed_over(world: World) -> None:
    blob = world.blob("ann")
    oid = world.git("hash-object", "-w", "--stdin", stdin=blob)
    world.git("update-ref", ref_of(OID, "a" * 64), oid)  # not its hash
    world.git("update-ref", ref_of(OTHER, id_of(blob)), oid)  # not its subject
    junk = world.git("hash-object", "-w", "--stdin", stdin=b"junk")
    world.git("update-ref", ref_of(OID, "b" * 64), junk)
    world.git("update-ref", ref_of(OID, "c" * 64), world.git("hash-object", "-w", "--stdin", stdin=b"x" * 70_000))
    world.git("update-ref", ref_of(OID, "d" * 64), world.git("mktree"))
    assert world.found(OID) == {}


# --- altered ------------------------------------------------------------------------------------------------------------


def changed(blob: bytes, **fields: str) -> bytes:
    """The same signature over another payload."""
    held = opened(blob)
    plain = json.loads(held.payload)
    plain["predicate"] |= fields
    return encoded(canonical(plain), held.signatures)


def test_an_altered_statement_counts_for_nothing_and_says_why(world: World) -> None:
    blob = world.blob("ann")
    for other in (changed(blob, ref="refs/heads/release"), changed(blob, tree=OTHER), changed(blob, base=TREE)):
        found = world.found(OID, OTHER)
        name = world.keep(other)
        found = world.found(OID)[name]
        assert (found.by, "that does not hold" in found.against[0]) == (((),), True)


def test_a_signature_of_a_commit_is_none_of_a_statement(world: World, people: Keys) -> None:
    payload = opened(world.blob("ann")).payload
    for namespace in ("git", "file"):
        command = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", people.path("ann")]
        block = subprocess.run(command, input=pae(payload), capture_output=True, check=True).stdout
        sig = base64.b64decode(b"".join(block.split(b"\n")[1:-2]))
        name = world.keep(encoded(payload, [EnvelopeSignature(sig=sig)]))
        assert world.found(OID)[name].by == ((),)
        assert f"namespace '{namespace}'" in world.found(OID)[name].against[0]


@pytest.mark.parametrize("sig", [b"\0", b"SSHSIG", b"SSHSIG\0\0\0\1", b"\x88\x00", b"\xff" * 300, b"-----BEGIN SSH"])
def test_junk_in_place_of_a_signature(world: World, sig: bytes) -> None:
    name = world.keep(encoded(opened(world.blob("ann")).payload, [EnvelopeSignature(sig=sig)]))
    assert world.found(OID)[name].by == ((),)
    assert world.found(OID)[name].against != ("",)


# --- revocation ---------------------------------------------------------------------------------------------------------


def revoke(world: World, who: str, name: str, reason: str = "", subjects: tuple[str, ...] = (OID,), **how: str) -> str:
    return world.put(who, kind="revocation", said=Revocation(statement=name, reason=reason), subjects=subjects, **how)


def test_who_signed_may_revoke(world: World) -> None:
    name = world.put("ann")
    revocation = revoke(world, "ann", name, "given too early")
    found = world.found(OID)
    assert (found[name].by, found[name].against) == (((),), ("revoked by ann: given too early",))
    assert found[revocation].by == (("ann",),)


def test_nobody_else_may(world: World) -> None:
    name = world.put("ann")
    revoke(world, "bob", name)
    revoke(world, "eve", name)
    assert world.found(OID)[name].by == (("ann",),)


def test_one_of_several_signers_takes_the_whole_back(world: World) -> None:
    name = world.put("ann", "bob")
    revoke(world, "bob", name)
    assert world.found(OID)[name].by == ((),)


def test_a_word_is_taken_back_in_every_envelope(world: World) -> None:
    blob = world.blob("ann")
    name, held = world.keep(blob), opened(blob)
    again = world.keep(encoded(held.payload, [replace(held.signatures[0], keyid="other")]))
    both = world.put("ann", "bob")
    assert world.found(OID)[again].by == (("ann",),)
    revoke(world, "ann", name)
    found = world.found(OID)
    assert (found[name].by, found[again].by, found[both].by) == (((),), ((),), (("bob",),))


def test_nobody_takes_back_anothers_word_by_signing_it_too(world: World) -> None:
    blob = world.blob("ann")
    name, held = world.keep(blob), opened(blob)
    mine = world.keep(encoded(held.payload, (*held.signatures, *opened(world.blob("bob")).signatures)))
    assert world.found(OID)[mine].by == (("ann", "bob"),)
    revoke(world, "bob", mine)
    found = world.found(OID)
    assert (found[name].by, found[mine].by) == ((("ann",),), ((),))


def test_who_may_waive_may_revoke_a_waiver(world: World) -> None:
    right = WaiverRight(rules=("ticket-reference",), who=("bob",))
    policy, other = replace(world.policy, waivers=(right,)), replace(world.policy, waivers=(replace(right, rules=("access",)),))
    name, approval = world.put("ann", kind="waiver"), world.put("ann")
    revoke(world, "bob", name)
    revoke(world, "bob", approval)
    found = world.found(OID, policies=(policy, other, replace(other, waivers=(replace(right, rules=("*",)),))))
    assert found[name].by == ((), ("ann",), ())
    assert found[approval].by == (("ann",),) * 3


def test_a_revocation_is_not_revoked_and_is_for_the_same_repository(world: World) -> None:
    name, other = world.put("ann"), world.put("ann", made=NOW + 1)
    revoke(world, "ann", revoke(world, "ann", name))
    revoke(world, "ann", other, repository="https://git.example.com/other")
    found = world.found(OID)
    assert (found[name].by, found[other].by) == (((),), (("ann",),))


def test_a_revocation_is_found_whatever_it_is_about(world: World) -> None:
    name = world.put("ann")
    revoke(world, "ann", name, subjects=(OTHER,))
    assert world.found(OID)[name].by == ((),)


def test_a_closing_decides_nothing_and_is_left_out(world: World) -> None:
    glass = world.put("ann", kind="waiver", said=BREAK_GLASS, subjects=(ZERO,))
    world.put("bob", kind="closing", said=Closing(statement=glass), subjects=(ZERO,))
    assert {name: each.by for name, each in world.found().items()} == {glass: (("ann",),)}
