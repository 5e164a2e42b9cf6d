"""What a witness remembers, and what it cosigns: only a checkpoint that extends the largest one it has seen (C2SP tlog-witness).

One file per log, `STATE/SHA-256 of its origin`: the newest checkpoint, with the log's signature and the witness's own. It is
on disk before the cosignature leaves. For POSIX systems only.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import threading
import time

from gitward.durable import sync_folder
from gitward.errors import GitwardError
from gitward.record import record
from gitward.tlog import checkpoint, note
from gitward.tlog.cosignature import cosign
from gitward.tlog.tree import EMPTY_ROOT, extends

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.note import Note, PrivateKey, PublicKey

MAXIMUM = 64 << 10
_PROOF = 63  # lines of a proof at most
_SIZE_TYPE = "text/x.tlog.size"


@record
class Answer:
    """An HTTP answer: status, body, content type."""

    status: int
    body: bytes
    kind: str = "text/plain; charset=utf-8"


class Memory:
    """A witness with its key, the logs that it knows (the names of their keys are their origins), and what it has seen."""

    def __init__(self, state: str, key: PrivateKey, logs: tuple[PublicKey, ...]) -> None:
        """Raises GitwardError where another process uses this folder, OSError."""
        os.makedirs(state, mode=0o700, exist_ok=True)
        self.state, self.key, self.logs = state, key, logs
        self._one_at_a_time = threading.Lock()
        self._lock = os.open(os.path.join(state, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise GitwardError(f"another witness remembers in {state}", "one process for one folder") from None

    def close(self) -> None:
        """Let another process remember here."""
        os.close(self._lock)

    def newest(self, name: str) -> bytes | None:
        """The newest checkpoint of the log whose origin has this SHA-256 in hex; None where none was cosigned. Raises OSError."""
        if len(name) != 64 or set(name) - set("0123456789abcdef"):
            return None
        try:
            with open(os.path.join(self.state, name), "rb") as file:
                return file.read(2 * MAXIMUM)
        except FileNotFoundError:
            return None

    def add_checkpoint(self, body: bytes) -> Answer:
        """Judge a request of add-checkpoint, and cosign or refuse it. Raises OSError where it cannot be remembered."""
        try:
            old, proof, found = _read(body)
        except (GitwardError, ValueError):
            return Answer(status=400, body=b"this is no request of add-checkpoint\n")
        known = [key for key in self.logs if key.name == found.origin]
        if not known:
            return Answer(status=404, body=b"this log is not known here\n")
        by = _signers(found, known)
        if not by or found.note is None:
            return Answer(status=403, body=b"no key that is known here for this log has signed the checkpoint\n")
        if old > found.size:
            return Answer(status=400, body=b"the old size is larger than the checkpoint\n")
        own = note.Note(text=found.note.text, signatures=by)
        with self._one_at_a_time:
            return self._judge(old, proof, found, own)

    def _judge(self, old: int, proof: tuple[bytes, ...], found: Checkpoint, own: Note) -> Answer:
        name = hashlib.sha256(found.origin.encode()).hexdigest()
        kept = self.newest(name)
        before = checkpoint.read(kept) if kept else None
        size = before.size if before else 0
        if old != size:
            return Answer(status=409, body=b"%d\n" % size, kind=_SIZE_TYPE)
        if before is None or size == 0:
            fits = not proof and (found.size > 0 or found.root == EMPTY_ROOT)
        else:
            fits = extends(size, before.root, found.size, found.root, proof)
        if not fits:
            return Answer(status=422, body=b"the checkpoint does not extend the one that was seen\n")
        line = cosign(own.text, self.key, int(time.time()))
        self._remember(name, note.Note(text=own.text, signatures=(*own.signatures, line)))
        signed = note.text_of(note.Note(text="", signatures=(line,)))
        return Answer(status=200, body=signed.removeprefix("\n").encode())

    def _remember(self, name: str, found: Note) -> None:
        place = os.path.join(self.state, name)
        with open(f"{place}.new", "wb") as file:
            file.write(note.text_of(found).encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{place}.new", place)
        sync_folder(self.state)


def _read(body: bytes) -> tuple[int, tuple[bytes, ...], Checkpoint]:
    """Old size, proof and checkpoint of a request. Raises GitwardError, ValueError."""
    head, separator, rest = body.partition(b"\n\n")
    first, *lines = head.decode("ascii").split("\n")
    word, _, number = first.partition(" ")
    if not separator or word != "old" or not number.isdigit() or str(int(number[:19])) != number or len(lines) > _PROOF:
        raise ValueError("no request")
    proof = tuple(base64.b64decode(line, validate=True) for line in lines)
    if any(len(each) != 32 for each in proof):
        raise ValueError("no hash")
    return int(number), proof, checkpoint.read(rest)


def _signers(found: Checkpoint, known: list[PublicKey]) -> tuple[note.Signature, ...]:
    """The signature lines of known keys; none where one of them is no signature of its key."""
    if found.note is None:
        return ()
    try:
        by = note.verified(found.note, known)
    except GitwardError:
        return ()
    lines = found.note.signatures
    return tuple(next(line for line in lines if (line.name, line.hint) == (key.name, key.hint)) for key in by)
