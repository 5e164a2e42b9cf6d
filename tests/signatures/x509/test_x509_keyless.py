"""Keyless signatures, as gitsign makes them, against a small Sigstore of our own: one thing wrong at a time."""

from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from x509_authority import CLIENT, CODE, certificate, key
from x509_corpus import PAYLOAD
from x509_log import (
    CERTIFICATE_LOG,
    ISSUER,
    LOG,
    MIDDLE,
    OTHER_LOG,
    ROOT,
    STRANGER,
    SUBJECT,
    keyless,
    keyless_signature,
    log_entry,
    path,
    plain_fields,
    plain_root,
    record_of,
    sha,
    tree,
    trusted_root,
)
from x509_signature import WHEN, armored

from gitward.errors import Undecided
from gitward.model import KeylessKey, Signed, Trust, X509Key
from gitward.signatures.x509 import X509Verifier
from gitward.signatures.x509.keyless import entry, log
from gitward.signatures.x509.keyless.trusted_root import Span

ANN = KeylessKey(principal="ann", issuer=ISSUER, subject=SUBJECT)
LEAF = keyless()
MINUTE = timedelta(minutes=1)


def found(der, root=None, keys=(ANN,), payload=PAYLOAD, **trust):
    verifier = X509Verifier(Trust(keyless=keys, keyless_root=trusted_root() if root is None else root, **trust))
    signed = Signed(payload=payload, block=armored(der))
    return verifier.find(verifier.prove([signed])[0], signed)


def test_a_good_one_is_proven_by_the_log_at_its_time():
    finding = found(keyless_signature(PAYLOAD, LEAF))
    assert (finding.status, finding.principal, finding.detail) == ("good", "ann", "")
    start = int(WHEN.timestamp())
    assert (finding.not_before, finding.proven_time, finding.not_after) == (start, start + 60, start + 600)
    assert finding.fingerprint == LEAF.fingerprint


@pytest.mark.parametrize("leaf", [
    keyless(old=None), keyless(new=None), keyless(log=CERTIFICATE_LOG, extended=(CLIENT, CODE)),
])  # fmt: skip
def test_either_extension_says_the_issuer(leaf):
    assert found(keyless_signature(PAYLOAD, leaf)).status == "good"


def test_a_subject_may_be_a_uri():
    uri = "https://forge.example.com/acme/build/.forge/release.yml@refs/heads/main"
    der = keyless_signature(PAYLOAD, keyless(uris=[uri]))
    assert found(der).status == "unknown-key"
    assert found(der, keys=(KeylessKey(principal="ci", issuer=ISSUER, subject=uri),)).principal == "ci"


@pytest.mark.parametrize("pin", [
    {"issuer": "https://login.example.org"}, {"subject": "bob@example.com"}, {"subject": "Ann@example.com"},
    {"issuer": ISSUER + "/"},
])  # fmt: skip
def test_issuer_and_subject_are_both_pinned(pin):
    key = KeylessKey(**{"principal": "ann", "issuer": ISSUER, "subject": SUBJECT, **pin})
    finding = found(keyless_signature(PAYLOAD, LEAF), keys=(key,))
    assert (finding.status, finding.principal, "pinned by nobody" in finding.detail) == ("unknown-key", "", True)
    late = found(keyless_signature(PAYLOAD, LEAF, when=WHEN + 11 * MINUTE), keys=(key,))
    assert (finding.proven_time, late.status) == (None, "unknown-key")


def flipped(data):
    return bytes([data[0] ^ 1]) + data[1:]


def other(change=None, leaf=LEAF, **changed):
    """The log's entry for another signature: by the same or another key, over other attributes."""

    def made(signed, value):
        return [log_entry(record_of(signed + b"x" if change else signed, value, leaf.pem), **changed)]

    return made


