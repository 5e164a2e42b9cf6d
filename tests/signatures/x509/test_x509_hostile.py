"""Attacks on the chain, the lists and the parsers of X.509 signatures, and files that cannot be relied on."""


import pytest
from asn1crypto import cms as cms_writer
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from hypothesis import example, given, settings
from hypothesis import strategies as st
from x509_authority import START, authority, certificate, revocation_list
from x509_corpus import ADDRESS, ANN, ANN_EC, MIDDLE, PAYLOAD, ROOT, indefinite
from x509_signature import armored, attributes, signature, signed_data, signer_info

from gitward.errors import Undecided
from gitward.model import Signed, Trust, X509Key
from gitward.signatures.x509 import X509Verifier, armor, ber, cms
from gitward.signatures.x509.refusal import Refusal
from timing import cpu_within

KEYS = (X509Key(principal="ann", address="ann@example.com"),)
GOOD = signature(PAYLOAD, ANN_EC)


def found(der, trust=None, payload=PAYLOAD):
    verifier = X509Verifier(trust or Trust(x509=KEYS, x509_roots=ROOT.pem))
    signed = Signed(payload=payload, block=armored(der))
    return verifier.find(verifier.prove([signed])[0], signed)


# --- chains -----------------------------------------------------------------------------------------------------------


def test_an_address_in_the_subject_counts_where_names_are_not_constrained_and_nowhere_else():
    free = certificate("Ann", MIDDLE, email="ann@example.com")
    assert found(signature(PAYLOAD, free, MIDDLE)).principal == "ann"
    limits = x509.NameConstraints([x509.RFC822Name("example.org")], None)
    bound = authority("Bound", ROOT, more=[(limits, True)])
    mallory = certificate("Ann", bound, email="ann@example.com")  # its authority may speak for example.org only
    assert found(signature(PAYLOAD, mallory, bound)).status == "unknown-key"


def test_a_limit_on_directory_names_is_not_overlooked_where_it_is_not_critical():
    limits = x509.NameConstraints([x509.DirectoryName(ROOT.certificate.subject)], None)
    bound = authority("Bound", ROOT, more=[(limits, False)])
    finding = found(signature(PAYLOAD, certificate("Ann", bound, **ADDRESS), bound))
    assert (finding.status, "name constraints" in finding.detail) == ("unknown-key", True)


def test_a_clique_of_authorities_that_lead_nowhere_costs_little():
    first = authority("Clique")
    crowd = [authority("Clique", first, serial=number + 2) for number in range(30)]
    leaf = certificate("Ann", first, **ADDRESS)
    with cpu_within(2):
        finding = found(signature(PAYLOAD, leaf, *crowd))
    assert (finding.status, finding.detail) == ("unknown-key", "too many ways lead away from the certificate")


def test_of_two_ways_the_one_that_holds_longer_is_taken():
    short = authority("Twice", ROOT, end=START.replace(year=2025))
    long = authority("Twice", ROOT)
    leaf = certificate("Ann", long, **ADDRESS)
    for bag in ((short, long), (long, short)):
        assert found(signature(PAYLOAD, leaf, *bag)).not_after == found(GOOD).not_after


def test_certificates_that_were_never_valid_together_make_no_chain():
    early = authority("Early", ROOT, end=START.replace(year=2025))
    leaf = certificate("Ann", early, start=START.replace(year=2026), **ADDRESS)
    assert "never valid at the same time" in found(signature(PAYLOAD, leaf, early)).detail


def test_a_certificate_of_the_policy_stands_in_where_the_signature_brings_none():
    der = signed_data([signer_info(PAYLOAD, ANN_EC)], [])
    assert found(der).status == "unknown-key"
    assert found(der, Trust(x509=KEYS, x509_roots=ROOT.pem, x509_intermediates=ANN_EC.pem)).status == "good"


