"""The log: append-only lines in segments, each line durable before it is believed. For POSIX systems only.

A line is written under an exclusive lock and synced before `append` returns. A tail without its LF was never released to
anyone: it is moved to a side file, so that nothing half-written is ever taken for whole (audit.appender).
"""

from __future__ import annotations

import _thread
import fcntl
import os
import time
from contextlib import contextmanager

from gitward.audit import folder, segment, waiting
from gitward.audit.appender import Appender
from gitward.audit.item import Item
from gitward.audit.patience import Patience, Wait
from gitward.durable import as_owner, boot
from gitward.errors import Undecided
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Item", "append", "append_all", "locked", "recent", "tail", "writing"]
_COMMANDS = Patience(seconds=10.0)  # of those that write no event
_TAIL = 128 << 10
_LEAST, _MOST = 0.001, 0.05  # seconds between two looks at whether it was written


def append(directory: str, event: bytes, personal: bytes = b"") -> int:
    """Append one event, canonical JSON bytes, and return its seq. Raises Undecided when it is not surely on disk."""
    return append_all(directory, (Item(event=event, personal=personal),))[0]


def append_all(directory: str, items: tuple[Item, ...], patience: Patience | None = None) -> list[int]:
    """Append events together: one lock, one sync, and one for all who wait meanwhile (audit.waiting). Returns their seqs.

    Raises Undecided when they are not surely on disk.
    """
    try:
        _refuse_copy(directory)
        with _opened(directory, folder.LOCK) as lock:
            if not _is_taken(lock):
                seqs = _written_by_another(directory, lock, items, Wait(patience or Patience()))
                if seqs is not None:
                    return seqs
            with _appending(directory, lock) as appender:
                return waiting.written(directory, appender, items)
    except OSError as problem:
        raise Undecided(
            f"the decision could not be recorded: {problem.strerror or problem}",
            "the administrator looks at disk space and permissions of the log folder",
            "log-unavailable",
        ) from problem


@contextmanager
def locked(directory: str, name: str = folder.LOCK) -> Iterator[int]:
    """Hold the log's lock, as the log's own user where root does: nobody else writes.

    Raises OSError, and Undecided where another holds it for too long.
    """
    with _opened(directory, name) as lock:
        if not _is_taken(lock):
            _acquire(lock, Wait(_COMMANDS))
        yield lock


@contextmanager
def writing(directory: str) -> Iterator[Appender]:
    """Hold the lock of a log that is no copy, with its newest segment. Raises OSError, Undecided."""
    _refuse_copy(directory)
    with locked(directory) as lock, _appending(directory, lock) as appender:
        yield appender


def _refuse_copy(directory: str) -> None:
    if not folder.is_live(directory):
        raise Undecided(
            "the log of this server is not there, or is the copy of a log: a copy never continues",
            "the administrator puts the log back, or makes one: gitward audit init --log DIR",
            "log-damaged",
        )


@contextmanager
def _opened(directory: str, name: str) -> Iterator[int]:
    with as_owner(directory):
        lock = os.open(f"{directory}/{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield lock
        finally:
            os.close(lock)


@contextmanager
def _appending(directory: str, lock: int) -> Iterator[Appender]:
    """The newest segment, for who holds the lock."""
    said, now = os.pread(lock, 100, 0), boot()
    appender = Appender(directory, is_settled=said == now != b"")
    try:
        yield appender
        if said != now and appender.is_settled:
            _remember(lock, now)
    finally:
        appender.close()


def tail(directory: str) -> tuple[bytes, bytes]:
    """The last whole line and what stands after it, torn. Raises OSError, Undecided for a log without segments."""
    with opened(segment.newest(directory).path, _TAIL) as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        whole, _, torn = file.read(_TAIL).rpartition(b"\n")
    return whole.rpartition(b"\n")[2], torn


def recent(directory: str, size: int = _TAIL) -> Iterator[bytes]:
    """The whole lines among the last `size` bytes of the log, or a little more, oldest first. Raises OSError."""
    found = b""
    for each in reversed(folder.segments(directory)):
        with opened(each.path, _TAIL) as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - size))
            found = file.read(size) + found
        if len(found) >= size:
            break
    yield from found.split(b"\n")


def _remember(lock: int, start: bytes) -> None:
    """Say to the next writer that since this start of the machine the log was looked at; where that fails, it looks again."""
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, start, 0)
    except OSError:
        pass


def _is_taken(lock: int) -> bool:
    """Take the lock, where nobody has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _written_by_another(directory: str, lock: int, items: tuple[Item, ...], wait: Wait) -> list[int] | None:
    """The seqs, once whoever had the lock has written these too; None where this process has the lock now and must.

    It makes no difference who comes to have the lock: the next one writes for all. So nobody waits for more than two syncs,
    however many there are.
    """
    request, pause = waiting.leave(directory, items), _LEAST
    if request is None:
        _acquire(lock, wait)
        return None
    try:
        while (answer := request.answer()) is None:
            if _is_taken(lock):
                return request.answer()
            left = wait.left()
            if not left:
                raise wait.too_long(lock)
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _MOST)
        return answer
    finally:
        request.close()


def _acquire(lock: int, wait: Wait) -> None:
    """Take the lock, in the order in which the kernel wakes who waits for it. Asking again and again, some would never get it.

    A thread waits, since flock(2) knows no time limit. It waits on a twin of the file descriptor: should it get the lock too
    late, the twin is the last to be closed, and that gives the lock back.
    """
    twin, came_to_an_end = os.dup(lock), _thread.allocate_lock()
    problems: list[OSError] = []

    def take() -> None:
        try:
            fcntl.flock(twin, fcntl.LOCK_EX)
        except OSError as problem:
            problems.append(problem)
        finally:
            os.close(twin)
            came_to_an_end.release()

    came_to_an_end.acquire()
    _thread.start_new_thread(take, ())
    while left := wait.left():
        if came_to_an_end.acquire(timeout=left):
            break
    else:
        raise wait.too_long(lock)
    if problems:
        raise problems[0]
