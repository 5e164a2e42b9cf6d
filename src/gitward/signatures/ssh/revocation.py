"""Which keys and certificates are revoked: a list of public keys, or a KRL. No second way to write a key gets past it.

The list has one key a line, as in a .pub file, or `hash: SHA256:...`, with `key:`, `sha1:` or `sha256:` before a key as
ssh-keygen(1) has it under KEY REVOCATION LISTS; a certificate stands for its plain key. What cannot be read is Undecided:
OpenSSH refuses every signature then, git merely warns when the file is not there.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from hashlib import sha1, sha256

from gitward.errors import Undecided
from gitward.record import record
from gitward.signatures.ssh.certificate import is_certificate, plain_key
from gitward.signatures.ssh.keys import public_key
from gitward.signatures.ssh.wire import Refused, plainly
from gitward.sshkeys import public_key as key_of_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitward.signatures.ssh.certificate import Certificate
    from gitward.signatures.ssh.keys import PublicKey

FIX = "make the file anew with ssh-keygen -k, or list the public keys, one a line"
_KEY_WORDS = ("key:", "sha1:", "sha256:")


@record
class RevokedCertificates:
    """Of one authority, or of all: serial numbers, alone, in ranges and in bitmaps (of the number each begins with), and ids."""

    serials: frozenset[int] = frozenset()
    ranges: tuple[tuple[int, int], ...] = ()
    bitmaps: tuple[tuple[int, int], ...] = ()
    key_ids: frozenset[bytes] = frozenset()

    def holds(self, serial: int, key_id: bytes) -> bool:
        """Serial 0 is what an authority writes that does not number; it is never revoked by number."""
        if key_id in self.key_ids:
            return True
        return serial != 0 and (
            serial in self.serials
            or any(low <= serial <= high for low, high in self.ranges)
            or any(0 <= serial - first < bits.bit_length() and bits >> (serial - first) & 1 for first, bits in self.bitmaps)
        )


@record
class Revocations:
    """All that is revoked. `keys` are blobs; of `certificates` the key is the authority's blob, b'' for every authority."""

    keys: frozenset[bytes] = frozenset()
    sha1s: frozenset[bytes] = frozenset()
    sha256s: frozenset[bytes] = frozenset()
    certificates: Mapping[bytes, RevokedCertificates] = {}

    def reason(self, key: PublicKey, certificate: Certificate | None) -> str:
        """Why a signature by this key does not count; '' where nothing here is against it."""
        if self._has(key.blob):
            return "the key is revoked"
        if certificate is None:
            return ""
        if self._has(certificate.authority.blob):
            return "the certificate's authority is revoked"
        for authority in (certificate.authority.blob, b""):
            listed = self.certificates.get(authority)
            if listed is not None and listed.holds(certificate.serial, certificate.key_id):
                return "the certificate is revoked"
        return ""

    def _has(self, blob: bytes) -> bool:
        return (
            blob in self.keys
            or (bool(self.sha256s) and sha256(blob).digest() in self.sha256s)
            or (bool(self.sha1s) and sha1(blob, usedforsecurity=False).digest() in self.sha1s)
        )


def plain_blob(blob: bytes) -> bytes:
    """A listed key, or the plain key of a listed certificate, in the one form in which a signature can bring it.

    A key that never counts (of another type, too short) is taken as it is: no signature is good by it. Raises Refused.
    """
    try:
        return plain_key(blob).blob if is_certificate(blob) else public_key(blob).blob
    except Refused as error:
        if error.outcome == "unsupported":
            return blob
        raise


def listed_keys(data: bytes) -> Revocations:
    """Read a list of public keys. Raises Undecided with the line."""
    keys, hashes = set(), set()
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        text = line.strip(" \t\r")
        if not text or text.startswith("#"):
            continue
        word, _, rest = text.partition(":")
        try:
            if word.lower() == "hash" or word == "SHA256":
                hashes.add(_digest(text if word == "SHA256" else rest.strip(" \t")))
            else:
                keys.add(plain_blob(key_of_line(_without_word(text))))
        except (Refused, ValueError) as error:
            raise Undecided(f"line {number} of the list of revoked SSH keys cannot be used: {plainly(error)}", FIX) from None
    return Revocations(keys=frozenset(keys), sha256s=frozenset(hashes))


def _without_word(text: str) -> str:
    if text.lower().startswith(("serial:", "id:")):
        raise ValueError("a certificate is revoked for an authority: make a KRL with ssh-keygen -k -s AUTHORITY")
    word = next((word for word in _KEY_WORDS if text.lower().startswith(word)), "")
    return text[len(word) :].strip(" \t")


def _digest(text: str) -> bytes:
    """The 32 bytes of `SHA256:` and base64 without `=`; a comment may follow."""
    value = text.partition("#")[0].strip(" \t")
    if not value.startswith("SHA256:"):
        raise ValueError("a hash is written SHA256: and base64")
    try:
        found = b64decode(value[7:] + "=" * (-len(value[7:]) % 4), validate=True)
    except (Error, ValueError):
        raise ValueError("the hash is no base64") from None
    if len(found) != 32:
        raise ValueError("the hash has not 32 bytes")
    return found
