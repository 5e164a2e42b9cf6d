"""Any bytes at all, and good signatures with something changed: never an error that is not meant, never good by accident."""

import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st
from sshmaking import SecurityKey, armored, envelope, issued, mpint, signature, string, to_sign, unsigned

from gitward.errors import Undecided, UsageError
from gitward.model import Signed, SshKey, Trust
from gitward.signatures.ssh import SshVerifier, import_allowed_signers, import_forge
from gitward.signatures.ssh.armor import unarmored
from gitward.signatures.ssh.certificate import certificate
from gitward.signatures.ssh.keys import public_key
from gitward.signatures.ssh.krl import MAGIC
from gitward.signatures.ssh.signeroptions import read_options
from gitward.signatures.ssh.wire import Refused
from timing import cpu_within

PAYLOAD = unsigned("any")


def plain(key):
    """The wire form of a key of `cryptography`."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return string(b"ssh-ed25519") + string(key.public_key().public_bytes_raw())
    numbers = key.public_key().public_numbers()
    point = b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    return string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(point)


ED, P256, TOKEN = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1()), SecurityKey(ec.SECP256R1())
AUTHORITY = ed25519.Ed25519PrivateKey.generate()
CERTIFICATE = issued(plain(ED), AUTHORITY, plain(AUTHORITY), options=string(b"force-command") + string(string(b"true")))
BLOBS = {
    "ed25519": envelope(plain(ED), signature(ED, to_sign(PAYLOAD))),
    "p256": envelope(plain(P256), signature(P256, to_sign(PAYLOAD))),
    "token": envelope(TOKEN.blob, signature(TOKEN, to_sign(PAYLOAD))),
    "certificate": envelope(CERTIFICATE, signature(ED, to_sign(PAYLOAD))),
}
VERIFIER = SshVerifier(
    Trust(
        ssh=(
            *(SshKey(principal="ann", blob=blob) for blob in (plain(ED), plain(P256), TOKEN.blob)),
            SshKey(principal="staff", blob=plain(AUTHORITY), is_authority=True, names=("*@example.com",)),
        )
    )
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert", "repeat", "number"]), st.integers(0, 10_000), st.integers(0, 255)),
    min_size=1, max_size=4,
)  # fmt: skip


def changed(data, changes):
    """`data` with bytes flipped, cut, put in, repeated, or four of them overwritten by a number."""
    for kind, place, value in changes:
        at = place % (len(data) + 1)
        if kind == "flip" and at < len(data):
            data = data[:at] + bytes([data[at] ^ (value or 1)]) + data[at + 1 :]
        elif kind == "cut":
            data = data[:at] + data[at + value % 9 + 1 :]
        elif kind == "insert":
            data = data[:at] + bytes([value]) + data[at:]
        elif kind == "repeat":
            data = data[:at] + data[max(0, at - value) : at] + data[at:]
        else:
            data = data[:at] + (value * 0x01000001 % 2**32).to_bytes(4, "big") + data[at + 4 :]
    return data


def result(function, *arguments):
    """What it gives, or the error that it is meant to raise, which says why in letters that can be printed anywhere."""
    try:
        return function(*arguments)
    except (Refused, Undecided, ValueError) as error:
        found = error
    assert str(found).isascii()
    assert str(found).isprintable()
    return found


def status(block, payload=PAYLOAD):
    signed = Signed(payload=payload, block=block)
    [proof] = VERIFIER.prove([signed])
    assert proof.detail.isascii()
    assert proof.detail.isprintable()
    return VERIFIER.find(proof, signed).status


@pytest.mark.parametrize("name", BLOBS)
def test_cut_anywhere(name):
    blob, block = BLOBS[name], armored(BLOBS[name])
    assert status(block) == "good"
    assert {status(block[:end]) for end in range(len(block))} == {"malformed"}
    assert {status(armored(blob[:end])) for end in range(len(blob))} == {"malformed"}


@pytest.mark.parametrize("name", BLOBS)
def test_one_bit_anywhere(name):
    blob = BLOBS[name]
    for at in range(len(blob)):
        wrong = blob[:at] + bytes([blob[at] ^ 1 << at % 8]) + blob[at + 1 :]
        assert status(armored(wrong)) in ("malformed", "bad", "unsupported")
    for at in range(len(PAYLOAD)):
        assert status(armored(blob), PAYLOAD[:at] + bytes([PAYLOAD[at] ^ 1]) + PAYLOAD[at + 1 :]) == "bad"


@given(st.sampled_from(sorted(BLOBS)), CHANGES)
def test_a_changed_signature_is_not_good(name, changes):
    blob = changed(BLOBS[name], changes)
    assert (status(armored(blob)) == "good") == (blob == BLOBS[name])


@given(st.sampled_from(sorted(BLOBS)), CHANGES)
def test_a_changed_block_is_not_good_unless_it_holds_the_same(name, changes):
    block = changed(armored(BLOBS[name]), changes)
    if status(block) == "good":
        assert unarmored(block) == BLOBS[name]


BEGIN, END = b"-----BEGIN SSH SIGNATURE-----\n", b"\n-----END SSH SIGNATURE-----"


@given(st.binary() | st.text(alphabet="AQgw=\n -").map(str.encode), st.booleans(), st.booleans())
def test_any_armor(text, with_begin, with_end):
    block = BEGIN * with_begin + text + END * with_end
    data = result(unarmored, block)
    if isinstance(data, Refused):
        assert data.outcome == "malformed"
    else:
        assert b64encode(data) == b"".join(block.split(b"\n")[1:-1])


FIELD = st.binary(max_size=40) | st.sampled_from([b"git", b"sha512", plain(ED), CERTIFICATE, b"ssh-ed25519", b"ssh-rsa"])


@given(st.lists(FIELD, max_size=6), st.binary(max_size=6), st.sampled_from([b"", b"SSHSIG\0\0\0\1"]))
def test_any_signature(fields, tail, start):
    assert status(armored(start + b"".join(map(string, fields)) + tail)) not in ("good", "unknown-key")


@given(CHANGES)
def test_a_changed_certificate_does_not_hold(changes):
    blob = changed(CERTIFICATE, changes)
    if blob != CERTIFICATE:
        with pytest.raises(Refused):
            certificate(blob)


KINDS = [b"ssh-rsa", b"ssh-ed25519", b"ecdsa-sha2-nistp256", b"sk-ssh-ed25519@openssh.com"]


@given(st.sampled_from(KINDS), st.lists(FIELD, max_size=4))
def test_any_key(kind, fields):
    blob = string(kind) + b"".join(map(string, fields))
    found = result(public_key, blob)
    assert found.outcome in ("malformed", "unsupported") if isinstance(found, Refused) else found.blob == blob


PART = st.tuples(st.sampled_from([0x20, 0x21, 0x22, 0x23, 0x39, 0x40]), st.binary(max_size=24)).map(
    lambda part: bytes([part[0]]) + string(part[1])
)
SECTION = st.tuples(
    st.sampled_from([1, 2, 3, 4, 5, 255]),
    st.binary(max_size=40) | st.lists(PART, max_size=3).map(lambda parts: string(b"") + string(b"") + b"".join(parts)),
).map(lambda section: bytes([section[0]]) + string(section[1]))


@given(st.lists(SECTION, max_size=4), st.binary(max_size=3))
def test_any_krl(sections, tail):
    data = MAGIC + b"\0\0\0\1" + bytes(24) + string(b"") + string(b"") + b"".join(sections) + tail
    result(SshVerifier, Trust(ssh_revoked=data))


@given(st.binary())
def test_any_list_of_revoked_keys(data):
    result(SshVerifier, Trust(ssh_revoked=data))


KEY = f"ssh-ed25519 {b64encode(plain(ED)).decode()}"
WORD = st.text(alphabet='ab@*!?,"\\= \t\r\0\u202e\xe9', max_size=12) | st.sampled_from(
    [KEY, "ann@example.com", " ", "cert-authority", ",", 'namespaces="git"', 'valid-before="20300101Z"', "#", "\n", "\r\n"]
)


@given(st.lists(WORD, max_size=8).map("".join) | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_list_of_allowed_signers(text):
    listing = import_allowed_signers(text.encode("utf-8", "surrogateescape"), "f")
    lines = [line.strip(" \t\r") for line in text.split("\n")]
    assert len(listing.keys) + len(listing.notes) == sum(1 for line in lines if line and not line.startswith("#"))
    for key in listing.keys:
        assert SshVerifier(Trust(ssh=(SshKey(principal="ann", blob=key.blob),)))
        assert all(name.isprintable() and name.strip("*") for name in key.names)
    assert all(note.isascii() and note.isprintable() for note in listing.notes)


OPTION = st.sampled_from(['valid-after="', "20200101", '"', ",", "cert-authority", "Z"])


@given(st.text(alphabet='ab=",\\-') | st.lists(OPTION).map("".join))
def test_any_options(text):
    result(read_options, text)


VALUE = st.sampled_from([None, True, 1, 1e99, "", KEY, "signing", "2030-01-01T00:00:00Z", [], {}])
ENTRY = VALUE | st.dictionaries(st.sampled_from(["key", "title", "usage_type", "expires_at"]), VALUE)


@given(st.lists(ENTRY, max_size=4).map(lambda value: json.dumps(value).encode()) | st.binary())
def test_any_forge_listing(data):
    try:
        listing = import_forge(data, "f")
    except UsageError:
        return
    assert all(key.title.isprintable() for key in listing.keys)


HUGE = string(string(b"ssh-rsa") + mpint(3) + mpint(1 << 4_000_000))
MANY = issued(plain(ED), AUTHORITY, plain(AUTHORITY), principals=(b"",) * 120_000)
LARGE = [
    BEGIN + b"A" * (1 << 20), BEGIN * 35_000, b"\n" * (1 << 20), BEGIN + b"AAAA\n" * 200_000 + END[1:],
    armored(b"SSHSIG\0\0\0\1" + string(b"x" * 600_000) + b"\0"),
    armored(b"SSHSIG\0\0\0\1" + HUGE + string(b"git") + string(b"") + string(b"sha512") + string(b"x")),
    armored(envelope(MANY, signature(ED, to_sign(PAYLOAD)))), armored(BLOBS["ed25519"]) + b"\n" * (1 << 20),
]  # fmt: skip


@pytest.mark.parametrize("block", LARGE)
def test_what_is_large_is_refused_at_once(block):
    with cpu_within(0.5):
        assert status(block) in ("malformed", "unsupported")


def test_an_authority_with_many_names_is_listed_in_linear_time():
    listed = "".join(f"*@{number}.example.com cert-authority {KEY}\n" for number in range(3_000)).encode()
    with cpu_within(5):
        assert len(import_allowed_signers(listed).keys) == 3_000
