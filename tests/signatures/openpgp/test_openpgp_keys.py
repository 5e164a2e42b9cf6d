"""What a policy lists, and what becomes of it: certificates in a ring of their own, with all their limits."""

from __future__ import annotations

import os

import pytest
from pgpforge import MADE, REVOKER, Forger, sub

from gitward.errors import Undecided
from gitward.model import OpenPgpKey, Signed, Trust
from gitward.signatures.openpgp import listing
from gitward.signatures.openpgp.certificates import Keyring, list_certificates
from gitward.signatures.openpgp.verifier import OpenPgpVerifier

JUNE = 1_654_041_600  # 2022-06-01
REVOKED = 1_672_531_200  # 2023-01-01


def found(world, name, verifier=None):
    verifier = verifier or world.verifier
    (proof,) = verifier.prove([world.signed(name)])
    return verifier.find(proof, world.signed(name))


def test_a_finding_has_all_the_limits(world):
    finding = found(world, "ed25519")
    assert (finding.status, finding.format, finding.principal) == ("good", "openpgp", "ann")
    assert finding.fingerprint == finding.primary_fingerprint == world.people.fingerprints["ann"]
    assert (finding.not_before, finding.not_after, finding.revoked) == (MADE, None, None)
    assert finding.signed_time == 1_641_081_600
    subkey = found(world, "subkey")
    assert subkey.primary_fingerprint == world.people.fingerprints["bob"]
    assert subkey.fingerprint == world.people.subkeys("bob")[0]
    assert found(world, "subkey expired since").not_after == JUNE - 1  # the second of the expiry is too late
    assert found(world, "key expired since").not_after == JUNE - 1
    assert found(world, "signature expired since").not_after == 1_641_081_600 + 30 * 86_400 - 1
    assert found(world, "retired after").revoked == REVOKED
    assert found(world, "subkey superseded after").revoked == REVOKED
    lost = found(world, "compromised after")
    assert (lost.principal, lost.revoked) == ("lost", None)


def test_nobody_is_named_by_a_signature_that_does_not_hold(world):
    for name in ("altered message", "two packets", "unknown key", "stranger with a listed user id"):
        assert found(world, name).principal == ""
    assert found(world, "altered message").fingerprint == world.people.fingerprints["ann"]  # that is what it claims
    assert found(world, "unknown key").fingerprint == world.people.fingerprints["zoe"]


def test_the_floors_are_those_of_the_policy(world):
    verifier = OpenPgpVerifier(world.trust("gus", "dan", "bob", rsa_bits=1024))
    assert found(world, "rsa of 1024 bits", verifier).status == "good"
    assert found(world, "dsa of 1024 bits", verifier).status == "good"
    verifier.close()
    verifier = OpenPgpVerifier(world.trust("gus", "dan", "bob", rsa_bits=3072))
    assert found(world, "rsa", verifier).status == "weak"
    assert found(world, "subkey", verifier).status == "good"  # the Ed25519 key that signed, not the RSA key that binds it
    verifier.close()


def test_a_proof_is_looked_up_again_in_another_list(world):
    (proof,) = world.verifier.prove([world.signed("ed25519")])
    other = OpenPgpVerifier(world.trust("bob"))
    assert other.find(proof, world.signed("ed25519")).status == "unknown-key"
    other.close()


def test_a_certificate_without_its_key_is_undecided(world):
    (ann,) = world.trust("ann").openpgp
    for fingerprint, certificate in ((world.people.fingerprints["bob"], ann.certificate), (ann.fingerprint, b""),
                                     (ann.fingerprint, b"no certificate"), ("A" * 40, ann.certificate),
                                     (world.people.subkeys("cay")[0], world.people.certificates["cay"])):  # fmt: skip
        with pytest.raises(Undecided, match=fingerprint):
            OpenPgpVerifier(Trust(openpgp=(OpenPgpKey(principal="ann", fingerprint=fingerprint, certificate=certificate),)))


def test_what_stands_in_the_file_and_not_in_the_list_does_not_count(world):
    (ann,) = world.trust("ann").openpgp
    both = ann.certificate + world.people.certificates["eve"]
    verifier = OpenPgpVerifier(Trust(openpgp=(OpenPgpKey(principal="ann", fingerprint=ann.fingerprint, certificate=both),)))
    assert found(world, "ed25519", verifier).status == "good"
    assert found(world, "stranger with a listed user id", verifier).status == "unknown-key"
    assert [one.fingerprint for one in verifier._keyring.certificates] == [ann.fingerprint]
    verifier.close()


