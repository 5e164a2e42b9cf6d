"""Making proofs from a log's folder: of one entry, and of one checkpoint after another. For POSIX systems only.

Nothing leaves here that does not verify against the checkpoint that it ends in.
"""

from __future__ import annotations

from gitward.audit import checkpoints, finding
from gitward.audit.checking import DoesNotHold
from gitward.errors import GitwardError
from gitward.tlog import tree
from gitward.tlog.proof import Consistency, Inclusion
from gitward.tlog.tiles import Tiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.tlog.checkpoint import Checkpoint

    Prove = Callable[[Callable[[int, int], bytes]], list[bytes]]

_FRESH = "gitward audit checkpoint --log DIR takes a newer one, where the log is written"


def inclusion(directory: str, seq: int) -> Inclusion:
    """That entry `seq` is in the log. Raises DoesNotHold where the log contradicts itself, GitwardError, OSError."""
    newest = signed(directory)
    if seq >= newest.size:
        raise GitwardError(f"entry {seq} is not covered: the newest checkpoint is over {newest.size} entries", _FRESH)
    try:
        line = finding.line_at(directory, seq)
    except ValueError as problem:
        raise DoesNotHold(str(problem)) from None
    if line is None:
        raise GitwardError(f"the line of entry {seq} is not here: it was pruned, or is lost", "ask whoever keeps an older copy")
    path = _path(directory, newest, lambda hash_at: tree.prove_inclusion(seq, newest.size, hash_at))
    if not tree.includes(tree.leaf_hash(line), seq, newest.size, path, newest.root):
        raise DoesNotHold(f"entry {seq} is not what the checkpoint of {newest.size} entries covers: line or tiles were altered")
    return Inclusion(index=seq, path=tuple(path), checkpoint=newest, extra=line)


def consistency(directory: str, old: Checkpoint, new: Checkpoint | None = None) -> Consistency:
    """That checkpoint `new`, else the newest, extends `old`. Raises as `inclusion`; signatures are not looked at."""
    newest = signed(directory)
    new = new or newest
    if old.origin != newest.origin or new.origin != newest.origin:
        raise GitwardError(f"the log is {newest.origin!a}, the checkpoint is of {old.origin!a} or {new.origin!a}")
    if not old.size <= new.size <= newest.size:
        raise DoesNotHold(
            f"the log's newest checkpoint is over {newest.size} entries, the ones that were given over {old.size} and {new.size}",
            "the older one comes first; where the log is shorter than what it once signed, it was cut",
        )
    if old.size == 0:
        return Consistency(old=0, path=(), checkpoint=new)
    path = _path(directory, newest, lambda hash_at: tree.prove_consistency(old.size, new.size, hash_at))
    if not tree.extends(old.size, old.root, new.size, new.root, path):
        raise DoesNotHold(f"the log of {new.size} entries does not begin with the {old.size} entries of the older checkpoint")
    return Consistency(old=old.size, path=tuple(path), checkpoint=new)


def signed(directory: str) -> Checkpoint:
    """The newest checkpoint of the folder. Raises GitwardError where there is none, OSError."""
    newest = checkpoints.newest(directory)
    if newest is None:
        raise GitwardError("the log has no checkpoint", _FRESH)
    return newest


def _path(directory: str, at: Checkpoint, prove: Prove) -> list[bytes]:
    try:
        return prove(Tiles(directory, at.size).hash_at)
    except (ValueError, FileNotFoundError) as problem:
        raise GitwardError(f"the hash tiles of the log are damaged: {problem}", "restore them from a copy of the log") from None
