"""A witness that cosigns (C2SP tlog-witness): it remembers the largest checkpoint of a log and signs only what extends it."""

from __future__ import annotations

import base64
import re

from gitward import clock
from gitward.audit import checkpoints
from gitward.audit.witness import NoWitness, entries, kept
from gitward.audit.witness.posting import post
from gitward.errors import GitwardError
from gitward.tlog import note
from gitward.tlog.cosignature import cosigned, cosigner_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.witness.posting import Reply
    from gitward.audit.witness.settings import Witness
    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.cosignature import CosignerKey
    from gitward.tlog.note import Note

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")
_REFUSED = {
    400: "does not understand the request",
    403: "knows no key that signed the checkpoint: give it the log's public key",
    404: "does not know this log: give it the log's public key",
}


def ask(directory: str, witness: Witness, checkpoint: Checkpoint, seconds: float) -> tuple[str, Note]:
    """Have the checkpoint cosigned: when, and the checkpoint with that cosignature. Raises NoWitness."""
    key = cosigner_key(witness.key)
    old = _seen_by(directory, key, checkpoint.size)
    for _ in range(2):
        reply = post(f"{witness.url}/add-checkpoint", _request(directory, old, checkpoint), "text/plain", seconds)
        if reply.status != 409:
            break
        old = _conflicting(directory, reply, checkpoint.size)
    return _cosignature(reply, checkpoint, key)


def look(directory: str, witness: Witness) -> tuple[str, Checkpoint] | None:
    """The largest checkpoint that is kept here with a cosignature of this witness, and when that was. Raises NoWitness."""
    key = cosigner_key(witness.key)
    for size in kept.sizes(directory, "note"):
        found = kept.read(directory, size)
        if found and found.note and (seconds := _time(found.note, key)):
            return clock.at(seconds), found
    return None


def _time(found: Note, key: CosignerKey) -> int | None:
    try:
        return cosigned(found, key)
    except GitwardError as problem:
        raise NoWitness(problem.message) from None


def _seen_by(directory: str, key: CosignerKey, most: int) -> int:
    """Which size the witness has seen, by what is kept here. It will say so if it is another."""
    for size in kept.sizes(directory, "note"):
        found = kept.read(directory, size)
        if size <= most and found and found.note and any(line.hint == key.hint for line in found.note.signatures):
            return size
    return 0


def _request(directory: str, old: int, checkpoint: Checkpoint) -> bytes:
    try:
        hashes = kept.proof(directory, old, checkpoint.size) if old else []
    except (OSError, ValueError) as problem:
        raise NoWitness(f"cannot be given a proof: {problem}") from None
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in hashes), "", note.text_of(kept.note_of(checkpoint))]
    return "\n".join(lines).encode()


def _conflicting(directory: str, reply: Reply, size: int) -> int:
    """The size that the witness has seen, if a proof can lead from there to ours."""
    found = _SIZE.fullmatch(reply.body)
    if not found:
        raise NoWitness("says that it has seen another size, and not which (409)")
    seen = int(found[1])
    newest = checkpoints.newest(directory)
    if newest and seen > newest.size:
        words = f"has seen {entries(seen)} of this log, which has {newest.size}: the log was cut or rolled back"
        raise NoWitness(words, contradicts=True)
    if seen > size:
        raise NoWitness("has seen a newer checkpoint meanwhile")
    return seen


def _cosignature(reply: Reply, checkpoint: Checkpoint, key: CosignerKey) -> tuple[str, Note]:
    if reply.status == 422:
        raise NoWitness("has seen another log under this origin, of which this one is no continuation (422)", contradicts=True)
    if reply.status != 200:
        raise NoWitness(f"{_REFUSED.get(reply.status, 'does not cosign')} ({reply.status})")
    try:
        lines = note.read(f"{checkpoint.text()}\n".encode() + reply.body)
    except GitwardError:
        raise NoWitness("gives an answer that holds no signature lines") from None
    seconds = _time(lines, key)
    if seconds is None:
        raise NoWitness("cosigned with another key than the settings name")
    own = tuple(line for line in lines.signatures if (line.name, line.hint) == (key.name, key.hint))
    return clock.at(seconds), note.Note(text=checkpoint.text(), signatures=own)
