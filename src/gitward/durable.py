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
