"""Certificates for a policy, from files, folders and GnuPG homes."""

from __future__ import annotations

import shutil

import pytest
from pgpforge import REVOKER, Forger, sub

from gitward.errors import UsageError
from gitward.model import OpenPgpKey, Trust
from gitward.signatures.openpgp.certificates import Keyring
from gitward.signatures.openpgp.importing import import_openpgp
from gitward.signatures.openpgp.verifier import OpenPgpVerifier


def by_fingerprint(path):
    return {one.fingerprint: one for one in import_openpgp(str(path))}


def test_a_ring_armored_or_not(world, tmp_path):
    people = world.people
    names = ("ann", "bob", "retired", "lost", "old")
    prints = [people.fingerprints[name] for name in names]
    for number, args in enumerate((["--armor", "--export"], ["--export"])):
        path = tmp_path / str(number)
        path.write_bytes(people.gpg(*args, *prints))
        found = by_fingerprint(path)
        assert set(found) == set(prints)
        assert [found[one].state for one in prints] == ["", "", "retired", "revoked: the key was compromised", ""]
        assert found[prints[0]].user_ids == ("Ann <ann@example.com>",)
        assert found[prints[0]].addresses == ("ann@example.com",)
        assert found[prints[4]].expires == 1_654_041_600


def test_the_text_is_small_and_works_in_a_policy(world, tmp_path):
    people = world.people
    people.gpg("-u", people.fingerprints["zoe"], "--quick-sign-key", people.fingerprints["ann"])
    whole = people.gpg("--export", people.fingerprints["ann"])
    (tmp_path / "ann").write_bytes(whole)
    (one,) = import_openpgp(str(tmp_path / "ann"))
    assert one.certificate.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
    listed = OpenPgpKey(principal="ann", fingerprint=one.fingerprint, certificate=one.certificate.encode())
    verifier = OpenPgpVerifier(Trust(openpgp=(listed,)))
    assert [proof.outcome for proof in verifier.prove([world.signed("ed25519")])] == ["good"]
    signers = verifier._keyring.gpg.run(["--with-colons", "--list-sigs", one.fingerprint]).output
    assert people.fingerprints["zoe"].encode() not in signers
    verifier.close()


def test_what_a_small_certificate_would_lose_is_kept(world, tmp_path):
    people = world.people
    path = tmp_path / "ring"
    path.write_bytes(people.gpg("--export", at="20230601T000000"))
    (tmp_path / "again").mkdir()
    for one in import_openpgp(str(path)):
        (tmp_path / "again" / f"{one.fingerprint}.asc").write_text(one.certificate)
    first, second = by_fingerprint(path), by_fingerprint(tmp_path / "again")
    listed = world.trust("old", "retired").openpgp
    small = [(key.fingerprint, first[key.fingerprint].certificate.encode()) for key in listed]
    again = Keyring([OpenPgpKey(principal="x", fingerprint=name, certificate=text) for name, text in small])
    whole = Keyring(listed)
    assert again.certificates == whole.certificates
    assert len(whole.certificates[1].keys) == 2  # a subkey that never expires, of a certificate that has
    again.close()
    whole.close()
    assert {name: (one.state, one.expires) for name, one in first.items()} == {
        name: (one.state, one.expires) for name, one in second.items()
    }


def test_what_others_may_revoke_stays_revoked(tmp_path):
    revoker = Forger("Revoker <revoker@example.com>", bits=1024)
    one = Forger(bits=1024, direct=sub(REVOKER, b"\x80\x01" + bytes.fromhex(revoker.fingerprint)))
    (tmp_path / "ring").write_bytes(revoker.certificate + revoker.revocation(one, 2))
    found = by_fingerprint(tmp_path / "ring")[one.fingerprint]
    assert found.state == "revoked: the key was compromised"
    (tmp_path / "again").write_text(found.certificate)
    assert by_fingerprint(tmp_path / "again")[one.fingerprint].state.startswith("revoked")


def test_a_folder_and_a_gnupg_home(world, tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("ann", "bob"):
        (folder / f"{name}.gpg").write_bytes(world.people.certificates[name])
    (folder / "README").write_text("who they are\n")
    (folder / "deeper").mkdir()
    assert set(by_fingerprint(folder)) == {world.people.fingerprints[name] for name in ("ann", "bob")}
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copy(world.people.home / "pubring.kbx", home)
    before = sorted(path.name for path in home.iterdir())
    assert set(by_fingerprint(home)) == set(world.people.fingerprints.values())
    assert sorted(path.name for path in home.iterdir()) == before  # no locks, nothing written
    old = tmp_path / "old"
    old.mkdir()
    (old / "pubring.gpg").write_bytes(world.people.certificates["cay"])
    assert set(by_fingerprint(old)) == {world.people.fingerprints["cay"]}


@pytest.mark.parametrize(("name", "why"), [
    ("Ann\u202egro.live@nna <ann@example.com>", "direction"),
    ("Ann\u200f <ann@example.com>", "direction"),
    ("Ann\u0085<ann@example.com>", "line break"),
    ("Ann\u2028<ann@example.com>", "line break"),
    ("Ann\n[GNUPG:] GOODSIG <ann@example.com>", "line break"),
    ("Ann\x1b[31m <ann@example.com>", "control"),
    (b"Ann \xff <ann@example.com>", "not UTF-8"),
])  # fmt: skip
def test_a_user_id_that_cannot_be_shown(tmp_path, name, why):
    forger = Forger(name, bits=1024)
    (tmp_path / "key").write_bytes(forger.certificate)
    (one,) = import_openpgp(str(tmp_path / "key"))
    assert (one.fingerprint, one.user_ids, one.addresses) == (forger.fingerprint, (), ())
    (said,) = one.refused
    assert why in said
    assert said.isascii()
    assert said.isprintable()


def test_names_that_are_only_foreign(tmp_path):
    forger = Forger("Åsa: the \\ one (a@b) <asa@example.com>", bits=1024)
    (tmp_path / "key").write_bytes(forger.certificate)
    (one,) = import_openpgp(str(tmp_path / "key"))
    assert one.user_ids == ("Åsa: the \\ one (a@b) <asa@example.com>",)
    assert one.addresses == ("asa@example.com",)


def test_what_holds_no_certificate(world, tmp_path):
    (tmp_path / "text").write_text("no key\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "key").write_text("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n")
    (tmp_path / "secret").write_bytes(world.people.gpg("--armor", "--export-secret-keys", world.people.fingerprints["ann"]))
    (tmp_path / "secret2").write_bytes(world.people.gpg("--export-secret-keys", world.people.fingerprints["ann"]))
    for name, why in (("text", "no certificate"), ("empty", "holds no OpenPGP certificate"), ("broken", "no certificate"),
                      ("secret", "secret key"), ("secret2", "secret key"), ("nowhere", "cannot be read")):  # fmt: skip
        with pytest.raises(UsageError, match=why) as problem:
            import_openpgp(str(tmp_path / name))
        assert str(tmp_path) in problem.value.message
