"""Who finds the log's lock held leaves in `waiting/` what is to be written; whoever has the lock next writes it for all.

A request is a file that is locked (flock(2)) for as long as somebody waits for its answer: the seqs of its events, written
behind them once they are durable; then its name goes. `begun` says from which seq on somebody writes for others. Should they
be killed, the next one looks which of the events stand there already: each stands in the log once.

Nothing of this is synced, since it is only between processes that run. For POSIX systems only.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import suppress

from gitward.audit import reading, segment
from gitward.audit.entry import MAXIMUM_EVENT
from gitward.audit.item import Item
from gitward.canonical import canonical
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.appender import Appender

FOLDER = "waiting"
_BEGUN = "begun"
_TOGETHER = 256  # requests; the oldest are written first


class Request:
    """What this process waits for, until it is closed."""

    def __init__(self, path: str, file: int, size: int) -> None:
        self._path, self._file, self._size = path, file, size

    def answer(self) -> list[int] | None:
        """The seqs of its events, which are durable; None while it is not answered."""
        answer = os.pread(self._file, 1 << 20, self._size)
        return [int(word) for word in answer.split()] if answer.endswith(b"\n") else None

    def close(self) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        os.close(self._file)


def leave(directory: str, items: tuple[Item, ...]) -> Request | None:
    """Leave a request; None where that cannot be done, or where an event is such that it would spoil what is written with it."""
    place = os.path.join(directory, FOLDER)
    path = os.path.join(place, f"{time.monotonic_ns():020d}-{os.getpid()}")
    try:
        plain = [[item.event.decode(), item.personal.decode(), item.peer] for item in items]
        data = json.dumps(plain).encode() + b"\n"
        if any(len(item.event) > MAXIMUM_EVENT or b"\n" in item.event for item in items):
            return None
        with suppress(FileExistsError):
            os.mkdir(place, 0o700)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except (OSError, ValueError):
        return None
    request = Request(path, file, len(data))
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.pwrite(file, data, 0) == len(data):
            return request
    except OSError:
        pass
    request.close()
    return None


def written(directory: str, appender: Appender, items: tuple[Item, ...]) -> list[int]:
    """Write these and what others wait for, under the lock; the seqs of these. Raises OSError, GitwardError, Undecided."""
    place = os.path.join(directory, FOLDER)
    names = _names(place)
    if not names:
        return appender.append(items)
    others = _others(place, names)
    try:
        begun = _begun(place) if _BEGUN in names else None
        standing = {} if begun is None else _standing(directory, begun, appender.next)
        every = [item for each in (items, *(other.items for other in others)) for item in each]
        fresh = tuple(item for item in every if item.event not in standing)
        if others and begun is None:
            _begin(place, appender.next)
        if fresh:
            standing.update(zip((item.event for item in fresh), appender.append(fresh), strict=True))
        if len(fresh) < len(every):
            appender.sync()
        heard = [other.hears([standing[item.event] for item in other.items]) for other in others]
        if all(heard) and len(heard) < _TOGETHER:  # of more than so many, somebody who was killed may have written for the rest
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(place, _BEGUN))
        return [standing[item.event] for item in items]
    finally:
        for other in others:
            os.close(other.file)


@record
class _Other:
    """Somebody's request: its file, open, how many bytes it has, and what is to be written."""

    path: str
    file: int
    size: int
    items: tuple[Item, ...]

    def hears(self, seqs: list[int]) -> bool:
        """Whether it was answered. Where the disk has no space for that, whoever waits is answered by the next one who writes."""
        answer = b" ".join(b"%d" % seq for seq in seqs) + b"\n"
        try:
            is_whole = os.pwrite(self.file, answer, self.size) == len(answer)
        except OSError:
            return False
        if is_whole:
            with suppress(FileNotFoundError):  # it may be withdrawn
                os.unlink(self.path)
        return is_whole


def _names(place: str) -> list[str]:
    try:
        return sorted(os.listdir(place))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _others(place: str, names: list[str]) -> list[_Other]:
    """The oldest requests for whose answer somebody waits; what the dead have left is taken away. Raises OSError."""
    found: list[_Other] = []
    for name in names:
        path = os.path.join(place, name)
        if name == _BEGUN or len(found) == _TOGETHER:
            continue
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            continue  # withdrawn
        items = () if _is_left(file, path) else _items(data := _whole(file))
        if items:
            found.append(_Other(path=path, file=file, size=data.index(b"\n") + 1, items=items))
        else:
            os.close(file)
    return found


def _is_left(file: int, path: str) -> bool:
    """Whether nobody waits for this any more; then its name goes."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    with suppress(FileNotFoundError):
        os.unlink(path)
    return True


def _whole(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)


def _items(data: bytes) -> tuple[Item, ...]:
    """What a request asks for; nothing where it is not whole yet."""
    head, end, _ = data.partition(b"\n")
    try:
        plain = json.loads(head) if end else []
        return tuple(Item(event=event.encode(), personal=personal.encode(), peer=peer) for event, personal, peer in plain)
    except (ValueError, TypeError, AttributeError):
        return ()


def _begin(place: str, seq: int) -> None:
    file = os.open(os.path.join(place, _BEGUN), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.write(file, b"%d\n" % seq)
    finally:
        os.close(file)


def _begun(place: str) -> int | None:
    """From which seq on somebody wrote for others; None where they were killed before they had said it."""
    with open(os.path.join(place, _BEGUN), "rb") as file:
        said = file.read(30)
    return int(said) if said.endswith(b"\n") and said[:-1].isdigit() else None


def _standing(directory: str, first: int, end: int) -> dict[bytes, int]:
    """What stands in the log from seq `first` to before `end`: event to seq. Raises OSError, Undecided."""
    try:
        return {canonical(each.event): each.seq for each in reading.entries(directory, first) if each.seq < end}
    except ValueError as problem:
        raise segment.damaged(f"the log cannot be read: {problem}") from None
