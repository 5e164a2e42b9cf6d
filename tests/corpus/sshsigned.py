"""SSH signatures by keys that every run makes anew from their names: what git would write, without a process for each."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def _key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key of the corpus: " + name.encode()).digest())


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _blob(name: str) -> bytes:
    return _string(b"ssh-ed25519") + _string(_key(name).public_key().public_bytes_raw())


def public(name: str) -> str:
    """The key's line, `TYPE BASE64`."""
    return f"ssh-ed25519 {b64encode(_blob(name)).decode()}"


def block(name: str, payload: bytes, namespace: bytes = b"git") -> bytes:
    """An armored signature over `payload` (OpenSSH's PROTOCOL.sshsig), as lines without the last line end."""
    rest = _string(namespace) + _string(b"") + _string(b"sha512")
    signed = _key(name).sign(b"SSHSIG" + rest + _string(hashlib.sha512(payload).digest()))
    made = b"SSHSIG\0\0\0\1" + _string(_blob(name)) + rest + _string(_string(b"ssh-ed25519") + _string(signed))
    text = b64encode(made)
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return b"\n".join((b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----"))


def signed(kind: str, raw: bytes, name: str, *, is_sha256: bool) -> bytes:
    """The same object with a signature by this key; `NAME NAMESPACE` signs for another namespace than git's."""
    name, _, namespace = name.partition(" ")
    made = block(name, raw, namespace.encode() or b"git")
    if kind == "tag":
        return raw + made + b"\n"
    head, gap, body = raw.partition(b"\n\n")
    header = b"gpgsig-sha256" if is_sha256 else b"gpgsig"
    return head + b"\n" + header + b" " + made.replace(b"\n", b"\n ") + gap + body
