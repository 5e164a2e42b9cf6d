"""When a key counts, whom a certificate speaks for, and to whom it is counted where several could be meant."""

import pytest
from sshmaking import Workshop, issued, sealed, unsigned

from gitward.model import Principal, Signed, SshKey, Trust
from gitward.signatures.ssh import SshVerifier, import_allowed_signers
from gitward.signatures.ssh.patterns import matches, matches_list
from gitward.signatures.ssh.verifier import _window
from gitward.sshkeys import fingerprint

PAYLOAD = unsigned("a subject")


@pytest.fixture(scope="module")
def w(tmp_path_factory):
    return Workshop(tmp_path_factory.mktemp("windows"))


def found(w, entries, addresses=(), people=(), **certificate):
    """The finding for a signature by Ann's key, certified by `ed25519-ca` where `certificate` says how."""
    key, blob = w.private("ed25519-ann"), w.blob("ed25519-ann")
    if certificate:
        blob = issued(blob, w.private("ed25519-ca"), w.blob("ed25519-ca"), **certificate)
    verifier = SshVerifier(Trust(ssh=tuple(entries), principals={one.name: one for one in people}))
    signed = Signed(payload=PAYLOAD, block=sealed(key, blob, PAYLOAD))
    [proof] = verifier.prove([signed])
    assert proof.outcome == "good"
    return verifier.find(proof, signed, addresses)


def authority(w, principal="staff", names=("*@example.com",), **window):
    return SshKey(principal=principal, blob=w.blob("ed25519-ca"), is_authority=True, names=names, **window)


def test_a_key_set_back_has_its_window_all_the_same(w):
    [listed] = import_allowed_signers(f'ann@example.com valid-before="20200101Z" {w.line("ed25519-ann")}'.encode()).keys
    finding = found(w, [SshKey(principal="ann", blob=listed.blob, valid_before=listed.valid_before)])
    assert (finding.status, finding.not_before, finding.not_after) == ("good", None, 1_577_836_799)


FOREVER = 2**64 - 1


@pytest.mark.parametrize(
    ("entry", "certificate", "expected"),
    [
        ({}, (0, FOREVER), (None, None)),
        ({}, (100, 200), (100, 199)),
        ({"valid_after": 150}, (100, 200), (150, 199)),
        ({"valid_after": 50, "valid_before": 120}, (100, 200), (100, 119)),
        ({"valid_before": 300}, (100, FOREVER), (100, 299)),
        ({"valid_after": 300}, (100, 200), (300, 199)),
        ({}, (0, 0), (None, -1)),
    ],
)
def test_the_window_is_that_of_list_and_certificate_together(w, entry, certificate, expected):
    finding = found(w, [authority(w, **entry)], window=certificate)
    assert (finding.status, finding.not_before, finding.not_after) == ("good", *expected)


def test_the_window_of_nobodys_certificate():
    assert _window(None, None) == (None, None)


def test_both_keys_are_named(w):
    finding = found(w, [authority(w)], window=(0, FOREVER))
    assert finding.fingerprint == fingerprint(w.blob("ed25519-ann"))
    assert finding.primary_fingerprint == fingerprint(w.blob("ed25519-ca"))


def test_a_listed_key_is_not_its_certificate(w):
    """Who is certified signs by what the authority says, whoever the plain key belongs to."""
    finding = found(w, [SshKey(principal="ann", blob=w.blob("ed25519-ann"))], window=(0, FOREVER))
    assert (finding.status, finding.detail) == ("unknown-key", "the certificate's authority is not listed")


def test_of_several_that_an_authority_speaks_for_the_one_with_the_address_is_taken(w):
    people = [Principal(name="ann", addresses=("Ann@Example.com",)), Principal(name="bob", addresses=("bob@example.com",))]
    entries = [authority(w, "ann"), authority(w, "bob"), authority(w, "carol", names=("carol@example.com",))]

    def whose(*addresses, names=(b"x@example.com",)):
        return found(w, entries, addresses, people, principals=names).principal

    assert whose() == "ann"
    assert whose("BOB@example.com") == "bob"
    assert whose("nobody@example.com", "ann@example.com") == "ann"
    assert whose("carol@example.com") == "ann"
    assert whose("bob@example.com", names=(b"carol@example.com",)) == "bob"


@pytest.mark.parametrize(
    ("names", "principals", "ours"),
    [
        (("*@example.com",), (b"ann@example.com",), True),
        (("*@example.com",), (b"Ann@Example.com",), False),
        (("ann@*", "!*@example.org"), (b"ann@example.org",), False),
        (("ann@*", "!*@example.org"), (b"ann@example.org", b"ann@example.com"), True),
        (("!bob@example.com",), (b"ann@example.com",), False),
        (("!bob@example.com,*",), (b"ann@example.com",), True),
        (("an?@example.com",), (b"ann@example.com",), True),
        (("a?@example.com",), ("é@example.com".encode(),), False),
        (("??@example.com",), ("é@example.com".encode(),), True),
        ((), (b"ann@example.com",), False),
        (("",), (b"",), True),
        (("*",), (), False),
    ],
)
def test_a_certificate_speaks_for_whom_its_authority_may_name(w, names, principals, ours):
    finding = found(w, [authority(w, names=names)], principals=principals)
    assert (finding.status == "good") == ours
    assert finding.status in ("good", "unknown-key")


def test_why_a_certificate_is_nobodys(w):
    said = {
        (): "the certificate names no principals",
        (b"bob@example.org",): "no principal of the certificate is one that its authority may name",
    }
    assert {names: found(w, [authority(w)], principals=names).detail for names in said} == said


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [("", "", True), ("", "*", True), ("a", "", False), ("abc", "a*c", True), ("abc", "a*b", False), ("aXbXc", "a*X*c", True),
     ("ab", "a?b", False), ("a*b", "a*b", True), ("abab", "*ab", True), ("a", "**a**", True), ("a\nb", "a?b", True)],
)  # fmt: skip
def test_patterns(text, pattern, expected):
    assert matches(text, pattern) is expected
    assert matches_list(text, [f"!{pattern}"]) is False


def test_patterns_take_no_more_than_the_product_of_both_lengths():
    assert matches("a" * 2000, "*a" * 20 + "b") is False
