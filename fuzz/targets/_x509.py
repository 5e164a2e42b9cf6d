"""A small world of X.509, with the same keys in every run, and DER by hand: an authority that signs whatever it is given."""

from __future__ import annotations

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from x509_authority import Authority, authority, certificate
from x509_signature import armored, signed_data, signer_info

from gitward.model import STATUSES, Finding, Signed, Trust, X509Key
from gitward.signatures.x509 import X509Verifier

PAYLOAD = b"what was signed\n"
ROOT = authority("Fuzz Root")
MIDDLE = authority("Fuzz Middle", ROOT)
ANN = certificate("Ann", ROOT, addresses=["ann@example.com"], serial=2)
BOB = certificate("Bob", MIDDLE, addresses=["bob@example.com"], serial=3)
KEYS = (X509Key(principal="ann", address="ann@example.com"), X509Key(principal="bob", address="bob@example.com"))
TRUST = Trust(x509=KEYS, x509_roots=ROOT.pem)
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")

LOG_ENTRY = core.ObjectIdentifier("1.3.6.1.4.1.57264.3.1").dump()


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def first(data: bytes) -> int:
    """Where the DER element ends that the data begins with; the end of the data where there is none."""
    if len(data) < 2:
        return len(data)
    head = 2 + (data[1] & 0x7F if data[1] > 0x80 else 0)
    size = int.from_bytes(data[2:head], "big") if head > 2 else data[1]
    return min(len(data), head + size)


def head(data: bytes) -> int:
    """The length of an element's tag and length."""
    return 2 + (data[1] & 0x7F if data[1] > 0x80 else 0)


def signed_by(issuer: Authority, data: bytes) -> bytes:
    """A certificate or a list: what the data begins with, signed, then the algorithm: what follows, or ECDSA with SHA-256."""
    end = first(data)
    value = issuer.key.sign(data[:end], ec.ECDSA(hashes.SHA256()))
    return der(0x30, data[:end], data[end:] or ECDSA_SHA256, der(0x03, b"\0", value))


def with_certificate(whole: bytes, signer: Authority, other: bytes) -> bytes:
    """A CMS signature that brings another certificate in the place of its signer's. Lengths are counted again."""
    oid, signed = _parts(content(whole))
    parts = _parts(content(content(signed)))
    bag = content(parts[3]).replace(signer.der, other)
    return der(0x30, oid, der(0xA0, der(0x30, *parts[:3], der(0xA0, bag), *parts[4:])))


def with_entry(whole: bytes, entry: bytes) -> bytes:
    """A CMS signature with one signer and no unsigned attributes, and gitsign's attribute with a log entry put into it."""
    oid, signed = _parts(content(whole))
    *parts, signers = _parts(content(content(signed)))
    attribute = der(0xA1, der(0x30, LOG_ENTRY, der(0x31, der(0x04, entry))))
    return der(0x30, oid, der(0xA0, der(0x30, *parts, der(0x31, der(0x30, content(content(signers)), attribute)))))


def content(data: bytes) -> bytes:
    """What stands in a whole element."""
    return data[head(data) :]


def _parts(data: bytes) -> list[bytes]:
    found = []
    while data:
        end = first(data)
        found.append(data[:end])
        data = data[end:]
    return found


def found(verifier: X509Verifier, whole: bytes, payload: bytes = PAYLOAD) -> Finding:
    """What is found of a CMS signature in DER; whatever the status, it is one, and what is said of it can be shown."""
    signed = Signed(payload=payload, block=armored(whole))
    [proof] = verifier.prove([signed])
    finding = verifier.find(proof, signed)
    assert finding.status in STATUSES
    assert len(finding.detail) < 300
    assert finding.detail.isascii()
    assert finding.detail.isprintable()
    assert finding.status != "good" or (proof.outcome == "good" and finding.principal)
    return finding


def signature(signer: Authority, *bag: Authority) -> bytes:
    return signed_data([signer_info(PAYLOAD, signer)], [signer.der, *(other.der for other in bag)])


def names(certificate: bytes) -> set[str]:
    """All addresses in a certificate, wherever they stand."""
    read = x509.load_der_x509_certificate(certificate)
    found = {str(part.value) for part in read.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)}
    for extension in read.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            found |= set(extension.value.get_values_for_type(x509.RFC822Name))
    return found
