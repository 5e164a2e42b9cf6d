"""A receipt: the log's lines about one push, with the proof that they are in it. It is checked with the log's public key alone.

    {"schema": "gitward.receipt/1", "checkpoint": NOTE, "entries": [{"line": LINE, "proof": [HEX, ...], "seq": N}, ...],
     "evidence": {SHA-256: TEXT, ...}}

in canonical JSON: the first entry is the decision, the others are what git did; `evidence` holds the lists of updates that were
too long for their lines. A line is a leaf of the tree (RFC 6962), a proof its path to the root of the checkpoint.
"""

from __future__ import annotations

import hashlib
import json

from gitward.audit.entry import read as read_entry
from gitward.canonical import canonical, text
from gitward.errors import GitwardError
from gitward.record import record
from gitward.tlog import checkpoint, note
from gitward.tlog.tiles import Tiles
from gitward.tlog.tree import includes, leaf_hash, prove_inclusion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from gitward.audit.entry import Entry
    from gitward.tlog.note import PublicKey

SCHEMA = "gitward.receipt/1"
MAXIMUM = 4 << 20
_MOST_ENTRIES, _MOST_STEPS = 2_000, 64
_FIX = "git config gitward.logKey is the log's public key"


@record
class Proven:
    """A receipt that holds: which log, how large it was, the decision and what git did with it, lists of updates by digest."""

    origin: str
    size: int
    decision: Entry
    outcomes: tuple[Entry, ...]
    lists: dict[str, list[dict[str, Any]]]

    def allows(self, ref: str, old: str, new: str) -> bool:
        """Whether the decision allows this update, under the name that was pushed or the one that it leads to."""
        return bool(self._named(self.decision, ref, old, new))

    def records(self, ref: str, old: str, new: str) -> bool:
        """Whether git carried it out."""
        names = self._named(self.decision, ref, old, new)
        return any(self._named(outcome, name, old, new) for outcome in self.outcomes for name in names)

    def _named(self, entry: Entry, ref: str, old: str, new: str) -> list[str]:
        event, name = entry.event, text(ref)
        evidence = event.get("updates_evidence") or {}
        updates = self.lists.get(evidence.get("sha256", ""), event["updates"])
        found = [each["ref"] for each in updates
                 if name in (each["ref"], each.get("alias")) and (each["old"], each["new"]) == (old, new)]  # fmt: skip
        return [plain(each) for each in found]


def made(directory: str, entries: Sequence[Entry], signed: str, lists: Iterable[bytes]) -> bytes:
    """The receipt for these lines, all of them covered by the signed checkpoint. Raises GitwardError, OSError, ValueError."""
    size = checkpoint.read(signed.encode()).size
    tiles = Tiles(directory, size)
    return canonical({
        "schema": SCHEMA,
        "checkpoint": signed,
        "entries": [
            {
                "seq": entry.seq,
                "line": entry.line.decode(),
                "proof": [step.hex() for step in prove_inclusion(entry.seq, size, tiles.hash_at)],
            }
            for entry in entries
        ],
        "evidence": {hashlib.sha256(blob).hexdigest(): blob.decode() for blob in lists},
    })


def checked(blob: bytes, keys: Iterable[PublicKey]) -> Proven:
    """Read a receipt and verify all of it. Raises GitwardError for one that does not hold, whatever it is made of."""
    try:
        return _checked(blob, tuple(keys))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise GitwardError("this is no receipt", "ask the server's administrator for one that is whole") from None


def _checked(blob: bytes, keys: tuple[PublicKey, ...]) -> Proven:
    if len(blob) > MAXIMUM:
        raise GitwardError("the receipt is longer than any that a server writes")
    plain = json.loads(blob)
    if plain["schema"] != SCHEMA or not 0 < len(plain["entries"]) <= _MOST_ENTRIES:
        raise ValueError
    signed = checkpoint.read(plain["checkpoint"].encode())
    if signed.note is None or not note.verified(signed.note, keys):
        raise GitwardError("no key that you trust signed the receipt's checkpoint", _FIX)
    if signed.origin not in {key.name for key in keys}:
        raise GitwardError("the receipt's checkpoint is another log's", _FIX)
    entries = [_entry(each, signed.size, signed.root) for each in plain["entries"]]
    lists = {}
    for name, blob_text in plain["evidence"].items():
        if hashlib.sha256(blob_text.encode()).hexdigest() != name:
            raise GitwardError("a list of updates in the receipt is not the one that its entry names")
        lists[name] = json.loads(blob_text)
    decision, *outcomes = entries
    session = decision.event["session"]["id"]
    if decision.event["event"]["class"] != "decision.receive" or decision.event["event"]["outcome"] != "allowed" or not session:
        raise GitwardError("the receipt's first entry is no decision that allows a push")
    if any(each.event["session"]["id"] != session or each.event["event"]["class"] != "ref.updated" for each in outcomes):
        raise GitwardError("an entry of the receipt is about another push")
    return Proven(origin=signed.origin, size=signed.size, decision=decision, outcomes=tuple(outcomes), lists=lists)


def _entry(plain: dict[str, Any], size: int, root: bytes) -> Entry:
    line, seq, proof = plain["line"].encode(), plain["seq"], [bytes.fromhex(step) for step in plain["proof"][:_MOST_STEPS]]
    if type(seq) is not int or not includes(leaf_hash(line), seq, size, proof, root):
        raise GitwardError("a proof in the receipt does not lead to its checkpoint")
    found = read_entry(line)
    if found.seq != seq:
        raise GitwardError("an entry of the receipt stands at another place than its line says")
    return found


def plain(name: Any) -> str:
    """A ref as text; its bytes may be no UTF-8."""
    if isinstance(name, str):
        return name
    import base64

    return base64.b64decode(name["b64"]).decode("utf-8", "surrogateescape")