def test_a_key_is_one_principals(world):
    (ann,) = world.trust("ann").openpgp
    twice = OpenPgpKey(principal="mallory", fingerprint=ann.fingerprint, certificate=ann.certificate)
    with pytest.raises(Undecided, match="'ann' and for 'mallory'"):
        OpenPgpVerifier(Trust(openpgp=(ann, twice)))


def test_a_key_in_two_certificates_is_nobodys(world):
    """Somebody binds another's signing key as a subkey, with the consent that both certificates carry."""
    first, second, shared = Forger(), Forger(), world.forgers["agreed"]
    first.subkey(shared, crossed=True)
    second.subkey(shared, crossed=True)
    listed = [OpenPgpKey(principal=name, fingerprint=key.fingerprint, certificate=key.certificate)
              for name, key in (("first", first), ("second", second))]  # fmt: skip
    verifier = OpenPgpVerifier(Trust(openpgp=tuple(listed)))
    finding = found(world, "subkey that has agreed", verifier)
    assert (finding.status, finding.principal) == ("unsupported", "")
    verifier.close()


@pytest.mark.parametrize("is_there", [True, False])
def test_one_who_may_revoke_another(is_there):
    """A designated revoker's word counts where its key is there; where not, nobody can tell, and that is no pass."""
    revoker = Forger("Revoker <revoker@example.com>", bits=1024)
    one = Forger(bits=1024, direct=sub(REVOKER, b"\x80\x01" + bytes.fromhex(revoker.fingerprint)))
    listed = [OpenPgpKey(principal="one", fingerprint=one.fingerprint, certificate=revoker.revocation(one, 3))]
    if is_there:
        listed.append(OpenPgpKey(principal="revoker", fingerprint=revoker.fingerprint, certificate=revoker.certificate))
    keyring = Keyring(listed)
    found = next(found for found in keyring.certificates if found.fingerprint == one.fingerprint)
    keyring.close()
    assert (found.keys[0].lost, found.keys[0].retired) == (("", MADE + 100) if is_there else ("no reason given", None))


def test_a_time_stamp_after_the_signature_is_the_policys_to_allow(world):
    signed = world.signed("ed25519")
    stamp = b"-----%b OPENTIMESTAMPS GIT TIMESTAMP-----\n"
    more = stamp % b"BEGIN" + b"\nAAAA\n" + stamp % b"END"
    stamped = Signed(payload=signed.payload, block=signed.block.rstrip() + b"\n" + more)
    verifier = OpenPgpVerifier(world.trust("ann"), trailers=("OPENTIMESTAMPS",))
    assert [proof.outcome for proof in (*world.verifier.prove([stamped]), *verifier.prove([stamped]))] == ["malformed", "good"]
    verifier.close()


def test_a_child_leaves_the_keyring_to_its_parent(world):
    verifier = OpenPgpVerifier(world.trust("ann"))
    child = os.fork()
    if not child:
        verifier.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert verifier.prove([world.signed("ed25519")])[0].outcome == "good"
    home = verifier._keyring.gpg.home
    assert os.path.exists(home)
    verifier.close()
    verifier.close()
    assert not os.path.exists(home)


def test_armored_certificates_are_taken_too(world):
    (ann,) = world.trust("ann").openpgp
    text = world.people.gpg("--armor", "--export", ann.fingerprint)
    verifier = OpenPgpVerifier(Trust(openpgp=(OpenPgpKey(principal="ann", fingerprint=ann.fingerprint, certificate=text),)))
    assert found(world, "ed25519", verifier).status == "good"
    assert verifier.tools[0].startswith("gpg (GnuPG) ")
    assert verifier.tools[-1].startswith("cryptography ")
    verifier.close()