def test_an_intermediate_of_the_policy_need_not_be_brought():
    der = signature(PAYLOAD, certificate("Ann", MIDDLE, **ADDRESS))
    assert found(der).status == "unknown-key"
    assert found(der, Trust(x509=KEYS, x509_roots=ROOT.pem, x509_intermediates=MIDDLE.pem)).status == "good"


def test_the_floor_for_rsa_is_the_policys():
    trust = Trust(x509=KEYS, x509_roots=ROOT.pem, rsa_bits=3072)
    finding = found(signature(PAYLOAD, ANN), trust)
    assert (finding.status, finding.detail) == ("weak", "a key of 2048 bits, the floor is 3072")
    assert found(GOOD, trust).detail == "in the chain, a key of 2048 bits, the floor is 3072"


def edited(**changes):
    """Ann's certificate with a field of it changed, and so with a signature that does not verify."""
    made = asn1_x509.Certificate.load(ANN_EC.der)
    for name, value in changes.items():
        made["tbs_certificate"][name] = value
    return made.dump()


@pytest.mark.parametrize("der", [
    edited(serial_number=0), edited(subject=asn1_x509.Name.build({"country_name": "Neverland"})), b"0\0",
    ANN_EC.der.replace(b"\x0c\x06Ann EC", b"\x03\x06Ann EC"),  # a name that is a bit string
])  # fmt: skip
def test_what_a_stranger_sends_makes_no_library_speak_to_the_terminal(der, recwarn):
    assert found(signed_data([signer_info(PAYLOAD, ANN_EC)], [der, ANN_EC.der])).status in ("good", "malformed")
    assert found(signed_data([signer_info(PAYLOAD, ANN_EC)], [der])).status == "unknown-key"
    assert [str(warning.message) for warning in recwarn] == []


def test_a_small_curve_is_weak():
    finding = found(signature(PAYLOAD, certificate("Ann", ROOT, kind="ec192", **ADDRESS)))
    assert (finding.status, finding.detail) == ("weak", "an elliptic curve of 192 bits")


# --- revocation lists -------------------------------------------------------------------------------------------------

IDP = x509.IssuingDistributionPoint
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


@pytest.mark.parametrize(("crl", "why"), [
    (b"", "cannot be read"),
    (b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "cannot be read"),
    (revocation_list(ROOT, signer=ANN_EC), "does not verify"),
    (revocation_list(ROOT, more=[(x509.DeltaCRLIndicator(1), True)]), "delta"),
    (revocation_list(ROOT, more=[(IDP(None, None, False, False, None, True, False), True)]), "indirect"),
    (revocation_list(ROOT, more=[(UNKNOWN, True)]), "critical extension"),
    (revocation_list(ROOT, (ANN, START, None, (UNKNOWN, True))), "critical extension"),
])  # fmt: skip
def test_a_revocation_list_that_cannot_be_relied_on_decides_nothing(crl, why):
    with pytest.raises(Undecided, match=why):
        X509Verifier(Trust(x509_roots=ROOT.pem, x509_crls=(crl,)))


def test_a_list_of_an_authority_that_comes_with_the_signature_is_checked_when_it_is_met():
    leaf = certificate("Ann", MIDDLE, **ADDRESS)
    der = signature(PAYLOAD, leaf, MIDDLE)
    for signer, expected in ((MIDDLE, "revoked-hard"), (ROOT, Undecided)):
        trust = Trust(x509=KEYS, x509_roots=ROOT.pem,
                      x509_crls=(revocation_list(MIDDLE, (leaf, START, "key_compromise"), signer=signer),))  # fmt: skip
        if expected is Undecided:
            with pytest.raises(Undecided, match="no revocation list"):
                found(der, trust)
        else:
            assert found(der, trust).status == expected


def test_an_authority_without_crl_sign_revokes_nothing_and_leaves_it_undecided():
    mute = authority("Mute", ROOT, key_usage=["key_cert_sign"])
    with pytest.raises(Undecided, match="does not verify"):
        X509Verifier(Trust(x509_roots=ROOT.pem, x509_intermediates=mute.pem, x509_crls=(revocation_list(mute),)))


