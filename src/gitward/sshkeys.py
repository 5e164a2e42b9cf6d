"""An SSH public key as a line of text: its type, its bytes in wire form, its comment (sshd(8), AUTHORIZED_KEYS; RFC 4253)."""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode, b64encode

TYPES = (
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
)  # fmt: skip
"""The types of plain keys whose signatures git can make and gitward counts. Not ssh-dss, which OpenSSH dropped."""

_BLANKS = re.compile("[ \t]+")


def public_key(text: str) -> bytes:
    """The key of a line `TYPE BASE64 [COMMENT]`, in wire form. Raises ValueError with what is wrong."""
    parts = fields(text)
    if len(parts) < 2:
        raise ValueError("an SSH key is written TYPE BASE64, as in the .pub file")
    try:
        blob = b64decode(parts[1], validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the key is no base64") from None
    if b64encode(blob).decode() != parts[1]:
        raise ValueError("the key is not in the one form of base64")
    if key_type(blob) != parts[0]:
        raise ValueError(f"the line says {parts[0]}, the key itself says {key_type(blob) or 'nothing'}")
    return blob


def fields(text: str) -> list[str]:
    """Type, key and comment, as far as they are there. Only spaces and tabs part them, as in OpenSSH (sshkey.c)."""
    return [part for part in _BLANKS.split(text.strip(" \t\r\n"), 2) if part]


def key_type(blob: bytes) -> str:
    """The type that stands in a key in wire form; '' where there is none."""
    length = int.from_bytes(blob[:4], "big")
    return blob[4 : 4 + length].decode("ascii", "replace") if 0 < length <= min(64, len(blob) - 4) else ""


def fingerprint(blob: bytes) -> str:
    """`SHA256:` and the digest in base64, as ssh-keygen -l prints it."""
    return "SHA256:" + b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
