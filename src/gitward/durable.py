"""Making a new or renamed entry of a folder survive a power cut. For POSIX systems only."""

from __future__ import annotations

import os


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
