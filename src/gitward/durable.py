"""What a power cut leaves: names and content that were synced, and nothing else is sure. For POSIX systems only."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def sync_folder(path: str) -> None:
    """Sync a folder's own list of names; what stands in the files is synced by who writes them. Raises OSError."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def new_file(path: str, data: bytes, mode: int) -> None:
    """Write a file that must not be there yet, and sync what stands in it. Raises OSError."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(file, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def replace_file(path: str, data: bytes, mode: int = 0o640) -> None:
    """Put these bytes in the place of a file, or of none: whole or not at all. Its name is not synced. Raises OSError."""
    beside = f"{path}.new"
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with os.fdopen(file, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, path)


@cache
def boot() -> bytes:
    """Which start of this machine this is (random(4)): since then no write was lost. b'' where the kernel does not say."""
    try:
        file = os.open("/proc/sys/kernel/random/boot_id", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(file, 100).strip()
    finally:
        os.close(file)


@contextmanager
def as_owner(path: str) -> Iterator[None]:
    """Where root does it: be the user to whom this belongs, so that what is made is theirs too. Raises OSError."""
    owner = os.stat(path)
    if os.geteuid() != 0 or owner.st_uid == 0:
        yield
        return
    group = os.getegid()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
