"""Signatures with one thing about each, and what git with gpgsm, `openssl cms -verify` and gitward say of it.

`git` is the letter of %G? (G good, U good by an untrusted key, B bad, Y good by an expired key, E cannot be checked, N none), as
gpgsm 2.2 makes git say it, without revocation lists and with the certificates of the cases before in its keyring; `openssl`
whether it accepts. `ours` is the status on a day in 2027.
"""

from __future__ import annotations

from datetime import UTC, datetime

from asn1crypto import cms, core
from cryptography import x509
from x509_authority import CLIENT, CODE, EMAIL, authority, certificate, revocation_list, signed_with_sha1
from x509_signature import armored, attributes, by_openssl, signature, signed_data, signer_info

TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
PAYLOAD = (f"tree {TREE}\nauthor Ann <ann@example.com> 1772366400 +0000\n"
           "committer Ann <ann@example.com> 1772366400 +0000\n\nsay hello\n").encode()  # fmt: skip
SOON, LATER = datetime(2022, 1, 1, tzinfo=UTC), datetime(2044, 1, 1, tzinfo=UTC)
ADDRESS = {"addresses": ["ann@example.com"]}

ROOT = authority("Example Root", kind="rsa2048")
STRANGER = authority("Another Root")
MIDDLE = authority("Middle", ROOT)
LOST = authority("Lost Middle", ROOT)
SHORT = authority("Short", ROOT, path_length=0)
BEYOND = authority("Beyond", SHORT)
LIMITED = authority("Limited", ROOT, more=[(x509.NameConstraints([x509.RFC822Name("example.com")], None), True)])
ELSEWHERE = authority("Elsewhere", ROOT, more=[(x509.NameConstraints([x509.RFC822Name("example.org")], None), True)])
BY_NAME = authority(
    "By Name", ROOT, more=[(x509.NameConstraints([x509.DirectoryName(ROOT.certificate.subject)], None), True)]
)
CLOSED = authority("Closed", ROOT)
ANN = certificate("Ann", ROOT, kind="rsa2048", **ADDRESS)
ANN_EC = certificate("Ann EC", ROOT, **ADDRESS)
ANN_ED = certificate("Ann Ed", ROOT, kind="ed25519", **ADDRESS)
ANN_OLD = certificate("Ann old", ROOT, end=SOON, **ADDRESS)
ANN_NEW = certificate("Ann new", ROOT, start=LATER, **ADDRESS)
ANN_MIDDLE = certificate("Ann in the middle", MIDDLE, **ADDRESS)
BOB = certificate("Bob", ROOT, addresses=["bob@example.com"])
BOTH = certificate("Both", ROOT, addresses=["carol@example.com", "dan@example.com"])
SELF = certificate("Self", **ADDRESS)
STOLEN, LEFT, HELD, UNSAID, FALLEN = (
    certificate(f"Ann {word}", CLOSED if word == "fallen" else ROOT, **ADDRESS)
    for word in ("stolen", "left", "held", "unsaid", "fallen")
)
CRLS = (revocation_list(
    ROOT, (STOLEN, SOON, "key_compromise"), (LEFT, LATER, "cessation_of_operation"), (HELD, SOON, "certificate_hold"),
    (UNSAID, LATER, None), (CLOSED, LATER, "ca_compromise"),
),)  # fmt: skip


def indefinite(der, depth=3, is_outermost=True):
    """The outer elements of a signature with indefinite lengths, as gpgsm writes them; not certificates and attributes."""
    head = 2 if der[1] < 0x80 else 2 + (der[1] & 0x7F)
    if not der[0] & 0x20 or not depth:
        return der
    parts, at = b"", head
    while at < len(der):
        small = der[at + 1]
        size = 2 if small < 0x80 else 2 + (small & 0x7F)
        length = small if small < 0x80 else int.from_bytes(der[at + 2 : at + size], "big")
        part = der[at : at + size + length]
        parts += indefinite(part, depth - 1, False) if part[0] != 0xA0 or is_outermost else part
        at += size + length
    return der[:1] + b"\x80" + parts + b"\0\0"


