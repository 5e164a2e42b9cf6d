"""The log's sign of life: an event that says only that the log was written at this time."""

from __future__ import annotations

from gitward.audit import log
from gitward.audit.happenings import happening

SECONDS = 3600


def beat(directory: str) -> int:
    """Append a `log.heartbeat` to the log in this folder, and return its seq. Raises Undecided."""
    return log.append(directory, happening("log.heartbeat"))
