"""The verifier of X.509 signatures: what it says of signatures as they should be, and of one thing wrong at a time."""

from calendar import timegm
from datetime import UTC, datetime

import pytest
from x509_authority import END, START, authority, certificate
from x509_signature import WHEN, armored, signature, signed_data, signer_info

from gitward.errors import Undecided
from gitward.model import Signed, Trust, X509Key
from gitward.signatures.x509 import X509Verifier, cms

PAYLOAD = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nsay hello\n"
ROOT = authority("Example Root")
ANN = certificate("Ann", ROOT, addresses=["ann@example.com"])


def trust(*keys, root=ROOT, **more):
    listed = keys or (X509Key(principal="ann", address="ann@example.com"),)
    return Trust(x509=listed, x509_roots=root.pem, **more)


def verified(block, trusted=None, payload=PAYLOAD, addresses=()):
    verifier = X509Verifier(trusted or trust())
    signed = Signed(payload=payload, block=block)
    (proof,) = verifier.prove([signed])
    return proof, verifier.find(proof, signed, addresses)


def test_a_good_signature_names_its_holder_and_all_limits_in_time():
    proof, finding = verified(armored(signature(PAYLOAD, ANN)))
    assert (proof.outcome, proof.key, proof.digest) == ("good", ANN.fingerprint, "sha256")
    assert proof.signed_time == finding.signed_time == timegm(WHEN.timetuple())
    assert (finding.status, finding.principal, finding.fingerprint) == ("good", "ann", ANN.fingerprint)
    assert (finding.not_before, finding.not_after) == (timegm(START.timetuple()), timegm(END.timetuple()))
    assert finding.revoked is finding.proven_time is None


def test_the_times_are_those_of_the_whole_chain():
    middle = authority("Middle", ROOT, start=datetime(2023, 1, 1, tzinfo=UTC))
    leaf = certificate("Ann", middle, addresses=["ann@example.com"], end=datetime(2030, 1, 1, tzinfo=UTC))
    _, finding = verified(armored(signature(PAYLOAD, leaf, middle)))
    assert finding.status == "good"
    assert (finding.not_before, finding.not_after) == (1672531200, 1893456000)


def test_an_altered_payload_is_bad():
    proof, finding = verified(armored(signature(PAYLOAD, ANN)), payload=PAYLOAD + b" ")
    assert (proof.outcome, finding.status) == ("bad", "bad")


def test_without_roots_nobody_is_known():
    _, finding = verified(armored(signature(PAYLOAD, ANN)), Trust(x509=trust().x509))
    assert (finding.status, finding.principal) == ("unknown-key", "")


@pytest.mark.parametrize("field", ["x509_roots", "x509_intermediates"])
def test_a_file_of_certificates_that_cannot_be_read_decides_nothing(field):
    with pytest.raises(Undecided, match="cannot be read"):
        X509Verifier(Trust(**{field: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}))
    with pytest.raises(Undecided, match="cannot be read"):
        X509Verifier(Trust(**{field: b""}))


@pytest.mark.parametrize("bag", [(ROOT.der, ANN.der), (ANN.der, ROOT.der)])
def test_the_certificate_that_verified_is_reported_wherever_it_stands(bag):
    der = signed_data([signer_info(PAYLOAD, ANN)], bag)
    assert cms.read(der).certificates == bag
    assert verified(armored(der))[0].key == ANN.fingerprint


def test_a_certificate_that_is_listed_itself_has_its_holder_whatever_the_status():
    weak = certificate("Ann short", ROOT, kind="rsa1024", addresses=["ann@example.com"])
    for listed, principal in (({"fingerprint": weak.fingerprint}, "ann"), ({"address": "ann@example.com"}, "")):
        _, finding = verified(armored(signature(PAYLOAD, weak)), trust(X509Key(principal="ann", **listed)))
        assert (finding.status, finding.principal) == ("weak", principal)