@pytest.mark.parametrize(("reason", "is_hard"), [
    ("unspecified", True), ("key_compromise", True), ("ca_compromise", True), ("aa_compromise", True),
    ("remove_from_crl", True), ("affiliation_changed", False), ("superseded", False), ("cessation_of_operation", False),
    ("certificate_hold", False), ("privilege_withdrawn", False),
])  # fmt: skip
def test_what_a_reason_amounts_to(reason, is_hard):
    when = START.replace(year=2026)
    trust = Trust(x509=KEYS, x509_roots=ROOT.pem, x509_crls=(revocation_list(ROOT, (ANN_EC, when, reason)),))
    finding = found(GOOD, trust)
    assert (finding.status, finding.revoked) == (("revoked-hard", None) if is_hard else ("good", 1767225600))


def test_of_several_revocations_the_worst_counts_and_then_the_earliest():
    leaf = certificate("Ann", MIDDLE, **ADDRESS)
    years = [START.replace(year=year) for year in (2022, 2023, 2026)]
    soft = [revocation_list(MIDDLE, (leaf, year, "superseded")) for year in years[1:]]
    hard = revocation_list(ROOT, (MIDDLE, years[2], "ca_compromise"))
    for crls, expected in ((soft, ("good", 1672531200)), (soft[::-1], ("good", 1672531200)),
                           ([*soft, hard], ("revoked-hard", None))):  # fmt: skip
        finding = found(signature(PAYLOAD, leaf, MIDDLE), Trust(x509=KEYS, x509_roots=ROOT.pem, x509_crls=tuple(crls)))
        assert (finding.status, finding.revoked) == expected


def test_the_date_of_invalidity_is_earlier_than_that_of_the_list():
    since = (x509.InvalidityDate(START.replace(year=2023, tzinfo=None)), False)
    crl = revocation_list(ROOT, (ANN_EC, START.replace(year=2026), "superseded", since))
    assert found(GOOD, Trust(x509=KEYS, x509_roots=ROOT.pem, x509_crls=(crl,))).revoked == 1672531200


def test_a_subject_that_is_no_name_decides_nothing():
    with pytest.raises(Undecided, match="RFC 4514"):
        X509Verifier(Trust(x509=(X509Key(principal="ann", subject="Ann"),)))


def test_a_proof_of_another_signature_decides_nothing():
    verifier = X509Verifier(Trust(x509=KEYS, x509_roots=ROOT.pem))
    mine, other = (Signed(payload=PAYLOAD, block=armored(signature(PAYLOAD, by))) for by in (ANN_EC, ANN))
    with pytest.raises(Undecided, match="another signature"):
        verifier.find(verifier.prove([mine])[0], other)


# --- the parsers ------------------------------------------------------------------------------------------------------


def status(reader, data):
    try:
        reader(data)
    except Refusal as refusal:
        return refusal.status
    return ""


def proven(block, payload=PAYLOAD):
    (proof,) = X509Verifier(Trust(x509=KEYS, x509_roots=ROOT.pem)).prove([Signed(payload=payload, block=block)])
    return proof


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"0\x80\0\0\0\0")
@example(b"0\x81\x01\0")
@example(b"0\x84\xff\xff\xff\xff")
@example(b"0\xff")
def test_any_bytes_are_read_or_refused(data):
    assert status(cms.read, data) in ("", "malformed", "unsupported")


@settings(deadline=None)
@given(st.data())
def test_a_changed_byte_never_leaves_the_same_signature_of_another_text(data):
    at = data.draw(st.integers(0, len(GOOD) - 1))
    changed = GOOD[:at] + bytes([data.draw(st.integers(0, 255))]) + GOOD[at + 1 :]
    proof = proven(armored(changed), PAYLOAD + b"and more\n")
    assert proof.outcome != "good"


