"""gpg's listing of keys with their signatures, as records (DETAILS of GnuPG, "Format of the colon listings").

Bytes, split at LF and nowhere else. gpg has verified what it lists: which subkeys are bound, until when, and what is revoked.
"""

from __future__ import annotations

from itertools import pairwise

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ARGS = ("--with-colons", "--fixed-list-mode", "--with-fingerprint", "--with-fingerprint", "--list-sigs")
_SOFT = {"01": "superseded", "03": "retired"}  # RFC 9580, 5.2.3.31: signatures made before stay as they are
_REVOCATIONS = {"pub": "20", "sub": "28"}


@record
class Key:
    """A primary key or a subkey of a certificate, with what the certificate says of it. Times are seconds since 1970.

    `expires` is the first second in which it, or its certificate, is too old; `lost` says why it must never have been trusted,
    '' if nothing does; `retired` is since when it was not to be used any more. `bits` is the size of an RSA or DSA modulus.
    """

    fingerprint: str
    primary: str
    algorithm: int
    bits: int
    created: int
    expires: int | None
    lost: str = ""
    retired: int | None = None
    can_sign: bool = False


@record
class Certificate:
    """A certificate: its keys, the primary first, and its user ids as they stand in it."""

    fingerprint: str
    keys: tuple[Key, ...]
    user_ids: tuple[bytes, ...]


def certificates(output: bytes) -> list[Certificate]:
    """The certificates of a listing made with ARGS, in its order. Raises ValueError where it is not one."""
    rows = [line.split(b":") for line in output.split(b"\n") if line]
    starts = [place for place, row in enumerate(rows) if row[0] == b"pub"]
    return [_certificate(rows[start:end]) for start, end in pairwise([*starts, len(rows)])]


def _certificate(rows: list[list[bytes]]) -> Certificate:
    starts = [place for place, row in enumerate(rows) if row[0] in (b"pub", b"sub")]
    parts = [rows[start:end] for start, end in pairwise([*starts, len(rows)])]
    first = _key(parts[0], None, _revokers(rows))
    keys = (first, *(_key(part, first, set()) for part in parts[1:]))
    texts = tuple(_unescaped(row[9]) for row in rows if row[0] == b"uid")
    return Certificate(fingerprint=first.fingerprint, keys=keys, user_ids=texts)


def _key(rows: list[list[bytes]], primary: Key | None, revokers: set[str]) -> Key:
    """The key of `rows`: its own, and the signatures on it; those on user ids follow the first `uid`."""
    own = [field.decode("utf-8", "replace") for field in rows[0]]
    if len(own) < 12:
        raise ValueError("a key in gpg's listing has too few fields")
    fingerprint = next((row[9].decode("ascii") for row in rows if row[0] == b"fpr"), "")
    if not own[4] or own[4] not in (fingerprint[-16:], fingerprint[:16]):  # the latter in version 5 and newer
        raise ValueError("a key in gpg's listing has no fingerprint")
    revoked = list(_revoked(rows, own[0], own[1], {(primary.fingerprint if primary else fingerprint)[-16:], *revokers}))
    if own[1] == "r" and not revoked:
        revoked = [(0, "nobody says why")]
    lost = next((why for _, why in revoked if why), "")
    retired = [when for when, why in revoked if not why]
    expires = [int(own[6])] if own[6] else []
    if primary:
        lost = lost or primary.lost
        expires += [primary.expires] if primary.expires is not None else []
        retired += [primary.retired] if primary.retired is not None else []
    return Key(
        fingerprint=fingerprint,
        primary=primary.fingerprint if primary else fingerprint,
        algorithm=int(own[3]),
        bits=int(own[2]),
        created=int(own[5]),
        expires=min(expires, default=None),
        lost=lost,
        retired=min(retired, default=None),
        can_sign="s" in own[11] and own[1] not in ("i", "d", "n"),
    )


def _revoked(rows: list[list[bytes]], kind: str, validity: str, by: set[str]) -> Iterator[tuple[int, str]]:
    """When each revocation of this key was made, and why; '' as reason where that leaves older signatures standing.

    Of one that does not count for gpg only those by a listed revoker: its key is not there, so nobody can tell.
    """
    for row in rows:
        if row[0] == b"uid":
            return
        if row[0] != b"rev" or len(row) < 11:
            continue
        what, _, reason = row[10].decode("ascii", "replace").partition(",")
        if not what.startswith(_REVOCATIONS[kind]) or (validity != "r" and row[4].decode("ascii", "replace") not in by):
            continue
        if validity != "r":
            reason = ""
        words = {"": "no reason given", "00": "no reason given", "02": "the key was compromised"}.get(reason, f"reason {reason}")
        yield int(row[5] or 0), "" if reason in _SOFT else words


def _revokers(rows: list[list[bytes]]) -> set[str]:
    """Key ids of those who may revoke the certificate (RFC 9580, 5.2.3.23)."""
    return {row[9].decode("ascii", "replace")[-16:] for row in rows if row[0] == b"rvk" and len(row) > 9}


def _unescaped(text: bytes) -> bytes:
    """gpg writes control characters, colons and backslashes as \\xHH or as in C."""
    import re

    short = {b"n": b"\n", b"r": b"\r", b"f": b"\f", b"v": b"\v", b"b": b"\b", b"0": b"\0", b"\\": b"\\"}
    return re.sub(
        rb"\\(x[0-9a-f]{2}|.)",
        lambda found: bytes((int(found[1][1:], 16),)) if found[1][:1] == b"x" else short.get(found[1], found[0]),
        text,
    )
