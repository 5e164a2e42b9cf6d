"""OpenSSH certificates (OpenSSH's PROTOCOL.certkeys): who vouches that a key may sign in whose name, and how long."""

from __future__ import annotations

from functools import lru_cache

from gitward.record import record
from gitward.signatures.ssh.keys import LIMIT, PARTS, PublicKey, check, public_key
from gitward.signatures.ssh.wire import Fields, Refused, shown, string

_SUFFIX = b"-cert-v01@openssh.com"
PLAIN = {kind.removesuffix(b"@openssh.com") + _SUFFIX: kind for kind in PARTS}
"""The types of certificates -> the type of their plain key."""
_USER, _HOST = 1, 2
_MOST_PRINCIPALS = 256  # as in OpenSSH
_KNOWN_OPTIONS = {b"force-command", b"source-address", b"verify-required"}  # the first two speak of logging in only


@record
class Certificate:
    """A user's certificate whose authority's signature holds. `key` is what it certifies.

    `valid_after` and `valid_before` are seconds since 1970, the latter exclusive.
    """

    key: PublicKey
    serial: int
    key_id: bytes
    principals: tuple[bytes, ...]
    valid_after: int
    valid_before: int
    options: tuple[bytes, ...]
    authority: PublicKey


def is_certificate(blob: bytes) -> bool:
    """Whether a key in wire form says of itself that it is a certificate."""
    return Fields(blob, "key").string() in PLAIN


def plain_key(blob: bytes) -> PublicKey:
    """The key that is certified, whatever else the certificate says. Raises Refused."""
    return public_key(_plain(Fields(blob, "certificate")))


def named_keys(blob: bytes) -> tuple[bytes, bytes]:
    """The key that a certificate is for and that of its authority, in wire form. Nothing is verified. Raises Refused."""
    fields = Fields(blob, "certificate")
    key = _plain(fields)
    fields.take(8 + 4)  # serial, kind
    fields.string(), fields.string()  # key id, principals
    fields.take(8 + 8)  # times
    fields.string(), fields.string(), fields.string()  # options, extensions, reserved
    return key, fields.string()


@lru_cache(maxsize=512)
def certificate(blob: bytes) -> Certificate:
    """The certificate in wire form, its authority's signature verified. Raises Refused. The last 512 are remembered."""
    if len(blob) > LIMIT:
        raise Refused("unsupported", "the certificate is larger than 64 KiB")
    fields = Fields(blob, "certificate")
    key = public_key(_plain(fields))
    serial, kind, key_id = fields.number(8), fields.number(4), _text(fields.string())
    principals = Fields(fields.string(), "certificate's list of principals").strings()
    valid_after, valid_before = fields.number(8), fields.number(8)
    options = _names(fields.string())
    _names(fields.string())  # extensions, which may be anything
    fields.string()  # reserved
    authority = fields.string()
    signed = blob[: fields.at]
    signature = fields.string()
    fields.end()
    if len(principals) > _MOST_PRINCIPALS:
        raise Refused("malformed", "the certificate names more than 256 principals")
    issuer = public_key(authority)  # and no certificate
    try:
        check(issuer, signature, signed)
    except Refused as error:
        raise Refused(error.outcome, f"the certificate itself: {error.detail}") from None
    if kind != _USER:
        raise Refused("unsupported", f"the certificate is {'for a host' if kind == _HOST else 'of an unknown kind'}")
    if unknown := [name for name in options if name not in _KNOWN_OPTIONS]:
        raise Refused("unsupported", f"the certificate has the critical option {shown(unknown[0])}")
    return Certificate(
        key=key, serial=serial, key_id=key_id, principals=tuple(map(_text, principals)), valid_after=valid_after,
        valid_before=valid_before, options=options, authority=issuer,
    )  # fmt: skip


def _plain(fields: Fields) -> bytes:
    """The wire form of the plain key; `fields` stand after it then."""
    kind = fields.string()
    if kind not in PLAIN:
        raise Refused("unsupported", f"certificates of type {shown(kind)} do not count")
    fields.string()  # nonce
    start = fields.at
    for _ in range(PARTS[PLAIN[kind]]):
        fields.string()
    return string(PLAIN[kind]) + fields.data[start : fields.at]


def _names(data: bytes) -> tuple[bytes, ...]:
    """The names of options or extensions, which are written as pairs of a name and a value."""
    pairs = Fields(data, "certificate's list of options").strings()
    if len(pairs) % 2:
        raise Refused("malformed", "the certificate's list of options has a name without a value")
    return pairs[::2]


def _text(value: bytes) -> bytes:
    if b"\0" in value:
        raise Refused("malformed", "the certificate has a NUL in a name")
    return value