@settings(deadline=None)
@given(st.data())
def test_a_changed_byte_is_a_status_and_never_a_crash(data):
    whole = data.draw(st.sampled_from([GOOD, indefinite(GOOD)]))
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 3)) :]
    signed = Signed(payload=PAYLOAD, block=armored(changed))
    verifier = X509Verifier(Trust(x509=KEYS, x509_roots=ROOT.pem))
    (proof,) = verifier.prove([signed])
    finding = verifier.find(proof, signed)
    # not the fingerprint: what signs a certificate can be written in several ways
    assert finding.status != "good" or finding.principal == "ann"


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_text_is_an_armor_or_refused(text):
    for block in (text, armor.BEGIN + b"\n" + text + b"\n" + armor.END + b"\n"):
        assert status(armor.contents, block) in ("", "malformed")


@pytest.mark.parametrize("body", [
    b"MAA", b"MAA=A", b"MAB=", b"MAAA\n\nMAAA", b"MAA=\nMAA=", b"MA A=", b"", b"MAAA" * 20, b"=", b"MAA\xb2",
])  # fmt: skip
def test_base64_that_can_be_written_in_another_way_is_refused(body):
    assert armor.contents(armor.BEGIN + b"\nMAA=\n" + armor.END) == b"0\0"
    with pytest.raises(Refusal):
        armor.contents(armor.BEGIN + b"\n" + body + b"\n" + armor.END)


@pytest.mark.parametrize("data", [
    b"0\x80" * 500_000, b"0\x80" * 5000 + b"\0\0" * 5000, b"0\x80" * 5 + b"\x05\0" * 300_000,
    b"1\x83\x0f\xff\xf0" + b"\x05\0" * 524_280,
    b"0\x83\x0f\xff\xf0" + b"\xa0\0" * 524_280,
])  # fmt: skip
def test_a_megabyte_costs_little(data):
    with cpu_within(1), pytest.raises(Refusal):
        cms.read(data)


def crowded(count):
    """Signed attributes without end."""
    more = [cms_writer.CMSAttribute({"type": f"1.2.3.{number}", "values": [core.Integer(1)]}) for number in range(count)]
    return signature(PAYLOAD, ANN_EC, signed=attributes(PAYLOAD, "sha256", more=more))


def test_a_crowd_of_attributes_costs_little():
    assert found(crowded(100)).status == "good"
    whole = crowded(2000)
    with cpu_within(2):
        assert found(whole).status in ("good", "malformed")


@pytest.mark.parametrize("length", [1 << 10, 1 << 18])
def test_a_name_without_end_costs_little(length):
    oid = b"\x06" + b"\x83" + length.to_bytes(3, "big") + b"\xff" * (length - 1) + b"\x7f"
    oid = oid if length >> 16 else b"\x06\x82" + length.to_bytes(2, "big") + b"\xff" * (length - 1) + b"\x7f"
    with cpu_within(1), pytest.raises(Refusal, match="too long"):
        cms.read(b"0\x83" + len(oid).to_bytes(3, "big") + oid if length >> 16 else b"0\x82" + len(oid).to_bytes(2, "big") + oid)


@pytest.mark.parametrize("data", [
    b"", b"\0\0", b"0", b"0\x80", b"0\x80\0", b"\x04\x80\0\0", b"0\x81\x02\x05\0", b"0\x82\0\x02\x05\0", b"0\x02\x05",
    b"\x24\x02\x04\0", b"\x1f\x85\x01\0", b"0\x03\x05\0", b"0\x82\0\x80" + bytes(128),
])  # fmt: skip
def test_what_is_no_complete_element_is_refused(data):
    with pytest.raises(Refusal):
        ber.check(data)


def test_a_string_in_parts_is_refused():
    der = core.OctetString(b"ab").dump()
    with pytest.raises(Refusal, match="no place"):
        ber.check(b"\x24\x80" + der + b"\0\0")
