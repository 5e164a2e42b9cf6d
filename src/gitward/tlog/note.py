"""Signed notes and their Ed25519 keys (C2SP signed-note; golang.org/x/mod/sumdb/note reads and writes the same).

A note is UTF-8 text that ends in LF, an empty line, and signature lines `— name base64(4 bytes of key hash, signature)`.
A public key is written `name+hash+base64(1, public key)`, a private one `PRIVATE+KEY+name+hash+base64(1, seed)`.
Base 64 is canonical (RFC 4648, 3.5: bits that say nothing are zero), so that a note has one form and a changed byte always shows.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re

from gitward.errors import GitwardError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

ED25519 = b"\1"
MAXIMUM, MAXIMUM_SIGNATURES = 1 << 20, 100  # bytes and lines of a note; the document asks for at least 16 lines
_DASH = "\N{EM DASH} "
_UNCLEAN = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")


class FalseSignature(GitwardError):
    """A line of a note claims a key that is known, and is not its signature."""


@record
class PublicKey:
    """Who signs: the key's name, its 32 bytes, and the 4 bytes that stand for both in a signature line."""

    name: str
    raw: bytes

    @property
    def hint(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hint.hex()}+{base64.b64encode(ED25519 + self.raw).decode()}"


@record
class PrivateKey:
    """A key's name and its Ed25519 seed, 32 bytes. Its text is a secret."""

    name: str
    seed: bytes

    @property
    def public(self) -> PublicKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return PublicKey(name=self.name, raw=Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def text(self) -> str:
        return f"PRIVATE+KEY+{self.name}+{self.public.hint.hex()}+{base64.b64encode(ED25519 + self.seed).decode()}"

    def sign(self, message: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@record
class Signature:
    """One signature line: the name, the key's hint, the signature."""

    name: str
    hint: bytes
    raw: bytes


@record
class Note:
    """A text, its last LF included, and the signatures that stand below it."""

    text: str
    signatures: tuple[Signature, ...]


def new_key(name: str) -> PrivateKey:
    return PrivateKey(name=checked_name(name), seed=os.urandom(32))


def checked_name(name: str) -> str:
    """The name, if a key of ours may have it: no white space, no plus, and nothing that does not print. Raises GitwardError."""
    if not _is_name(name) or not name.isprintable():
        raise GitwardError(f"{name!r} cannot be the name of a key", "no spaces, no plus sign: for example git.example.com/log")
    return name


def public_key(text: str) -> PublicKey:
    """Read `name+hash+key`. Raises GitwardError for anything else."""
    name, _, rest = text.strip().partition("+")
    hint, _, encoded = rest.partition("+")
    raw = _decoded(encoded)
    if len(raw) != 33 or raw[:1] != ED25519:
        raise GitwardError("this is not the public key of a log: name+hash+key, of Ed25519")
    key = PublicKey(name=checked_name(name), raw=raw[1:])
    if key.hint.hex() != hint:
        raise GitwardError("the public key of the log is damaged: its hash is not that of its bytes")
    return key


def private_key(text: str) -> PrivateKey:
    """Read `PRIVATE+KEY+name+hash+seed`. Raises GitwardError for anything else."""
    parts = text.strip().split("+", 4)
    raw = _decoded(parts[4]) if len(parts) == 5 else b""
    if parts[:2] != ["PRIVATE", "KEY"] or len(raw) != 33 or raw[:1] != ED25519:
        raise GitwardError("this is not the private key of a log: PRIVATE+KEY+name+hash+seed, of Ed25519")
    key = PrivateKey(name=checked_name(parts[2]), seed=raw[1:])
    if key.public.hint.hex() != parts[3]:
        raise GitwardError("the private key of the log is damaged: its hash is not that of its bytes")
    return key


def signed(text: str, *keys: PrivateKey) -> str:
    """The note: this text, signed by each of these keys. Raises GitwardError for a text that no note can have."""
    if not text.endswith("\n") or not _is_clean(text):
        raise GitwardError("this cannot be the text of a note: it ends in a line feed, and holds no other control characters")
    lines = (Signature(name=key.name, hint=key.public.hint, raw=key.sign(text.encode())) for key in keys)
    return text_of(Note(text=text, signatures=tuple(lines)))


def text_of(note: Note) -> str:
    """The note as it is written down; what `read` takes."""
    lines = (f"{_DASH}{each.name} {base64.b64encode(each.hint + each.raw).decode()}\n" for each in note.signatures)
    return f"{note.text}\n{''.join(lines)}"


def read(data: bytes) -> Note:
    """Cut a note into its text and its signatures; nothing is verified. Raises GitwardError for what is no note."""
    if len(data) > MAXIMUM:
        raise GitwardError(f"the note is longer than {MAXIMUM} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise GitwardError("the note is no UTF-8") from None
    head, separator, tail = whole.rpartition("\n\n")
    if not separator or not tail.endswith("\n") or not _is_clean(whole):
        raise GitwardError("this is no signed note: text, an empty line, and signature lines")
    if tail.count("\n") > MAXIMUM_SIGNATURES:
        raise GitwardError(f"the note has more than {MAXIMUM_SIGNATURES} signature lines")
    return Note(text=head + "\n", signatures=tuple(_signature(line) for line in tail[:-1].split("\n")))


def verified(note: Note, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Those of the keys that signed the note, each once; () is nobody, and then the note counts for nothing.

    Lines of other keys are passed over, those of the same name or the same hash too. Raises FalseSignature where a line claims
    one of the keys and is not its signature, GitwardError where two share name and hash: no line could say which it means.
    """
    known = dict.fromkeys(keys)
    if len({(key.name, key.hint) for key in known}) < len(known):
        raise GitwardError("two of the keys have the same name and the same hash", "leave one out, or make a new one")
    found = []
    for key in known:
        claims = [line.raw for line in note.signatures if (line.name, line.hint) == (key.name, key.hint)]
        if not all(verifies(key, note.text.encode(), claim) for claim in claims):
            raise FalseSignature(f"the signature of {key.name} does not fit the note")
        found += [key] if claims else []
    return tuple(found)


def verifies(key: PublicKey, message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _decoded(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or len(raw) < 5:
        raise GitwardError("a signature line of the note is malformed")
    return Signature(name=name, hint=raw[:4], raw=raw[4:])


def _is_name(name: str) -> bool:
    """Not empty, no plus, and no space of Unicode's."""
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def _is_clean(text: str) -> bool:
    """Whether it is UTF-8 without a control character below U+0020 but LF."""
    return not _UNCLEAN.search(text)


def _decoded(text: str) -> bytes:
    """Canonical base 64; empty for anything else."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""
