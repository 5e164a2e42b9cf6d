"""What stands around an entry: where it is in the tree, what else happened in its session, and what came of it."""

from __future__ import annotations

from gitward.audit import checkpoints
from gitward.audit.index import terms as t
from gitward.audit.index.query import Filter, Query
from gitward.audit.updates import plain, updates_of
from gitward.record import record
from gitward.tlog import tree
from gitward.tlog.tiles import Tiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.index.reading import Found, Index
    from gitward.audit.updates import Updated

_MOST = 50  # entries of a session


@record
class Proof:
    """The inclusion of a leaf in the tree of a checkpoint (RFC 6962, 2.1.1). `holds`: the path leads to the root."""

    leaf: bytes
    size: int
    root: bytes
    path: tuple[bytes, ...]
    signers: tuple[str, ...]
    holds: bool


@record
class Outcome:
    """What git did with one ref update of a decision: `seq` is the entry that says so, None where none does."""

    update: Updated
    seq: int | None


def proof(directory: str, found: Found) -> Proof | None:
    """The proof of an entry by the log's newest checkpoint; None where that does not cover it yet.

    Raises GitwardError, OSError and ValueError where checkpoint or tiles cannot be read.
    """
    newest = checkpoints.newest(directory)
    if newest is None or newest.note is None or found.seq >= newest.size:
        return None
    leaf = tree.leaf_hash(found.line)
    path = tree.prove_inclusion(found.seq, newest.size, Tiles(directory, newest.size).hash_at)
    return Proof(
        leaf=leaf,
        size=newest.size,
        root=newest.root,
        path=tuple(path),
        signers=tuple(each.name for each in newest.note.signatures),
        holds=tree.includes(leaf, found.seq, newest.size, path, newest.root),
    )


def seq_of(index: Index, named: str) -> int | None:
    """The entry that a seq or the id of an event names; of an id that stands twice the first. None where there is none."""
    if named.isascii() and named.isdigit() and len(named) < 19:
        return int(named)
    asked = Query(filters=(Filter(kind=t.ID, words=frozenset({named.encode("utf-8", "backslashreplace")})),), oldest_first=True)
    return next(index.seqs(asked), None)


def session(index: Index, found: Found) -> list[Found]:
    """The other entries of the same session and repository, in order, the first fifty."""
    part = found.event.get("session")
    name = t.exact(part.get("id")) if isinstance(part, dict) else b""
    repository = t.exact(found.event.get("repository"))
    if not name or not repository:
        return []
    filters = (Filter(kind=t.SESSION, words=frozenset({name})), Filter(kind=t.REPOSITORY, words=frozenset({repository})))
    entries: list[Found] = []
    for seq in index.seqs(Query(filters=filters, oldest_first=True)):
        if seq != found.seq and (other := index.entry(seq)):
            entries.append(other)
        if len(entries) == _MOST:
            break
    return entries


def outcomes(directory: str, found: Found, others: list[Found]) -> list[Outcome]:
    """What came of each ref update of an allowed push: joined by session, ref, old and new. Empty for other events."""
    if class_of(found) != "decision.receive" or plain(found.event["event"].get("outcome")) != "allowed":
        return []
    done: dict[tuple[str, str, str], int] = {}
    for other in others:
        if class_of(other) == "ref.updated":
            for update in updates_of(directory, other.event):
                done.setdefault((update.ref, update.old, update.new), other.seq)
    return [Outcome(update=each, seq=done.get((each.ref, each.old, each.new))) for each in updates_of(directory, found.event)]


def class_of(found: Found) -> str:
    what = found.event.get("event")
    return plain(what.get("class")) if isinstance(what, dict) else ""
