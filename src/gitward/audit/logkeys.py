"""The keys that may sign a log's checkpoints, as its own entries say: the first is in entry 0, each further one comes signed.

A rotation is a `key.added` that the key before it signs. After a theft the recovery key, whose private half is kept away from
the log, signs a `key.revoked` and a `key.added`. Nothing replaces the recovery key: it stands in entry 0 for ever.
"""

from __future__ import annotations

import base64

from gitward.errors import GitwardError
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.entry import Entry
    from gitward.audit.folder import About
    from gitward.tlog.note import PrivateKey, PublicKey

ADDED, REVOKED = "key.added", "key.revoked"


class KeyHistory:
    """Fed with the entries of a log in order, it knows which keys may sign a checkpoint of which size."""

    def __init__(self, about: About) -> None:
        """Raises GitwardError for keys that are none."""
        self.about = about
        first = note.public_key(about.key)
        self.recovery = note.public_key(about.recovery) if about.recovery else None
        self._turns: list[tuple[int, PublicKey | None]] = [(-1, first)]  # (seq, who signs what is larger)
        self._known = {first.raw}
        self._revoked: set[bytes] = set()

    def see(self, entry: Entry) -> None:
        """Take in what an entry says of keys, which most do not. Raises GitwardError, with seq and cause, for what no key
        vouches for, and for an entry 0 that says otherwise than log.json.
        """
        name = class_of(entry)
        if name == "log.started" and entry.seq == 0:
            self._begin(entry.event.get("log"))
        elif name in (ADDED, REVOKED):
            try:
                (self._add if name == ADDED else self._revoke)(entry.seq, entry.event.get("key"))
            except GitwardError as problem:
                raise GitwardError(f"entry {entry.seq}, {name}: {problem.message}") from None

    def signers(self, size: int) -> tuple[PublicKey, ...]:
        """The keys that may sign a checkpoint of this size; none between a revocation and the new key."""
        key = next(key for seq, key in reversed(self._turns) if seq < size)
        return (key,) if key else ()

    @property
    def newest(self) -> PublicKey | None:
        """The key that signs from here on; None after a revocation."""
        return self._turns[-1][1]

    def _begin(self, said: Any) -> None:
        about = self.about
        parts = (said.get("origin"), said.get("key"), said.get("recovery") or "") if isinstance(said, dict) else ()
        if parts != (about.origin, about.key, about.recovery):
            raise GitwardError("entry 0, log.started: it names another origin, key or recovery key than log.json")

    def _add(self, seq: int, said: Any) -> None:
        key, by, signature = _read(said)
        signer = self.newest if by == "signing" else self.recovery
        if signer is None:
            raise GitwardError("no key is in force that could sign it" if by == "signing" else "the log has no recovery key")
        if key.raw in self._known or (self.recovery and key.raw == self.recovery.raw):
            raise GitwardError("it adds a key that the log has, or had, already")
        if key.name != note.public_key(self.about.key).name:
            raise GitwardError("the new key has another name than the first")
        if not note.verifies(signer, added_text(self.about.origin, str(key)), signature):
            raise GitwardError(f"the {by} key did not sign it, or not for this log")
        self._known.add(key.raw)
        self._turns.append((seq, key))

    def _revoke(self, seq: int, said: Any) -> None:
        key, by, signature = _read(said)
        if by != "recovery" or self.recovery is None:
            raise GitwardError("only a recovery key revokes" if self.recovery else "the log has no recovery key")
        if key.raw not in self._known or key.raw in self._revoked:
            raise GitwardError("it revokes a key that the log never had, or that is revoked already")
        if not note.verifies(self.recovery, revoked_text(self.about.origin, str(key)), signature):
            raise GitwardError("the recovery key did not sign it, or not for this log")
        self._revoked.add(key.raw)
        if self.newest and self.newest.raw == key.raw:
            self._turns.append((seq, None))


def class_of(entry: Entry) -> str:
    """The class of an entry's event, '' for an event that names none."""
    head = entry.event.get("event")
    name = head.get("class") if isinstance(head, dict) else None
    return name if isinstance(name, str) else ""


def added_text(origin: str, key: str) -> bytes:
    """What is signed to add a key, written as notes write it."""
    return f"gitward log key\n{origin}\n{key}\n".encode()


def revoked_text(origin: str, key: str) -> bytes:
    """What is signed to revoke a key."""
    return f"gitward log key revoked\n{origin}\n{key}\n".encode()


def added(origin: str, key: PublicKey, by: str, signer: PrivateKey) -> dict[str, str]:
    """The part `key` of the event that adds a key; `by` is signing or recovery, the kind of key that `signer` is."""
    return _part(str(key), by, signer.sign(added_text(origin, str(key))))


def revoked(origin: str, key: PublicKey, signer: PrivateKey) -> dict[str, str]:
    """The part `key` of the event by which the recovery key revokes a key."""
    return _part(str(key), "recovery", signer.sign(revoked_text(origin, str(key))))


def by_recovery(key: str, signature: bytes) -> dict[str, str]:
    """The part `key` of an event that the recovery key has signed elsewhere, adding or revoking `key`; not verified here."""
    return _part(key, "recovery", signature)


def _part(key: str, by: str, signature: bytes) -> dict[str, str]:
    return {"public": key, "by": by, "signature": base64.b64encode(signature).decode()}


def _read(said: Any) -> tuple[PublicKey, str, bytes]:
    """The parts of a key event, their shapes only."""
    names = ("public", "by", "signature")
    text, by, encoded = (said.get(name) if isinstance(said, dict) else None for name in names)
    if not (isinstance(text, str) and isinstance(encoded, str)) or by not in ("signing", "recovery"):
        raise GitwardError("it does not say which key, by which key, and with which signature")
    key = note.public_key(text)
    try:
        signature = base64.b64decode(encoded, validate=True)
    except ValueError:
        signature = b""
    if str(key) != text or len(signature) != 64:
        raise GitwardError("its key, or its signature, is not written as gitward writes it")
    return key, by, signature
