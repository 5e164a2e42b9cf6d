"""Cosignatures of witnesses, Ed25519 (C2SP tlog-cosignature): "at this time, this was the largest tree of this log I had seen".

A witness's key is written `name+hash+base64(4, public key)`; its line in a note holds 8 bytes of time and 64 of signature.
"""

from __future__ import annotations

import base64
import hashlib

from gitward.errors import GitwardError
from gitward.record import record
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.note import Note, PrivateKey, Signature

COSIGNATURE = b"\4"
_LAST_SECOND = (1 << 63) - 1


@record
class CosignerKey:
    """A witness's name and its Ed25519 public key, 32 bytes."""

    name: str
    raw: bytes

    @property
    def hint(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hint.hex()}+{base64.b64encode(COSIGNATURE + self.raw).decode()}"


def cosigner_key(text: str) -> CosignerKey:
    """Read `name+hash+key`. Raises GitwardError for anything else, the key of a log included."""
    name, _, rest = text.partition("+")
    hint, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 33 or raw[:1] != COSIGNATURE:
        raise GitwardError("this is not the key of a witness: name+hash+key, for Ed25519 cosignatures (its key begins with B)")
    key = CosignerKey(name=note.checked_name(name), raw=raw[1:])
    if key.hint.hex() != hint:
        raise GitwardError("the key of the witness is damaged: its hash is not that of its bytes")
    return key


def cosigner_of(key: PrivateKey) -> CosignerKey:
    """The public half of a private key, as that of a witness."""
    return CosignerKey(name=key.name, raw=key.public.raw)


def cosign(text: str, key: PrivateKey, seconds: int) -> Signature:
    """The signature line of a witness under a checkpoint's text, at a time in seconds since 1970."""
    raw = seconds.to_bytes(8, "big") + key.sign(_message(text, seconds))
    return note.Signature(name=key.name, hint=cosigner_of(key).hint, raw=raw)


def cosigned(found: Note, key: CosignerKey) -> int | None:
    """When the witness cosigned the note, seconds since 1970; None where it did not.

    Of several lines of its own the last time counts. Raises GitwardError where a line claims the key and is not its signature.
    """
    times = []
    for line in found.signatures:
        if (line.name, line.hint) != (key.name, key.hint):
            continue
        seconds = int.from_bytes(line.raw[:8], "big")
        public = note.PublicKey(name=key.name, raw=key.raw)
        fits = len(line.raw) == 72 and 0 < seconds <= _LAST_SECOND
        if not fits or not note.verifies(public, _message(found.text, seconds), line.raw[8:]):
            raise GitwardError(f"the cosignature of {key.name} does not fit the checkpoint")
        times.append(seconds)
    return max(times, default=None)


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