OTHER_TREE = plain_fields(plain_fields(plain_fields(log_entry(b"{}"))[6][0])[5][0])[1][0]  # as large, and signed by the log
ENTRIES = {
    "checkpoint of another tree": ({"checkpoint": OTHER_TREE}, "bad", "another tree"),
    "no entry": ({"entries": []}, "unsupported", "no log entry"),
    "two entries": ({"entries": [b"", b""]}, "unsupported", "two log entries"),
    "no protobuf": ({"entries": [b"\xff"]}, "unsupported", "in a form"),
    "nothing in it": ({"entries": [b""]}, "unsupported", "of a kind"),
    "another kind": ({"kind": b"dsse"}, "unsupported", "of a kind"),
    "another version": ({"version": b"0.0.2"}, "unsupported", "of a kind"),
    "entry of another payload": ({"entries": other(change=True)}, "bad", "did not sign this entry"),
    "entry of another key": ({"entries": other(leaf=keyless("another"))}, "bad", "did not sign this entry"),
    "body of another signature": ({"body": b"{}"}, "bad", "of another signature"),
    "unknown log": ({"log": OTHER_LOG}, "unknown-key", "a log that"),
    "promise by another log": ({"promised": OTHER_LOG}, "bad", "did not sign this entry"),
    "promise altered": ({"promise": flipped}, "bad", "did not sign this entry"),
    "no promise": ({"promise": b""}, "unsupported", "no signed time"),
    "no time": ({"time": 0}, "unsupported", "no signed time"),
    "time altered": ({"time": lambda time: time + 1}, "bad", "did not sign this entry"),
    "place in all shards altered": ({"number": 4}, "bad", "did not sign this entry"),
    "path altered": ({"path": lambda steps: [flipped(steps[0]), *steps[1:]]}, "bad", "lead to its root"),
    "path cut short": ({"path": lambda steps: steps[:-1]}, "bad", "no path"),
    "path too long": ({"path": lambda steps: [*steps, steps[0]]}, "bad", "no path"),
    "path of other sizes": ({"path": lambda steps: [steps[0][:-1], *steps[1:]]}, "bad", "no path"),
    "no path": ({"path": []}, "bad", "no path"),
    "other place in the tree": ({"tree_index": 4}, "bad", "lead to its root"),
    "place outside the tree": ({"tree_index": 11}, "bad", "no path"),
    "root altered": ({"root": flipped}, "bad", "lead to its root"),
    "checkpoint by another log": ({"checkpointed": OTHER_LOG}, "bad", "did not sign the checkpoint"),
    "checkpoint of another size": ({"checkpoint": lambda note: note.replace(b"\n11\n", b"\n12\n")}, "bad", "another tree"),
    "checkpoint altered": ({"checkpoint": lambda note: note.replace(b"log.", b"l0g.", 1)}, "bad", "the checkpoint"),
    "checkpoint without signature": ({"checkpoint": lambda note: note.split(b"\xe2")[0]}, "bad", "the checkpoint"),
    "no checkpoint": ({"checkpoint": b""}, "bad", "another tree"),
    "certificate had ended": ({"when": WHEN + 11 * MINUTE}, "expired", "outside the life"),
    "certificate had not begun": ({"when": WHEN - MINUTE}, "not-yet-valid", "outside the life"),
}


def test_a_checkpoint_may_carry_the_signatures_of_witnesses_and_no_crowd_of_them():
    line = "\n\n— witness.example.com AAAAAAAA".encode()
    for count, status in ((3, "good"), (1000, "bad")):
        crowd = line + line[1:] * (count - 1)
        der = keyless_signature(PAYLOAD, LEAF, checkpoint=lambda note, crowd=crowd: note.replace(b"\n\n", crowd + b"\n"))
        assert found(der).status == status


@pytest.mark.parametrize("name", ENTRIES)
def test_the_proof_of_the_log(name):
    changed, status, word = ENTRIES[name]
    finding = found(keyless_signature(PAYLOAD, LEAF, **changed))
    assert (finding.status, finding.proven_time) == (status, None)
    assert word in finding.detail


