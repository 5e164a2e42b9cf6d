"""The signed texts that pushes have brought: each is accepted once, whatever became of its push.

One empty file per text, in a folder per day of its nonce, in the repository's own folder: `gitward/pushes/DAY/SHA-256`.
To make a file that must not be there yet is one step for the kernel, so of many pushes with one text just one goes on,
without a lock that a dead process could hold. A text counts as spent from that moment on: who was denied signs anew, which
`git push --signed` does by itself. A day after its nonce was given out a text is refused for its age (NONCE_SECONDS), so
older days are taken away; the newest tells how far time has come, and a clock that is set back brings no text back.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat

from gitward.durable import sync_folder
from gitward.errors import Undecided

NONCE_SECONDS = 86_400
_DAY = re.compile(r"[0-9]{1,7}")
_PARTS = ("gitward", "pushes")


def spend(git_dir: str, text: bytes, issued: int) -> bool:
    """Take a signed text whose nonce was given out then, seconds since 1970: True the first time, and False ever after.

    Durable when this returns. Raises Undecided where that cannot be had, or where texts of a later day have been taken.
    """
    day = issued // NONCE_SECONDS
    try:
        return _take(git_dir, day, hashlib.sha256(text).hexdigest())
    except OSError as problem:
        raise Undecided(
            f"it could not be kept that this push was signed for once: {problem.strerror or problem}",
            f"the administrator looks at disk space and permissions of {'/'.join(_PARTS)} in the repository",
            "store-unavailable",
        ) from problem


def _take(git_dir: str, day: int, name: str) -> bool:
    mode = stat.S_IMODE(os.stat(git_dir).st_mode) & 0o770  # a repository that a group writes is written by several users
    folder = git_dir
    for part in _PARTS:
        folder = _made(folder, part, mode)
    days = [int(name) for name in os.listdir(folder) if _DAY.fullmatch(name)]
    if days and day < max(days) - 1:
        raise Undecided(
            "signed pushes of a later day were accepted before",
            f"the administrator looks at the clock, and at the folders in {'/'.join(_PARTS)} in the repository",
            "clock-set-back",
        )
    of_day = _made(folder, str(day), mode)
    for old in days:
        if old < day - 2:
            _remove(os.path.join(folder, str(old)))
    try:
        file = os.open(os.path.join(of_day, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return False
    try:
        os.fsync(file)
    finally:
        os.close(file)
    sync_folder(of_day)
    return True


def _remove(folder: str) -> None:
    """Take away a day that is over; where that fails it is tried again at the next push, and no push waits for it."""
    try:
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
    except OSError:
        return


def _made(folder: str, name: str, mode: int) -> str:
    """The folder of this name in another, made durable where it was not there."""
    path = os.path.join(folder, name)
    try:
        os.mkdir(path)
        os.chmod(path, mode)
    except FileExistsError:
        return path
    sync_folder(folder)
    return path
