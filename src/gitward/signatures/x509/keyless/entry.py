"""A log entry as gitsign puts it into a signature: protobuf, Sigstore's TransparencyLogEntry (sigstore_rekor.proto).

Of protobuf only what this message needs is read, and that strictly: varints and byte strings, each field in its place, once, and
none that is not known.
"""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["number", "bytes", "list"]

_ENTRY: dict[int, Kind] = {
    1: "number", 2: "bytes", 3: "bytes", 4: "number", 5: "bytes", 6: "bytes", 7: "bytes",
}  # fmt: skip
_KIND_VERSION: dict[int, Kind] = {1: "bytes", 2: "bytes"}
_ONE: dict[int, Kind] = {1: "bytes"}  # LogId, InclusionPromise, Checkpoint
_PROOF: dict[int, Kind] = {1: "number", 2: "bytes", 3: "number", 4: "list", 5: "bytes"}
_HASHES = 64  # levels of a tree


@record
class Entry:
    """`log_id` names the log's key. `promise` is the signed entry timestamp, over `index` (in all shards) and `time`.

    The proof of inclusion is in a tree of `size` leaves with root hash `root`, of which `checkpoint` is the log's signed note;
    `tree_index` is the leaf's place, `hashes` its path. `body` is '' where it is left to the reader to make.
    """

    index: int
    log_id: bytes
    kind: bytes
    version: bytes
    time: int
    promise: bytes
    tree_index: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    body: bytes


def read(data: bytes) -> Entry:
    """Raises ValueError where it is no such message."""
    entry = _Fields(data, _ENTRY)
    kind = _Fields(entry.data(3), _KIND_VERSION)
    proof = _Fields(entry.data(6), _PROOF)
    if len(proof.each(4)) > _HASHES:
        raise ValueError("a path longer than any tree is deep")
    return Entry(
        index=entry.number(1), log_id=_Fields(entry.data(2), _ONE).data(1), kind=kind.data(1), version=kind.data(2),
        time=entry.number(4), promise=_Fields(entry.data(5), _ONE).data(1), tree_index=proof.number(1),
        size=proof.number(3), root=proof.data(2), hashes=proof.each(4),
        checkpoint=_Fields(proof.data(5), _ONE).data(1), body=entry.data(7),
    )  # fmt: skip


class _Fields:
    """The fields of one message. What is left out is 0 or empty, as proto3 has it."""

    def __init__(self, data: bytes, known: dict[int, Kind]) -> None:
        self._numbers: dict[int, int] = {}
        self._bytes: dict[int, list[bytes]] = {}
        at = 0
        while at < len(data):
            key, at = _varint(data, at)
            number, wire = key >> 3, key & 7
            kind = known.get(number)
            if kind is None or wire != (0 if kind == "number" else 2):
                raise ValueError(f"field {number} is not known")
            if number in self._numbers or (number in self._bytes and kind != "list"):
                raise ValueError(f"field {number} is there twice")
            value, at = _varint(data, at)
            if kind == "number":
                self._numbers[number] = value
                continue
            if at + value > len(data):
                raise ValueError("the message is cut short")
            self._bytes.setdefault(number, []).append(data[at : at + value])
            at += value

    def number(self, number: int) -> int:
        return self._numbers.get(number, 0)

    def data(self, number: int) -> bytes:
        return self._bytes.get(number, [b""])[0]

    def each(self, number: int) -> tuple[bytes, ...]:
        return tuple(self._bytes.get(number, ()))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number that fits into a signed 64-bit integer and is not negative, and the place behind it."""
    value = shift = 0
    while True:
        if at >= len(data):
            raise ValueError("the message is cut short")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            if not byte and shift > 7:
                raise ValueError("a number is written too long")
            return value, at
        if shift >= 63:
            raise ValueError("a number is too large")
