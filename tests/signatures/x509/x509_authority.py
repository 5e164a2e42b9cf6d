"""Authorities, certificates and revocation lists, made for a test: `certificate` with everything that can be wrong about one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

START, END = datetime(2021, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
EMAIL, CODE, CLIENT = ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.CLIENT_AUTH


@cache
def key(name, kind="ec"):
    """A key of its own for each name; the same for the same name, and in every run but for RSA, which takes its time."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    secret = sha256(f"{kind} {name}".encode()).digest()
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(secret)
    curve = {"ec": ec.SECP256R1, "ec384": ec.SECP384R1, "ec192": ec.SECP192R1}[kind]()
    return ec.derive_private_key(int.from_bytes(secret[:23], "big"), curve)


def name(common, email=""):
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    return x509.Name(parts + ([x509.NameAttribute(NameOID.EMAIL_ADDRESS, email)] if email else []))


def usage(*flags):
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{flag: flag in flags for flag in names})


def sign(builder, signer, digest):
    return builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else digest())


class Authority:
    """A certificate with its key, that can issue others. `issuer` None: signed by itself."""

    def __init__(self, certificate, private):
        self.certificate, self.key = certificate, private
        self.pem = certificate.public_bytes(Encoding.PEM)
        self.der = certificate.public_bytes(Encoding.DER)
        self.fingerprint = certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def key_pem(self):
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate(subject, issuer=None, *, kind="ec", private=None, is_authority=False, constraints="given", path_length=None,
                start=START, end=END, key_usage=None, extended=(), addresses=(), uris=(), digest=hashes.SHA256, more=(),
                serial=None, email="", critical_names=False):  # fmt: skip
    """A certificate; `more` are (extension, critical) pairs. The key usage fits the kind unless given; `()` leaves it out."""
    private = private or key(subject, kind)
    if key_usage is None:
        key_usage = ("key_cert_sign", "crl_sign") if is_authority else ("digital_signature",)
    holder = name(subject, email)
    signer, issued_by = (issuer.key, issuer.certificate.subject) if issuer else (private, holder)
    builder = x509.CertificateBuilder().subject_name(holder).issuer_name(issued_by).public_key(private.public_key())
    builder = builder.serial_number(serial or x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
    if constraints == "given" and (is_authority or path_length is not None):
        builder = builder.add_extension(x509.BasicConstraints(is_authority, path_length), critical=True)
    if key_usage:
        builder = builder.add_extension(usage(*key_usage), critical=True)
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
    if addresses or uris:
        alternative = [*map(x509.RFC822Name, addresses), *map(x509.UniformResourceIdentifier, uris)]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternative), critical=critical_names)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    for extension, is_critical in more:
        builder = builder.add_extension(extension, critical=is_critical)
    return Authority(sign(builder, signer, digest), private)


def signed_with_sha1(of, issuer):
    """The certificate signed again by an RSA key with SHA-1, which `cryptography` does not do any more."""
    made = asn1_x509.Certificate.load(of.der)
    inner = made["tbs_certificate"]
    for algorithm in (inner["signature"], made["signature_algorithm"]):
        algorithm["algorithm"], algorithm["parameters"] = "sha1_rsa", core.Null()
    made["signature_value"] = issuer.key.sign(inner.dump(), padding.PKCS1v15(), hashes.SHA1())
    return Authority(x509.load_der_x509_certificate(made.dump()), of.key)


def authority(subject, issuer=None, **options):
    return certificate(subject, issuer, is_authority=True, **options)


def revocation_list(issuer, *revoked, signer=None, more=()):
    """A CRL of an authority; `revoked` are (certificate, time, reason or None, further entry extensions...)."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(START).next_update(END)
    for of, time, reason, *entry_extensions in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(of.certificate.serial_number).revocation_date(time)
        if reason:
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags[reason]), critical=False)
        for extension, is_critical in entry_extensions:
            entry = entry.add_extension(extension, critical=is_critical)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, is_critical in more:
        builder = builder.add_extension(extension, critical=is_critical)
    return sign(builder, (signer or issuer).key, hashes.SHA256).public_bytes(Encoding.DER)