def made(signer, *bag, **options):
    return lambda _folder: armored(signature(PAYLOAD, signer, *bag, **options))


def issued(issuer, *bag, subject="Ann", **options):
    return made(certificate(subject, issuer, **{**ADDRESS, **options}), *bag)


def with_openssl(signer, *bag, options=()):
    return lambda folder: armored(by_openssl(folder, PAYLOAD, signer, *bag, options=options))


def of(der_of):
    return lambda _folder: armored(der_of())


def changed(change):
    return lambda _folder: change(armored(signature(PAYLOAD, ANN_EC)))


def bagged(*ders, **options):
    """Signed by Ann, with these certificates in this order."""
    return of(lambda: signed_data([signer_info(PAYLOAD, ANN_EC, **options)], ders))


def twice():
    more = [cms.CMSAttribute({"type": "content_type", "values": ["data"]})]
    return signature(PAYLOAD, ANN_EC, signed=attributes(PAYLOAD, "sha256", more=more))


def unsorted():
    """Signed attributes in an order that DER does not allow, and the signature over them as they stand."""
    sorted_ones = attributes(PAYLOAD, "sha256")
    parts = [part.dump() for part in sorted_ones][::-1]
    body = b"".join(parts)
    whole = bytearray(signature(PAYLOAD, ANN_EC, made_over=b"\x31" + bytes([len(body)]) + body))
    at = whole.index(sorted_ones.dump()[2:])
    whole[at : at + len(body)] = body
    return bytes(whole)


def loose():
    """Signed attributes of indefinite length, in a signature that holds otherwise."""
    inner = b"\xa0" + attributes(PAYLOAD, "sha256").dump()[1:]
    whole = indefinite(signature(PAYLOAD, ANN_EC), depth=5)
    assert inner in whole
    return whole.replace(inner, b"\xa0\x80" + inner[2:] + b"\0\0")


def versioned(version):
    info = signer_info(PAYLOAD, ANN_EC)
    info["version"] = version
    return signed_data([info], [ANN_EC.der])


def other_content():
    more = [cms.CMSAttribute({"type": "content_type", "values": ["enveloped_data"]})]
    return attributes(PAYLOAD, "sha256", leave_out=("content_type",), more=more)


def without_digest():
    return signature(PAYLOAD, ANN_EC, signed=attributes(PAYLOAD, "sha256", leave_out=("message_digest",)))


TWIN = certificate("Ann EC", ROOT, private=SELF.key, serial=ANN_EC.certificate.serial_number, addresses=["bob@example.com"])

