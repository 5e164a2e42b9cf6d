"""Opening what stands in a folder that others write: regular files only, no link, no wait for a fifo or a device.

For POSIX systems only.
"""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def opened(path: str, buffering: int = 0) -> BinaryIO:
    """The file, to read, with a buffer of so many bytes.

    Raises OSError: FileNotFoundError where nothing stands, EINVAL for anything but a regular file.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as problem:
        if problem.errno in (errno.ELOOP, errno.ENXIO):  # a link (open(2)); a socket
            raise OSError(errno.EINVAL, "not a regular file", path) from None
        raise
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return open(file, "rb", buffering=buffering)


def content(path: str, most: int) -> bytes:
    """All that it holds. Raises OSError as `opened`, and ValueError for more than `most` bytes."""
    with opened(path) as file:
        parts, left = [], most + 1
        while left and (part := file.read(min(left, 1 << 20))):
            parts.append(part)
            left -= len(part)
    if not left:
        raise ValueError(f"longer than {most} bytes")
    return b"".join(parts)


def why(problem: OSError) -> str:
    """What stands in the way, without the path."""
    return problem.strerror or type(problem).__name__
