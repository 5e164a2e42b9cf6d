"""Evidence too large for an event, out of line: `evidence/SHA-256` in the log's folder, whole, and durable before the event.

What an event names by its digest is here as it came, so that it can be verified again; nothing here is ever changed.
"""

from __future__ import annotations

import hashlib
import os

from gitward.durable import as_owner, sync_folder
from gitward.errors import Undecided
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HEX = frozenset("0123456789abcdef")


def keep(directory: str, blob: bytes) -> str:
    """Keep these bytes in the log folder `directory`, and return their SHA-256 as hex. Raises Undecided where they are not."""
    name = hashlib.sha256(blob).hexdigest()
    folder = os.path.join(directory, "evidence")
    path = os.path.join(folder, name)
    try:
        with as_owner(directory):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            if not os.path.exists(path):
                _write(path, blob)
            sync_folder(folder)  # whoever made file or folder may have been killed before
            sync_folder(directory)
    except OSError as problem:
        raise Undecided(
            f"the evidence of the decision could not be kept: {problem.strerror or problem}",
            "the administrator looks at disk space and permissions of the log folder",
            "log-unavailable",
        ) from problem
    return name


def kept(directory: str, digest: Any, most: int) -> bytes | None:
    """What is kept under this SHA-256 (any value: an event may hold any); None where there is nothing of it, or too much.

    Raises OSError where something is there that cannot be read.
    """
    if not isinstance(digest, str) or len(digest) != 64 or not _HEX.issuperset(digest):
        return None
    try:
        with opened(os.path.join(directory, "evidence", digest), 1 << 16) as file:
            blob = file.read(most + 1)
    except FileNotFoundError:
        return None
    return blob if len(blob) <= most and hashlib.sha256(blob).hexdigest() == digest else None


def _write(path: str, blob: bytes) -> None:
    """Whole or not at all: written beside its place, synced, and moved there."""
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "wb", opener=lambda name, flags: os.open(name, flags | os.O_CLOEXEC, 0o640)) as file:
            file.write(blob)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        if os.path.exists(beside):
            os.unlink(beside)
        raise
