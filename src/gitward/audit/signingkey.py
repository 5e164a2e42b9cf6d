"""The private key of a log, `signing.key`, and which key is in force. For POSIX systems only.

A new key stands beside it as `signing.key.next` before the log says a word of it. Whoever takes the next checkpoint finds the
event in the log and moves the new key into its place: a crash at any step leaves a log that goes on.
"""

from __future__ import annotations

import os

from gitward.audit import folder, reading
from gitward.audit.entry import read
from gitward.audit.logkeys import ADDED, REVOKED, KeyHistory, class_of
from gitward.durable import new_file, sync_folder
from gitward.errors import GitwardError, Undecided
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.audit.entry import Entry
    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.note import PrivateKey

_MARK, _START = b'"class":"key.', b'"class":"log.started"'


def history(directory: str, end: int | None = None) -> KeyHistory:
    """The keys of a log by its own lines, up to seq `end` where one is given; what speaks of no key is passed over unread.

    Raises GitwardError for a contradiction, OSError.
    """
    found = KeyHistory(folder.about(directory))
    for line in _lines(directory):
        if _MARK in line:
            try:
                entry = read(line)
            except ValueError:
                raise GitwardError("a line of the log that speaks of keys cannot be read", "gitward audit verify") from None
            if end is None or entry.seq < end:
                found.see(entry)
    return found


def about_keys(directory: str, end: int) -> list[Entry]:
    """Entry 0 and all that speak of keys, below seq `end`, in order. Raises GitwardError for a line that is damaged, OSError."""
    found = []
    for line in _lines(directory, _START):
        if _MARK in line or _START in line:
            try:
                entry = read(line)
            except ValueError:
                raise GitwardError("a line of the log that speaks of keys cannot be read", "gitward audit verify") from None
            is_start = entry.seq == 0 and class_of(entry) == "log.started"
            if entry.seq < end and (is_start or class_of(entry) in (ADDED, REVOKED)):
                found.append(entry)
    return found


def is_about_keys(line: bytes) -> bool:
    """Whether a line may say something of keys; a canonical line that does is never missed."""
    return _MARK in line


def in_force(directory: str, before: Checkpoint | None, size: int, *, is_turned: bool) -> PrivateKey:
    """The private key that signs the next checkpoint, over `size` lines. The checkpoints' lock is held.

    `before` is the newest checkpoint; `is_turned`: the lines after it speak of keys. Raises Undecided where the folder does
    not hold the right key, GitwardError, OSError.
    """
    here = _private(os.path.join(directory, folder.KEY))
    if not is_turned and here and (before is None or _signed(before, here)):
        return here
    wanted = history(directory, size).newest
    if wanted is None:
        raise Undecided("the log's key is revoked, and there is no new one", "gitward audit recover, again", "log-damaged")
    if here and here.public == wanted:
        return here
    waiting = os.path.join(directory, folder.NEXT_KEY)
    following = _private(waiting)
    if following is None or following.public != wanted:
        raise Undecided(
            f"{folder.KEY} is not the key that the log names", "put the right one back, or gitward audit recover", "log-damaged"
        )
    os.replace(waiting, os.path.join(directory, folder.KEY))
    sync_folder(directory)
    return following


def prepare(directory: str, name: str) -> PrivateKey:
    """A new key, durably beside the old one; one that an earlier try left there was never named, and goes. Raises OSError."""
    place = os.path.join(directory, folder.NEXT_KEY)
    if os.path.lexists(place):
        os.unlink(place)
    key = note.new_key(name)
    new_file(place, key.text().encode() + b"\n", 0o600)
    sync_folder(directory)
    return key


def read_private(path: str) -> PrivateKey:
    """The private key in a file. Raises GitwardError for what is none, OSError."""
    with open(path, "rb") as file:
        return note.private_key(file.read(1 << 10).decode("utf-8", "replace"))


def _private(path: str) -> PrivateKey | None:
    try:
        return read_private(path)
    except (FileNotFoundError, GitwardError):
        return None


def _signed(before: Checkpoint, key: PrivateKey) -> bool:
    public = key.public
    lines = before.note.signatures if before.note else ()
    return any((line.name, line.hint) == (public.name, public.hint) for line in lines)


def _lines(directory: str, mark: bytes = _MARK) -> Iterator[bytes]:
    """All lines; of those that pruning left, the ones with either mark."""
    segments = folder.segments(directory)
    if os.path.exists(landmarks := os.path.join(directory, folder.LANDMARKS)):
        yield from (line for line in reading.lines(landmarks) if _before(line, segments[0].first if segments else None, mark))
    for segment in segments:
        yield from reading.lines(segment.path)


def _before(line: bytes, first: int | None, mark: bytes) -> bool:
    """Whether a landmark is a line that the segments no longer hold."""
    if not is_about_keys(line) and mark not in line:
        return False
    try:
        return first is None or read(line).seq < first
    except ValueError:
        return True