# name: (block of folder, git, openssl, ours, a word of the detail)
CORPUS = {
    "RSA, by openssl": (with_openssl(ANN), "G", True, "good", ""),
    "RSA-PSS, by openssl": (with_openssl(ANN, options=["-keyopt", "rsa_padding_mode:pss"]), "B", True, "good", ""),
    "RSA-PSS": (made(ANN, is_pss=True), "G", True, "good", ""),
    "ECDSA": (made(ANN_EC), "G", True, "good", ""),
    "ECDSA, SHA-512": (made(ANN_EC, digest="sha512"), "G", True, "good", ""),
    "RSA-PSS, a salt of gigabytes": (made(ANN, is_pss=True, salt=1 << 31), "B", False, "malformed", "salt"),
    "RSA-PSS, a salt of another length": (made(ANN, is_pss=True, salt=31), "B", False, "bad", "does not verify"),
    "Ed25519": (made(ANN_ED, digest="sha512"), "B", False, "good", ""),
    "Ed25519 with SHA-256": (made(ANN_ED, digest="sha256"), "B", False, "unsupported", "two digest"),
    "named by key identifier": (with_openssl(ANN, options=["-keyid"]), "N", True, "good", ""),
    "intermediate in the bag": (made(ANN_MIDDLE, MIDDLE), "G", True, "good", ""),
    "bag in the other order": (of(lambda: signed_data([signer_info(PAYLOAD, ANN_MIDDLE)], [MIDDLE.der, ANN_MIDDLE.der])),
                               "G", True, "good", ""),
    "another's certificate first": (bagged(BOB.der, ANN_EC.der), "G", True, "good", ""),
    "another's first, by key identifier": (bagged(BOB.der, ANN_EC.der, by_key_id=True), "N", True, "good", ""),
    "version of another kind of name": (of(lambda: versioned("v3")), "G", True, "malformed", "version"),
    "attributes for other content": (of(lambda: signature(PAYLOAD, ANN_EC, signed=other_content())), "N", True, "malformed",
                                     "what is signed"),
    "other content": (of(lambda: signed_data([signer_info(PAYLOAD, ANN_EC)], [ANN_EC.der], kind="enveloped_data")),
                      "N", True, "unsupported", "plain data"),
    "root in the bag": (made(ANN_EC, ROOT), "G", True, "good", ""),
    "indefinite lengths": (of(lambda: indefinite(signature(PAYLOAD, ANN_EC))), "G", True, "good", ""),
    "CRLF": (lambda _folder: armored(signature(PAYLOAD, ANN_EC), eol=b"\r\n"), "G", True, "good", ""),
    "for mail": (issued(ROOT, extended=[EMAIL]), "G", True, "good", ""),
    "for code": (issued(ROOT, extended=[CODE]), "G", False, "good", ""),
    "names constrained, held": (issued(LIMITED, LIMITED), "U", True, "good", ""),
    "self-signed and trusted": (made(SELF), "G", True, "good", ""),
    "expired": (made(ANN_OLD), "Y", False, "expired", ""),
    "not yet valid": (made(ANN_NEW), "U", False, "not-yet-valid", ""),
    "revoked, key compromise": (made(STOLEN), "G", False, "revoked-hard", "keyCompromise"),
    "revoked, no reason": (made(UNSAID), "G", False, "revoked-hard", "unspecified"),
    "authority compromised": (made(FALLEN, CLOSED), "G", False, "revoked-hard", "cACompromise"),
    "revoked, left, later": (made(LEFT), "G", False, "good", ""),
    "revoked, on hold": (made(HELD), "G", False, "revoked-soft", ""),
    "unknown authority": (issued(STRANGER, STRANGER), "U", False, "unknown-key", "no chain"),
    "intermediate missing": (issued(LOST), "U", False, "unknown-key", "no chain"),
    "self-signed": (made(certificate("Selfmade", **ADDRESS)), "U", False, "unknown-key", "no chain"),
    "key usage for keys only": (issued(ROOT, key_usage=["key_encipherment"]), "G", False, "unknown-key", "digitalSignature"),
    "key usage contentCommitment": (issued(ROOT, key_usage=["content_commitment"]), "G", True, "unknown-key", "digitalSig"),
    "for clients only": (issued(ROOT, extended=[CLIENT]), "G", False, "unknown-key", "extended key usage"),
    "issuer is no authority": (issued(BOB, BOB), "U", False, "unknown-key", "does not hold"),
    "issuer without basicConstraints": (
        lambda folder: issued(bare := authority("Bare", ROOT, constraints="none"), bare)(folder),
        "U", False, "unknown-key", "basicConstraints"),
    "issuer may not sign certificates": (
        lambda folder: issued(mute := authority("Mute", ROOT, key_usage=["crl_sign"]), mute)(folder),
        "U", False, "unknown-key", "keyCertSign"),
    "authority for clients": (
        lambda folder: issued(web := authority("Web", ROOT, extended=[CLIENT]), web)(folder),
        "G", False, "unknown-key", "another use"),
    "authority for mail": (
        lambda folder: issued(mail := authority("Mail", ROOT, extended=[CLIENT, EMAIL]), mail)(folder),
        "G", True, "good", ""),
    "path too long": (issued(BEYOND, BEYOND, SHORT), "U", False, "unknown-key", "path length"),
    "names constrained, not held": (issued(ELSEWHERE, ELSEWHERE), "U", False, "unknown-key", "name constraints"),
    "directory names constrained": (issued(BY_NAME, BY_NAME), "U", False, "unknown-key", "name constraints"),
    "critical extension, unknown": (
        issued(ROOT, more=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]),
        "U", False, "unknown-key", "critical"),
    "nobody's": (made(BOB), "G", True, "unknown-key", "nobody"),
    "SHA-1": (made(ANN_EC, digest="sha1"), "G", True, "weak", "sha1"),
    "MD5": (made(ANN, digest="md5"), "G", True, "weak", "md5"),
    "RSA of 1024 bits": (issued(ROOT, subject="Ann short", kind="rsa1024"), "G", True, "weak", "1024"),
    "certificate signed with SHA-1": (made(signed_with_sha1(ANN_EC, ROOT)), "G", True, "weak", "sha1"),
    "two signers": (of(lambda: signed_data([signer_info(PAYLOAD, ANN_EC), signer_info(PAYLOAD, BOB)], [ANN_EC.der, BOB.der])),
                    "E", True, "unsupported", "2 signers"),
    "no signer": (of(lambda: signed_data([], [ANN_EC.der])), "N", False, "malformed", "0 signers"),
    "content inside": (made(ANN_EC, content=PAYLOAD), "N", True, "malformed", "content"),
    "other content inside": (made(ANN_EC, content=b"other"), "N", True, "malformed", "content"),
    "message digest of other text": (made(ANN_EC, signed=attributes(b"other", "sha256")), "B", False, "bad", "content"),
    "signature over other attributes": (made(ANN_EC, made_over=attributes(b"other", "sha256").untag().dump()),
                                        "B", False, "bad", "does not verify"),
    "signed with another's key": (made(ANN_EC, key=BOB.key), "B", False, "bad", "does not verify"),
    "no signed attributes": (with_openssl(ANN, options=["-noattr"]), "G", True, "unsupported", "attributes"),
    "no signing time": (made(ANN_EC, signed=attributes(PAYLOAD, "sha256", leave_out=("signing_time",))),
                        "G", True, "unsupported", "time"),
    "no message digest": (of(without_digest), "B", False, "malformed", "what is signed"),
    "an attribute twice": (of(twice), "N", False, "malformed", "twice"),
    "attributes not in order": (of(unsorted), "G", True, "good", ""),
    "attributes of indefinite length": (of(loose), "N", True, "good", ""),
    "algorithms of two digests": (made(ANN_EC, algorithm="sha384_ecdsa"), "B", True, "unsupported", "two digest"),
    "no certificate": (bagged(), "G", False, "unknown-key", "does not bring"),
    "another's certificate only": (bagged(BOB.der), "G", False, "unknown-key", "does not bring"),
    "two certificates of one name": (bagged(TWIN.der, ANN_EC.der), "G", False, "malformed", "two certificates"),
    "bytes after the signature": (of(lambda: signature(PAYLOAD, ANN_EC) + b"\0\0"), "G", True, "malformed", "stand after"),
    "cut short": (of(lambda: signature(PAYLOAD, ANN_EC)[:-1]), "N", False, "malformed", "short"),
    "empty": (of(lambda: b"0\0"), "N", False, "malformed", ""),
    "no SignedData": (of(lambda: cms.ContentInfo({"content_type": "data", "content": b"x"}).dump()),
                      "N", False, "malformed", "no CMS"),
    "a megabyte": (of(lambda: core.OctetString(bytes(1 << 20)).dump()), "N", False, "malformed", "larger"),
    "text after END": (changed(lambda block: block + b"junk\n"), "G", True, "malformed", "after the END"),
    "second block": (changed(lambda block: block + block), "G", True, "malformed", "after the END"),
    "no END": (changed(lambda block: block[: block.index(b"-----END")]), "G", True, "malformed", "no END"),
    "header line": (changed(lambda block: block.replace(b"-----\n", b"-----\nComment: hello\n\n", 1)), "N", True,
                    "malformed", "line"),
    "white space in base64": (changed(lambda block: block.replace(b"MII", b"M II", 1)), "G", True, "malformed", "base64"),
}  # fmt: skip
