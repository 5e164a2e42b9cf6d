"""How long a writer waits for the log, who hears of it meanwhile, and who holds the log where it was too long."""

from __future__ import annotations

import os
import time

from gitward.errors import Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60.0
_TOLD_FIRST, _TOLD_EVERY = 2.0, 10.0  # seconds


@record
class Patience:
    """So many seconds, and who is told, every now and then, that it is still waited."""

    seconds: float = SECONDS
    tell: Callable[[str], None] | None = None


class Wait:
    """One wait, which begins now."""

    __slots__ = ("_began", "_patience", "_told")

    def __init__(self, patience: Patience) -> None:
        self._patience, self._began, self._told = patience, time.monotonic(), _TOLD_FIRST

    def left(self) -> float:
        """The seconds until it is over, or until somebody is to be told; 0 where it is over. Who is to be told now is told."""
        waited, whole = time.monotonic() - self._began, self._patience.seconds
        if waited >= self._told and waited < whole:
            self._told = waited + _TOLD_EVERY
            if self._patience.tell:
                self._patience.tell(f"gitward: waiting for the log: {waited:.0f} s")
        return max(0.0, min(whole, self._told) - waited)

    def too_long(self, lock: int) -> Undecided:
        """What is to be raised where another still holds this lock, with its name as far as the kernel says it."""
        pid = _holder(lock)
        message, state = f"the log is locked by another writer for more than {self._patience.seconds:g} s", _state(pid)
        if not pid:
            fix = "push again; where it stays so, the administrator looks for who holds the lock: lslocks"
        elif state == "T":
            message += f": process {pid}, which is stopped"
            fix = f"the administrator lets it go on (kill -CONT {pid}) or ends it; then push again"
        else:
            message += f": process {pid}"
            fix = f"push again; where it stays so, the administrator looks at what process {pid} waits for, or ends it"
        return Undecided(message, fix, "log-locked")


def _holder(lock: int) -> int:
    """The pid of the process that holds a lock on this file (proc(5), /proc/locks); 0 where the kernel does not say."""
    found = os.fstat(lock)
    name = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    try:
        with open("/proc/locks", encoding="ascii") as file:
            for line in file:
                words = line.split()
                if words[1] == "FLOCK" and words[5] == name:
                    return max(0, int(words[4]))
    except (OSError, ValueError, IndexError):
        pass
    return 0


def _state(pid: int) -> str:
    """One letter (proc(5)): T for a process that is stopped; '' where there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0].decode()
    except (OSError, IndexError, ValueError):
        return ""
