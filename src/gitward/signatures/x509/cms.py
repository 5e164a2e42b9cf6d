"""CMS SignedData, as far as a signature in git may use it (RFC 5652): detached, one signer, with signed attributes."""

from __future__ import annotations

import re
from calendar import timegm
from datetime import datetime

from asn1crypto import cms, core

from gitward.record import record
from gitward.signatures.x509 import ber
from gitward.signatures.x509.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DATA, SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
LOG_ENTRY = "1.3.6.1.4.1.57264.3.1"
CERTIFICATES = 32  # in one signature
_LONGEST_SALT = 2048  # bytes, as long as the longest modulus
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""What asn1crypto raises for what is not what it should be; an empty BIT STRING is an IndexError."""
_DIGESTS = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_PSS = "1.2.840.113549.1.1.10"
_SCHEMES = {
    "1.2.840.113549.1.1.1": ("pkcs1v15", ""),
    "1.2.840.113549.1.1.4": ("pkcs1v15", "md5"),
    "1.2.840.113549.1.1.5": ("pkcs1v15", "sha1"),
    "1.2.840.113549.1.1.11": ("pkcs1v15", "sha256"),
    "1.2.840.113549.1.1.12": ("pkcs1v15", "sha384"),
    "1.2.840.113549.1.1.13": ("pkcs1v15", "sha512"),
    _PSS: ("pss", ""),
    "1.2.840.10045.4.1": ("ecdsa", "sha1"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
    "1.3.101.112": ("ed25519", "sha512"),
}
"""Signature algorithm -> scheme, and the digest that it implies, '' where the digest algorithm says it (RFC 8419: Ed25519)."""


@record
class Message:
    """One signature, read. `attributes` are the signed bytes: the signed attributes as they stand, as a SET (RFC 5652, 5.4).

    `issuer` and `serial`, or `key_id`, name the signer's certificate; `issuer` is DER. `certificates` are all that the
    signature brings, in DER, in their order. `salt` is of PSS. `log_entries` are what stands under gitsign's attribute.
    """

    attributes: bytes
    message_digest: bytes
    signed_time: int
    digest: str
    scheme: str
    salt: int
    signature: bytes
    issuer: bytes
    serial: int
    key_id: bytes
    certificates: tuple[bytes, ...]
    log_entries: tuple[bytes, ...]


def read(data: bytes) -> Message:
    """What a signature says. Raises Refusal: malformed, or unsupported where CMS allows what gitward does not."""
    ber.check(data)
    try:
        return _message(data)
    except UNREADABLE:  # asn1crypto parses when a value is asked for
        raise Refusal("malformed", "the signature is no CMS SignedData") from None


def _message(data: bytes) -> Message:
    info = cms.ContentInfo.load(data, strict=True)
    if info["content_type"].dotted != SIGNED_DATA:
        raise Refusal("malformed", "the signature is no CMS SignedData")
    signed = info["content"]
    content = signed["encap_content_info"]
    if content["content_type"].dotted != DATA:
        raise Refusal("unsupported", "what is signed is not plain data")
    if not isinstance(content["content"], core.Void):
        raise Refusal("malformed", "the signature carries content of its own")
    signers = signed["signer_infos"]
    if len(signers) != 1:
        raise Refusal("unsupported" if len(signers) else "malformed", f"{len(signers)} signers where there must be one")
    signer = signers[0]
    digest = _DIGESTS.get(signer["digest_algorithm"]["algorithm"].dotted, "")
    scheme, salt = _scheme(signer["signature_algorithm"], digest)
    attributes, values = _signed_attributes(signer)
    issuer, serial, key_id = _identifier(signer)
    return Message(
        attributes=attributes, message_digest=values[MESSAGE_DIGEST].native, signed_time=_seconds(values[SIGNING_TIME]),
        digest=digest, scheme=scheme, salt=salt, signature=signer["signature"].native, issuer=issuer, serial=serial,
        key_id=key_id, certificates=_certificates(signed), log_entries=_log_entries(signer),
    )  # fmt: skip


def _scheme(algorithm: Any, digest: str) -> tuple[str, int]:
    """The scheme and, of PSS, the length of the salt. One digest throughout, or the signature is unsupported."""
    dotted = algorithm["algorithm"].dotted
    scheme, implied = _SCHEMES.get(dotted, ("", ""))
    if not digest or not scheme:
        raise Refusal("unsupported", "a digest or signature algorithm that is not known here")
    if implied not in ("", digest):
        raise Refusal("unsupported", "two digest algorithms in one signature")
    if dotted != _PSS:
        return scheme, 0
    given = algorithm["parameters"]
    mask = given["mask_gen_algorithm"]
    named = (given["hash_algorithm"]["algorithm"].dotted, mask["parameters"]["algorithm"].dotted)
    if mask["algorithm"].native != "mgf1" or given["trailer_field"].native != "trailer_field_bc":
        raise Refusal("unsupported", "parameters of RSASSA-PSS that are not known here")
    if {_DIGESTS.get(name) for name in named} != {digest}:
        raise Refusal("unsupported", "two digest algorithms in one signature")
    salt = int(given["salt_length"].native)
    if not 0 <= salt <= _LONGEST_SALT:
        raise Refusal("malformed", "a salt that no key has room for")
    return scheme, salt


def _signed_attributes(signer: Any) -> tuple[bytes, dict[str, Any]]:
    """The bytes that were signed, and each attribute's one value. Their order in the set is the signer's business."""
    found = signer["signed_attrs"]
    if isinstance(found, core.Void):
        raise Refusal("unsupported", "a signature without signed attributes")
    values = {}
    for attribute in found:
        name = attribute["type"].dotted
        if name in values or len(attribute["values"]) != 1:
            raise Refusal("malformed", "a signed attribute is there twice")
        values[name] = attribute["values"][0]
    if CONTENT_TYPE not in values or values[CONTENT_TYPE].dotted != DATA or MESSAGE_DIGEST not in values:
        raise Refusal("malformed", "the signed attributes do not say what is signed")
    if SIGNING_TIME not in values:
        raise Refusal("unsupported", "a signature without a signing time")
    return b"\x31" + found.dump()[1:], values  # of definite length, whichever it had


def _seconds(time: Any) -> int:
    """A signing time, to the second and in UTC (RFC 5652, 11.3)."""
    text = time.chosen.contents.decode("ascii")
    if not re.fullmatch("[0-9]{12}Z" if time.name == "utc_time" else "[0-9]{14}Z", text):
        raise Refusal("malformed", "the signing time is not written as CMS writes it")
    if time.name == "utc_time":
        text = ("19" if text >= "50" else "20") + text
    return timegm(datetime.strptime(text, "%Y%m%d%H%M%SZ").timetuple())


def _identifier(signer: Any) -> tuple[bytes, int, bytes]:
    """Issuer and serial number, or the key identifier, of the certificate that is to verify the signature."""
    named = signer["sid"]
    is_by_key = named.name == "subject_key_identifier"
    if signer["version"].native != ("v3" if is_by_key else "v1"):
        raise Refusal("malformed", "the version of the signer does not fit")
    if is_by_key:
        return b"", 0, named.chosen.native
    return named.chosen["issuer"].dump(), named.chosen["serial_number"].native, b""


def _certificates(signed: Any) -> tuple[bytes, ...]:
    bag = signed["certificates"]
    if isinstance(bag, core.Void):
        return ()
    if len(bag) > CERTIFICATES:
        raise Refusal("malformed", f"more than {CERTIFICATES} certificates")
    return tuple(entry.chosen.dump() for entry in bag if entry.name == "certificate")


def _log_entries(signer: Any) -> tuple[bytes, ...]:
    """What stands under gitsign's attribute: each value's bytes, tag and length included."""
    found = signer["unsigned_attrs"]
    if isinstance(found, core.Void):
        return ()
    return tuple(
        value.dump() for attribute in found if attribute["type"].dotted == LOG_ENTRY for value in attribute["values"]
    )
