"""Verifying a proof with public keys alone, without the log: for whoever was handed one, on any system."""

from __future__ import annotations

from gitward.audit import entry
from gitward.errors import GitwardError
from gitward.tlog import note, tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.audit.entry import Entry
    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.note import PublicKey
    from gitward.tlog.proof import Consistency, Inclusion


class DoesNotHold(GitwardError):
    """A log, or what was made of one, contradicts what was signed."""

    exit_code = 1
    reason = "does-not-hold"


def signers(found: Checkpoint, keys: Sequence[PublicKey], origin: str = "") -> tuple[PublicKey, ...]:
    """Who of the keys signed the checkpoint of this log; the origin that is expected is the first key's name where none is given.

    Raises DoesNotHold for a false signature, GitwardError where none of the keys signed, or another log is meant.
    """
    expected = origin or keys[0].name
    if found.origin != expected:
        raise GitwardError(f"the checkpoint is of {found.origin!a}, not of {expected!a}", "--origin NAME says which log is meant")
    if found.note is None:
        raise GitwardError("the checkpoint is not signed")
    try:
        by = note.verified(found.note, keys)
    except note.FalseSignature as problem:
        raise DoesNotHold(problem.message) from None
    if not by:
        raise GitwardError("none of the keys signed the checkpoint", "--key names the log's public key, as it was handed out")
    return by


def included(proof: Inclusion) -> Entry:
    """The entry that the proof shows; whether the checkpoint is signed, `signers` says. Raises DoesNotHold, GitwardError."""
    at = proof.checkpoint
    if not proof.extra:
        raise GitwardError("the proof does not hold the line of the entry, as gitward's own do")
    if not tree.includes(tree.leaf_hash(proof.extra), proof.index, at.size, proof.path, at.root):
        raise DoesNotHold(f"this is not entry {proof.index} of the {at.size} entries that were signed")
    try:
        found = entry.read(proof.extra)
    except ValueError:
        found = None
    if found is None or found.seq != proof.index:
        raise DoesNotHold(f"entry {proof.index} was signed, and is no entry of a log of gitward")
    return found


def extended(proof: Consistency, old: Checkpoint) -> None:
    """That the proof leads from this older checkpoint to its own. Raises DoesNotHold, GitwardError for one that is not meant."""
    new = proof.checkpoint
    if old.size != proof.old or old.origin != new.origin:
        asked = f"{old.size} entries of {old.origin!a}"
        raise GitwardError(f"the proof is for {proof.old} entries of {new.origin!a}, the checkpoint is of {asked}")
    if old.size == 0 and not proof.path and old.root == tree.EMPTY_ROOT:
        return
    if not tree.extends(old.size, old.root, new.size, new.root, proof.path):
        raise DoesNotHold(f"the {new.size} entries that were signed do not begin with the {old.size} of the older checkpoint")
