"""Lists of ref updates that are too long for an event, out of the log's evidence."""

from __future__ import annotations

import json

from gitward.audit.evidence import kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.review.happened import Evidence

_LARGEST = 256 << 20  # bytes of a list of ref updates


def lists(directory: str) -> Evidence:
    """Reads a list by the SHA-256 of its bytes; None for one that is not there, or is not what its name says."""

    def read(digest: str) -> list[Any] | None:
        try:
            data = kept(directory, digest, _LARGEST)
            listed = json.loads(data) if data else None
        except (OSError, ValueError, RecursionError):
            return None
        return listed if isinstance(listed, list) else None

    return read
