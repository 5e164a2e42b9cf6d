"""Where things stand in a log's folder, and whether a folder is a log or the copy of one. For POSIX systems only.

    lock                 held by whoever writes; in it, the start of the machine since when all is known to be whole
    log.json             origin, the first public key, the recovery key: public, and said again by entry 0
    live                 what this folder is on its disk; a copy has another answer, and is never written
    signing.key          the private key (mode 600); signing.key.next is the one after it, while the log gets another key
    settings.yaml        the host's: its witnesses and their quorum (audit.witness.settings)
    N.jsonl              a segment: the lines from seq N on, 20 digits: the source of truth
    personal/N.values    the salts and values behind commitments, beside that segment
    tile/L/N             the hash tiles of the tree (tlog.tiles)
    checkpoint           the newest signed checkpoint
    witnessed/           what witnesses have vouched for: SIZE.note with cosignatures, SIZE.NAME.tsr, SIZE.NAME.git
    evidence/SHA-256     what is too large for an event
    torn/                tails that were never released
    waiting/             what others are to write for those who found `lock` held (audit.waiting)
    checkpoint.lock      held by whoever takes a checkpoint
    turnover.lock        held by whoever gives the log another key
    cursors/SINK         the seq of the next entry that a sink is to be sent
    pruning              the plan of what is still to go, while the log is pruned
    landmarks            after pruning: the lines that a verifier needs all the same
    index.sqlite         for queries; made again from the lines
    receipts.json        where the writing of receipts goes on (audit.receipts)
"""

from __future__ import annotations

import fcntl
import json
import os
import sys

from gitward.errors import GitwardError
from gitward.record import record
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PERSONAL, CHECKPOINT, KEY, ABOUT, LIVE, LOCK, CHECKPOINT_LOCK, TORN = (
    "personal", "checkpoint", "signing.key", "log.json", "live", "lock", "checkpoint.lock", "torn",
)  # fmt: skip
NEXT_KEY, LANDMARKS, SETTINGS, WITNESSED = "signing.key.next", "landmarks", "settings.yaml", "witnessed"
SEGMENT_ENTRIES = 65_536
_DIGITS = 20
_GENERATION = 0x8008_7601  # FS_IOC_GETVERSION of linux/fs.h, on 64 bits


@record
class Segment:
    """One file of lines: the seq of its first, and its path."""

    first: int
    path: str


@record
class About:
    """What a log says of itself: its origin, and its first public key and recovery key as notes write them ('' is none).

    A segment of at least `segment_entries` lines, a multiple of 256, is followed by another.
    """

    origin: str
    key: str
    recovery: str = ""
    segment_entries: int = SEGMENT_ENTRIES


def segment_path(directory: str, first: int) -> str:
    return os.path.join(directory, f"{first:0{_DIGITS}d}.jsonl")


def personal_path(directory: str, first: int) -> str:
    return os.path.join(directory, PERSONAL, f"{first:0{_DIGITS}d}.values")


def segments(directory: str) -> list[Segment]:
    """The segments that are there, in order. Raises OSError."""
    names = [name for name in os.listdir(directory) if name.endswith(".jsonl") and len(name) == _DIGITS + 6]
    return [
        Segment(first=int(name[:_DIGITS]), path=f"{directory}/{name}")
        for name in sorted(names)
        if name[:_DIGITS].isascii() and name[:_DIGITS].isdigit()
    ]


def about_of(plain: dict[str, Any]) -> About:
    """What log.json, or entry 0, says of a log. Raises ValueError, KeyError, TypeError for what no gitward wrote."""
    origin, key, recovery, entries = plain["origin"], plain["key"], plain["recovery"] or "", plain["segment_entries"]
    if {type(origin), type(key), type(recovery)} != {str} or type(entries) is not int or entries < 256 or entries % 256:
        raise ValueError("this does not say what a log is")
    return About(origin=origin, key=key, recovery=recovery, segment_entries=entries)


def about(directory: str) -> About:
    """Read log.json. Raises GitwardError where the folder holds no log, OSError where it cannot be read."""
    try:
        with opened(os.path.join(directory, ABOUT), 1 << 16) as file:
            return about_of(json.loads(file.read(1 << 16)))
    except FileNotFoundError:
        raise GitwardError(
            f"{directory} holds no log", "gitward install --server R --policy F --log DIR, or gitward audit init, makes one"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise GitwardError(f"{directory}/{ABOUT} is damaged", "restore it from a copy of the log") from None


def mark_live(directory: str) -> None:
    """Write down which folder this is: the one place at which the log grows. The name is synced by the caller."""
    file = os.open(f"{directory}/{LIVE}", os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        os.write(file, _identity(os.stat(directory).st_ino, file))
        os.fsync(file)
    finally:
        os.close(file)


def is_live(directory: str) -> bool:
    """Whether the folder is the one that `mark_live` saw: what it wrote down does not travel with a copy. Raises OSError."""
    inode = os.stat(directory).st_ino
    try:
        file = os.open(f"{directory}/{LIVE}", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return os.read(file, 200) == _identity(inode, file)
    finally:
        os.close(file)


def _identity(folder: int, live: int) -> bytes:
    """The inode numbers of folder and file, and, where the file system has one, the file's generation: 32 bits of chance.

    On two new disks the same files, copied in the same order, get the same inode numbers.
    """
    try:
        generation = int.from_bytes(fcntl.ioctl(live, _GENERATION, bytes(8))[:4], sys.byteorder)
    except OSError:
        generation = 0  # tmpfs, NFS
    return b"%d %d %d\n" % (folder, os.fstat(live).st_ino, generation)
