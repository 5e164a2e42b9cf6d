"""Folders and files of this user's own, which nobody else can write: what is kept there can be believed."""

from __future__ import annotations

import os
import sys

_OTHERS_WRITE = 0o022


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
