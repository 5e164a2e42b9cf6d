"""A file with a message, rewritten: whoever reads it, and whatever happens meanwhile, finds the old text or the new one."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from gitward.errors import GitwardError, UsageError
from gitward.message import BLANK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.fixing import Fix


def check_rewritable(path: str) -> None:
    """Raise UsageError where there is no regular file that may be written at the path, or at the end of its links."""
    if not (os.path.isfile(path) and os.access(path, os.W_OK)):
        raise UsageError(f"{path} is no file that could be rewritten", "name the file that holds the message")


def rewrite(path: str, data: bytes) -> None:
    """Put these bytes in the file's place: same mode and, where possible, same owner. A link stays, its target is rewritten.

    Raises GitwardError where that fails; then the file is as it was.
    """
    import tempfile

    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    try:
        status = os.stat(target)
        number, draft = tempfile.mkstemp(prefix=".gitward-", dir=folder)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with suppress(OSError, AttributeError):  # not ours to give away, or no such thing here
                os.chown(draft, status.st_uid, status.st_gid)
            os.chmod(draft, stat.S_IMODE(status.st_mode))
            os.replace(draft, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(draft)
            raise
    except OSError as problem:
        raise GitwardError(f"{path} cannot be rewritten: {problem.strerror}") from None
    _sync(folder)


def _sync(folder: str) -> None:
    """Make the new name durable, where a folder can be opened for that."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def words(fix: Fix, verb: str) -> tuple[str, ...]:
    """What was done, a sentence for each step: `fixed [subject-style]: ...`, the entry that asked for it named."""
    return tuple(f"{verb} [{entry}]: {done}" if entry else f"{verb}: {done}" for entry, done in fix.done)


def spliced(raw: bytes, lines: Sequence[str], pieces: Sequence[tuple[str, ...]]) -> bytes:
    """A commit-msg file with a fix in it: `lines` are what cleanup leaves of it, `pieces` what shall stand for each.

    What cleanup takes away (comments, a diff, blank lines) stays where it is.
    """
    done: list[bytes] = []
    at = 0
    for given in raw.split(b"\n"):
        if at < len(lines) and given.rstrip(b" \t\r") == lines[at].rstrip(BLANK).encode("utf-8", "surrogateescape"):
            is_same = pieces[at] == (lines[at],)
            done += [given] if is_same else [line.encode("utf-8", "surrogateescape") for line in pieces[at]]
            at += 1
        else:
            done.append(given)
    return b"\n".join(done)
