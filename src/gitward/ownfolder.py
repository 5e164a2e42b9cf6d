"""Folders and files of this user's own, which nobody else can write: what is kept there can be believed."""

from __future__ import annotations

import os
import sys

_OTHERS_WRITE = 0o022
_YOUNG = 60.0  # seconds in which a folder may be made and not be held yet
_swept: set[tuple[str, str]] = set()  # where this process has looked for what was left: a temporary folder may be crowded


def cache_folder(name: str) -> str:
    """Where things of this kind are kept for this user; '' where the environment names no place."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # the XDG base directory specification: a relative path is ignored
            base = os.path.expanduser("~/.cache")
    return os.path.join(base, "gitward", name) if os.path.isabs(base) else ""


def is_ours(folder: str) -> bool:
    """Whether the folder is one (no link to one) that this user owns and nobody else can write."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return is_owner(status) and (status.st_mode & 0o170000) == 0o040000


def is_owner(status: os.stat_result) -> bool:
    if sys.platform == "win32":  # the profile's own access list keeps others out
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def held_folder(prefix: str) -> tuple[str, int]:
    """A new temporary folder of mode 0700 and a file descriptor that holds it, -1 where folders cannot be held.

    What was killed removes nothing, so those with this prefix that are this user's and that no process holds any more go first.
    The hold is a lock of the kernel's (flock(2)): it ends with the last process that has the descriptor. Raises OSError.
    """
    import tempfile

    _sweep(tempfile.gettempdir(), prefix)
    folder = tempfile.mkdtemp(prefix=prefix)
    return folder, _held(folder)


class TemporaryFolder:
    """A folder for a `with` block, by its path; held, and so removed by the next one where this process is killed meanwhile."""

    def __enter__(self) -> str:
        self._folder, self._hold = held_folder("gitward-tmp-")
        return self._folder

    def __exit__(self, *_: object) -> None:
        remove(self._folder, self._hold)


def remove(folder: str, hold: int) -> None:
    """Remove a folder that `held_folder` made, and let it go."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
    if hold >= 0:
        os.close(hold)


def _held(folder: str) -> int:
    """The descriptor that holds a folder; -1 where another process has it, or nothing can be said."""
    if sys.platform == "win32":
        return -1
    import fcntl

    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return -1
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        return -1
    return number


def _sweep(place: str, prefix: str) -> None:
    import time

    if (place, prefix) in _swept:
        return
    _swept.add((place, prefix))
    try:
        left = [entry.path for entry in os.scandir(place) if entry.name.startswith(prefix)]
    except OSError:
        return
    for folder in left:
        try:
            is_young = time.time() - os.lstat(folder).st_mtime < _YOUNG
        except OSError:
            continue
        if is_young or not is_ours(folder) or (number := _held(folder)) < 0:
            continue
        remove(folder, number)