def test_the_listing(world):
    keyring = Keyring(world.trust("ake", "retired", "lost", "cay").openpgp)
    ours = {one.fingerprint: one for one in list_certificates(keyring.gpg)}
    keyring.close()
    ake, retired, lost, cay = (ours[world.people.fingerprints[name]] for name in ("ake", "retired", "lost", "cay"))
    assert ake.user_ids[0].decode().count("[GNUPG:] ") == 2
    assert (ake.keys[0].expires, ake.keys[0].algorithm, ake.keys[0].can_sign) == (JUNE, 22, True)
    assert (retired.keys[0].retired, retired.keys[0].lost) == (REVOKED, "")
    assert (lost.keys[0].retired, lost.keys[0].lost) == (None, "the key was compromised")
    assert (cay.keys[0].retired, cay.keys[1].retired) == (None, REVOKED)


PUB = b"pub:%b:2048:1:AAAAAAAAAAAAAAAA:1577836800:%b::-:::%b::::::23::0:\nfpr:::::::::" + b"A" * 40 + b":\n"
SUB = b"sub:%b:2048:1:BBBBBBBBBBBBBBBB:1577836900:%b:::::s::::::23:\nfpr:::::::::" + b"B" * 40 + b":\n"
RVK = b"rvk:::1::::::" + b"C" * 40 + b":80:\n"
UID = b"uid:-::::1577836800::4158F53A5DA363E08EE27B8919BB2F7D1F1C401B::a\\x3a\\x0a\\\\\\xc3\\xa9 b::::::::::0:\n"


def rev(what, by=b"AAAAAAAAAAAAAAAA", when=b"1600000000"):
    return b"rev:::1:%b:%b::::Ann:%b::%b:::8:\n" % (by, when, what, b"A" * 40)


@pytest.mark.parametrize(("rows", "lost", "retired"), [
    (PUB % (b"-", b"", b"sc") + UID, "", None),
    (PUB % (b"r", b"", b"sc") + rev(b"20x,03") + UID, "", 1_600_000_000),
    (PUB % (b"r", b"", b"sc") + rev(b"20x,01") + rev(b"20x,01", when=b"1500000000") + UID, "", 1_500_000_000),
    (PUB % (b"r", b"", b"sc") + rev(b"20x,01") + rev(b"20x,02") + UID, "the key was compromised", 1_600_000_000),
    (PUB % (b"r", b"", b"sc") + rev(b"20x") + UID, "no reason given", None),
    (PUB % (b"r", b"", b"sc") + rev(b"20x,00") + UID, "no reason given", None),
    (PUB % (b"r", b"", b"sc") + rev(b"20x,64") + UID, "reason 64", None),
    (PUB % (b"r", b"", b"sc") + UID, "nobody says why", None),
    (PUB % (b"r", b"", b"sc") + UID + rev(b"30x,20"), "nobody says why", None),
    (PUB % (b"-", b"", b"sc") + rev(b"20x,02", by=b"C" * 16) + UID, "", None),
    (PUB % (b"-", b"", b"sc") + RVK + rev(b"20x,03", by=b"C" * 16) + UID, "no reason given", None),
    (PUB % (b"r", b"", b"sc") + rev(b"20x,02", by=b"C" * 16) + UID, "the key was compromised", None),
])  # fmt: skip
def test_revocations_hard_and_soft(rows, lost, retired):
    (one,) = listing.certificates(b"tru::1:1:0:3:1:5\n" + rows + SUB % (b"-", b""))
    assert [(key.lost, key.retired) for key in one.keys] == [(lost, retired)] * 2  # true of the primary, so of its subkeys
    assert one.user_ids == (b"a:\n\\\xc3\xa9 b",)


def test_subkeys_have_limits_of_their_own():
    (one,) = listing.certificates(
        PUB % (b"-", b"1700000000", b"c") + UID + SUB % (b"r", b"1800000000") + rev(b"28x,03") + rev(b"18x")
        + SUB.replace(b"B", b"D") % (b"-", b"1650000000")
    )  # fmt: skip
    assert [(key.fingerprint[0], key.expires, key.retired, key.can_sign) for key in one.keys] == [
        ("A", 1_700_000_000, None, False), ("B", 1_700_000_000, 1_600_000_000, True), ("D", 1_650_000_000, None, True),
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [
    b"pub:-:2048\n", b"pub:-:2048:1:AAAAAAAAAAAAAAAA:1:::-:::sc:::\n", PUB.replace(b"2048", b"x") % (b"-", b"", b""),
])  # fmt: skip
def test_a_listing_of_another_form_is_an_error(rows):
    with pytest.raises(ValueError):
        listing.certificates(rows)
