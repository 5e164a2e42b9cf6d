"""Evidence too large for an event, out of line: `evidence/SHA-256` in the log's folder, whole, and durable before the event.

What an event names by its digest is here as it came, so that it can be verified again; nothing here is ever changed.
"""

from __future__ import annotations

import hashlib
import os

from gitward.durable import as_owner, sync_folder
from gitward.errors import Undecided


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
