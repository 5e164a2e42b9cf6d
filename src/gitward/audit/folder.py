"""Where things stand in a log's folder, and whether a folder is a log or the copy of one. For POSIX systems only.

    lock                 held by whoever writes
    log.json             origin, the first public key, the recovery key: public, and said again by entry 0
    live                 what this folder is on its disk; a copy has another answer, and is never written
    signing.key          the private key (mode 600); signing.key.next is the one after it, while the log gets another key
    settings.yaml        the host's: witnesses, quorum, size of a segment
    N.jsonl              a segment: the lines from seq N on, 20 digits: the source of truth
    personal/N.values    the salts and values behind commitments, beside that segment
    tile/L/N             the hash tiles of the tree (tlog.tiles)
    checkpoint           the newest signed checkpoint
    evidence/SHA-256     what is too large for an event
    torn/                tails that were never released
    landmarks            after pruning: the lines that a verifier needs all the same
    index.sqlite         for queries; made again from the lines
"""

from __future__ import annotations

import json
import os

from gitward.errors import GitwardError
from gitward.record import record

PERSONAL, CHECKPOINT, KEY, ABOUT, LIVE, LOCK = (
    "personal", "checkpoint", "signing.key", "log.json", "live", "lock",
)  # fmt: skip
NEXT_KEY, LANDMARKS = "signing.key.next", "landmarks"
_DIGITS = 20


@record
class Segment:
    """One file of lines: the seq of its first, and its path."""

    first: int
    path: str


@record
class About:
    """What a log says of itself: its origin, and its first public key and recovery key as notes write them ('' is none)."""

    origin: str
    key: str
    recovery: str = ""


def segment_path(directory: str, first: int) -> str:
    return os.path.join(directory, f"{first:0{_DIGITS}d}.jsonl")


def personal_path(directory: str, first: int) -> str:
    return os.path.join(directory, PERSONAL, f"{first:0{_DIGITS}d}.values")


def segments(directory: str) -> list[Segment]:
    """The segments that are there, in order. Raises OSError."""
    found = []
    for name in sorted(os.listdir(directory)):
        stem, dot, kind = name.partition(".")
        if dot and kind == "jsonl" and len(stem) == _DIGITS and stem.isascii() and stem.isdigit():
            found.append(Segment(first=int(stem), path=os.path.join(directory, name)))
    return found


def about(directory: str) -> About:
    """Read log.json. Raises GitwardError where the folder holds no log, OSError where it cannot be read."""
    try:
        with open(os.path.join(directory, ABOUT), "rb") as file:
            plain = json.loads(file.read(1 << 16))
        return About(origin=plain["origin"], key=plain["key"], recovery=plain["recovery"])
    except FileNotFoundError:
        raise GitwardError(
            f"{directory} holds no log", "gitward install --server R --policy F --log DIR, or gitward audit init, makes one"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise GitwardError(f"{directory}/{ABOUT} is damaged", "restore it from a copy of the log") from None


def mark_live(directory: str) -> None:
    """Write down which folder this is: the one place at which the log grows."""
    path = os.path.join(directory, LIVE)
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{os.stat(directory).st_ino} {os.fstat(file.fileno()).st_ino}\n")
        file.flush()
        os.fsync(file.fileno())


def is_live(directory: str) -> bool:
    """Whether the folder is the one that `mark_live` saw: inode numbers do not travel with a copy. Raises OSError."""
    try:
        with open(os.path.join(directory, LIVE), encoding="ascii") as file:
            said = file.read(100)
            return said == f"{os.stat(directory).st_ino} {os.fstat(file.fileno()).st_ino}\n"
    except (FileNotFoundError, ValueError):
        return False
