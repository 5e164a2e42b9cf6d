"""Proofs as files: that an entry is in a log (C2SP tlog-proof), that a log extends an older state of itself (the body of
add-checkpoint of C2SP tlog-witness). Both end in the signed checkpoint for which they hold.

    c2sp.org/tlog-proof@v1          old N
    extra BASE64                    BASE64, one line for each hash
    index N
    BASE64, one line for each hash  CHECKPOINT

    CHECKPOINT
"""

from __future__ import annotations

import base64
import re

from gitward.errors import GitwardError
from gitward.record import record
from gitward.tlog import checkpoint, note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.checkpoint import Checkpoint

MAXIMUM = 2 * note.MAXIMUM
_HEAD = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_LONGEST = 63  # hashes of a path in the largest tree


@record
class Inclusion:
    """That an entry stands at `index` of the log of this checkpoint; `path` from the leaf's sibling on, `extra` its bytes."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    extra: bytes = b""

    def text(self) -> str:
        extra = f"extra {_coded(self.extra)}\n" if self.extra else ""
        return f"{_HEAD}\n{extra}index {self.index}\n{_tail(self.path, self.checkpoint)}"


@record
class Consistency:
    """That the log of this checkpoint begins with its own first `old` entries as they were (RFC 6962, 2.1.2)."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def text(self) -> str:
        return f"old {self.old}\n{_tail(self.path, self.checkpoint)}"


def read(data: bytes) -> Inclusion | Consistency:
    """Read a proof of either kind, in its one form; nothing is verified. Raises GitwardError for what is none."""
    if len(data) > MAXIMUM:
        raise GitwardError(f"the proof is longer than {MAXIMUM} bytes")
    head, _, signed = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise _no_proof() from None
    is_inclusion = lines[0] == _HEAD
    extra = lines[1][6:] if is_inclusion and len(lines) > 1 and lines[1].startswith("extra ") else None
    number, *hashes = lines[is_inclusion + (extra is not None) :] or [""]
    word, _, digits = number.partition(" ")
    if word != ("index" if is_inclusion else "old") or not _NUMBER.fullmatch(digits) or (extra is not None and not _bytes(extra)):
        raise _no_proof()
    path = tuple(map(_bytes, hashes))
    if len(path) > _LONGEST or any(len(each) != 32 for each in path):
        raise GitwardError("the hashes of the proof are no SHA-256, or more than any tree has")
    found = checkpoint.read(signed)
    if is_inclusion:
        return Inclusion(index=int(digits), path=path, checkpoint=found, extra=_bytes(extra or ""))
    return Consistency(old=int(digits), path=path, checkpoint=found)


def _no_proof() -> GitwardError:
    return GitwardError("this is no proof: c2sp.org/tlog-proof@v1, or a line `old N`, then hashes, and a checkpoint")


def _tail(path: tuple[bytes, ...], at: Checkpoint) -> str:
    signed = note.text_of(at.note) if at.note else f"{at.text()}\n"
    return "".join(f"{_coded(each)}\n" for each in path) + f"\n{signed}"


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    """Canonical base 64; empty for anything else."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if _coded(raw) == text else b""
