"""An SSH signature: what it says of itself, and whether the arithmetic holds (OpenSSH's PROTOCOL.sshsig, 2 and 3)."""

from __future__ import annotations

import hashlib

from gitward.record import maker, record
from gitward.signatures.ssh.armor import unarmored
from gitward.signatures.ssh.certificate import Certificate, certificate, is_certificate
from gitward.signatures.ssh.keys import PublicKey, check, public_key
from gitward.signatures.ssh.wire import Fields, Refused, shown, string

_MAGIC = b"SSHSIG"
_VERSION = 1
NAMESPACE = b"git"
STATEMENT = b"gitward-statement"
"""The namespaces: of signatures of Git's objects, and of gitward's statements. One never stands for the other."""
_HASHES = (b"sha256", b"sha512")


@record
class Envelope:
    """What an SSH signature holds. `key` made it; where it is certified, `certificate` is by whom and for what."""

    key: PublicKey
    certificate: Certificate | None
    hash: str
    signature: bytes


_envelope = maker(Envelope)


def opened(block: bytes, wanted: bytes = NAMESPACE) -> Envelope:
    """What is in the armored block, form, namespace and certificate verified, the signature itself not. Raises Refused."""
    fields = Fields(unarmored(block), "signature")
    if fields.take(len(_MAGIC)) != _MAGIC:
        raise Refused("malformed", "the block holds no SSH signature")
    if (version := fields.number(4)) != _VERSION:
        raise Refused("unsupported" if version else "malformed", f"version {version} of SSH signatures")
    blob, namespace, reserved = fields.string(), fields.string(), fields.string()
    name, signature = fields.string(), fields.string()
    fields.end()
    if reserved:
        raise Refused("malformed", "the reserved field is not empty")
    found = certificate(blob) if is_certificate(blob) else None
    key = found.key if found else public_key(blob)
    if namespace != wanted:
        raise Refused("bad", f"made for the namespace {shown(namespace)}, not for {shown(wanted)}")
    if name not in _HASHES:
        raise Refused("unsupported", f"signed over the hash {shown(name)}")
    return _envelope(key=key, certificate=found, hash=name.decode(), signature=signature)


def claimed_key(block: bytes) -> bytes:
    """The key or certificate that a block says made it, in wire form. Nothing is verified. Raises Refused."""
    fields = Fields(unarmored(block), "signature")
    fields.take(len(_MAGIC) + 4)
    return fields.string()


def verify(envelope: Envelope, payload: bytes, namespace: bytes = NAMESPACE) -> None:
    """That the key made this signature over `payload`, for this namespace. Raises Refused."""
    name = envelope.hash
    digest = hashlib.new(name, payload).digest()
    check(envelope.key, envelope.signature, _MAGIC + string(namespace) + string(b"") + string(name.encode()) + string(digest))