def spanned(start, end=None):
    return {"start": start} | ({"end": end} if end else {})


CERTIFICATES = {
    "stranger's authority": (keyless(issuer=STRANGER), {}, "unknown-key", "no chain"),
    "not for code": (keyless(extended=(CLIENT,)), {}, "unknown-key", "extended key usage"),
    "for no use": (keyless(extended=()), {}, "unknown-key", "extended key usage"),
    "two issuers": (keyless(new="https://login.example.org"), {}, "unknown-key", "one issuer"),
    "two subjects": (keyless(addresses=[SUBJECT, "bob@example.com"]), {}, "unknown-key", "one subject"),
    "a key below the floor": (keyless("small", addresses=[SUBJECT]), {"rsa_bits": 4096}, "good", ""),
    "no promise of a certificate log": (keyless(log=None), {}, "unsupported", "no promise"),
    "promise by an unknown certificate log": (keyless(log=OTHER_LOG), {}, "unknown-key", "certificate log that"),
    "promise for another authority": (keyless(promised_to=ROOT), {}, "bad", "did not sign its promise"),
    "no certificate log in the root": (keyless(log=None), {"root": trusted_root(certificate_logs=[])}, "good", ""),
    "certificate log trusted until then": (
        keyless(), {"root": trusted_root(certificate_logs=[CERTIFICATE_LOG.listed(end="2026-02-28T23:59:59.999Z")])},
        "unknown-key", "certificate log that"),
    "log trusted until then": (
        keyless(), {"root": trusted_root(logs=[LOG.listed(end="2026-02-28T23:59:59.999Z")])}, "unknown-key", "a log that"),
    "log trusted from then on": (
        keyless(), {"root": trusted_root(logs=[LOG.listed(start="2026-03-02T00:00:00Z")])}, "unknown-key", "a log that"),
    "authority trusted until then": (
        keyless(), {"root": trusted_root(span=spanned("2021-01-01T00:00:00Z", "2026-02-28T23:59:59Z"))},
        "unknown-key", "no authority"),
    "two authorities": (keyless(), {"root": trusted_root(issuers=((STRANGER,), (MIDDLE, ROOT)))}, "good", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CERTIFICATES)
def test_the_certificate(name):
    leaf, trust, status, word = CERTIFICATES[name]
    finding = found(keyless_signature(PAYLOAD, leaf), **trust)
    assert (finding.status, word in finding.detail) == (status, True), finding.detail


def test_the_intermediate_may_stand_first_in_the_bag():
    assert found(keyless_signature(PAYLOAD, LEAF, bag=[MIDDLE.der, LEAF.der])).fingerprint == LEAF.fingerprint


def test_an_altered_commit_is_bad():
    assert found(keyless_signature(PAYLOAD, LEAF), payload=PAYLOAD + b"x").status == "bad"


def test_without_a_root_it_is_unknown_even_where_an_x509_root_would_take_it():
    verifier = X509Verifier(Trust(x509_roots=ROOT.pem + MIDDLE.pem, x509=(X509Key(principal="ann", address=SUBJECT),)))
    signed = Signed(payload=PAYLOAD, block=armored(keyless_signature(PAYLOAD, LEAF)))
    finding = verifier.find(verifier.prove([signed])[0], signed)
    assert (finding.status, "no keyless root" in finding.detail) == ("unknown-key", True)


def test_an_authority_of_the_keyless_root_vouches_for_nobody_else():
    """A certificate without Fulcio's extensions is judged by the X.509 roots alone."""
    plain = certificate("Ann", MIDDLE, private=key("plain"), addresses=[SUBJECT], extended=[CODE])
    finding = found(keyless_signature(PAYLOAD, plain), x509=(X509Key(principal="ann", address=SUBJECT),))
    assert finding.status == "unknown-key"


@pytest.mark.parametrize("root", [
    b"", b"[]", b"{}", b'{"mediaType": "text/plain"}', b"\xff", b"[" * 100_000, trusted_root(logs=[]),
    trusted_root(issuers=()), trusted_root(span={"start": "yesterday"}), trusted_root(span={"start": "2021-01-01T00:00:00"}),
    trusted_root().replace(b"MI", b"MA"), trusted_root(logs=[{"publicKey": {"rawBytes": "AAAA"}}]), trusted_root(logs=[{}]),
])  # fmt: skip
def test_a_keyless_root_that_cannot_be_read_decides_nothing(root):
    with pytest.raises(Undecided, match="keyless root"):
        X509Verifier(Trust(keyless_root=root))


def test_a_span_holds_its_ends():
    span = Span(start=1, end=3)
    assert [span.holds(time) for time in (0, 1, 3, 4)] == [False, True, True, False]
    assert Span().holds(0)


# --- the tree, and protobuf -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33, 64, 65])
def test_every_path_of_a_tree_leads_to_its_root_by_both_ways_of_counting(size):
    leaves = [b"%d" % number for number in range(size)]
    for index in range(size):
        steps = path(index, leaves)
        leaf = sha(b"\0" + leaves[index])
        assert log.root_of(leaf, index, size, steps) == plain_root(leaf, index, size, steps) == tree(leaves)


def ours(*arguments):
    try:
        return log.root_of(*arguments)
    except ValueError:
        return None


@settings(deadline=None)
@given(st.integers(0, 70), st.integers(0, 70), st.lists(st.integers(0, 255).map(lambda byte: bytes([byte]) * 32), max_size=8))
@example(0, 0, [])
@example(0, 1, [])
@example(0, 2, [bytes(32)])
def test_both_ways_of_counting_refuse_the_same_paths(index, size, steps):
    leaf = sha(b"\0leaf")
    assert ours(leaf, index, size, steps) == (plain_root(leaf, index, size, steps) if size else None)


def test_the_writer_of_these_entries_agrees_with_a_plain_reader():
    fields = plain_fields(GOOD_ENTRY)
    proof = plain_fields(fields[6][0])
    assert (fields[1], proof[1], proof[3], len(proof[4])) == ([1005], [5], [11], 4)
    assert plain_root(sha(b"\0{}"), 5, 11, proof[4]) == proof[2][0]


GOOD_ENTRY = log_entry(b"{}")


@settings(deadline=None)
@given(st.data())
def test_a_changed_entry_is_read_or_refused(data):
    at = data.draw(st.integers(0, len(GOOD_ENTRY)))
    changed = GOOD_ENTRY[:at] + data.draw(st.binary(max_size=4)) + GOOD_ENTRY[at + data.draw(st.integers(0, 4)) :]
    try:
        entry.read(changed)
    except ValueError:
        pass


@pytest.mark.parametrize("data", [
    b"\x08", b"\x08\x80", b"\x08\x80\x00", b"\x08" + b"\xff" * 9 + b"\x01", b"\x08" + b"\x80" * 20, b"\x08\x01\x08\x01",
    b"\x09", b"\x3a\x05a", b"\x48\x01", b"\x12\x05a", b"\x0a\x00", b"\x12\x02\x10\x01", b"\x32\x82\x02" + b"\x22\x00" * 129,
])  # fmt: skip
def test_what_is_no_entry_is_refused(data):
    with pytest.raises(ValueError):
        entry.read(data)


@settings(deadline=None)
@given(st.data())
def test_a_changed_byte_never_moves_a_proof(data):
    """A byte changed anywhere in a good signature: it is not good any more, or says exactly the same."""
    whole = WHOLE
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    signed = Signed(payload=PAYLOAD, block=armored(changed))
    finding = VERIFIER.find(VERIFIER.prove([signed])[0], signed)
    assert finding.status != "good" or finding == FINDING


WHOLE = keyless_signature(PAYLOAD, LEAF)
VERIFIER = X509Verifier(Trust(keyless=(ANN,), keyless_root=trusted_root()))
FINDING = found(WHOLE)
