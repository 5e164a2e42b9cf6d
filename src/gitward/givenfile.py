"""A file that somebody names on the command line, read whole, within a limit."""

from __future__ import annotations

from gitward.errors import UsageError


def read_given(path: str, most: int = 16 << 20) -> bytes:
    """Its bytes. Raises UsageError where it cannot be read, or has more than `most` bytes."""
    try:
        with open(path, "rb") as file:
            data = file.read(most + 1)
    except OSError as problem:
        raise UsageError(f"{path!a} cannot be read: {problem.strerror}") from None
    if len(data) > most:
        raise UsageError(f"{path!a} has more than {most >> 20} MiB")
    return data
