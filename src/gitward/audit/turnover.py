"""A log gets another key: by rotation, which the old key signs, or after a theft, by the recovery key. For POSIX systems only.

The steps: the new key is written beside the old one, the log says so, the next checkpoint puts it into its place
(`signingkey.in_force`) and is signed by it. A crash between any two is ended by whatever takes the next checkpoint.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager

from gitward.audit import checkpoints, folder, log, signingkey
from gitward.audit.happenings import act
from gitward.audit.logkeys import ADDED, REVOKED, added, revoked
from gitward.errors import GitwardError, Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.tlog.note import PrivateKey

_LOCK = "turnover.lock"


def rotate(directory: str) -> str:
    """A new key, signed for by the old one; its public half. Raises GitwardError, Undecided, OSError."""
    with _alone(directory):
        checkpoints.take(directory)  # ends what a crash cut short, and is the old key's last word
        origin = folder.about(directory).origin
        old = signingkey.read_private(os.path.join(directory, folder.KEY))
        if signingkey.history(directory).newest != old.public:
            raise GitwardError(f"{folder.KEY} is not the key that the log names", "gitward audit recover replaces it")
        new = signingkey.prepare(directory, old.name)
        log.append_all(directory, (act(ADDED, key=added(origin, new.public, "signing", old)),))
        checkpoints.take(directory)
        return str(new.public)


def recover(directory: str, recovery: PrivateKey) -> str:
    """Revoke the key that is in force, stolen or lost, and put a new one in its place; its public half.

    Raises GitwardError for a recovery key that is not the log's, Undecided, OSError.
    """
    with _alone(directory):
        about = folder.about(directory)
        if about.recovery != str(recovery.public):
            why = "the log was made without a recovery key" if not about.recovery else "this is not the log's recovery key"
            raise GitwardError(why, f"the recovery key stands in {folder.ABOUT}, entry 0 says the same")
        known = signingkey.history(directory)
        items = []
        if known.newest:
            items.append(act(REVOKED, key=revoked(about.origin, known.newest, recovery)))
        new = signingkey.prepare(directory, known.signers(0)[0].name)
        items.append(act(ADDED, key=added(about.origin, new.public, "recovery", recovery)))
        log.append_all(directory, tuple(items))
        checkpoints.take(directory)
        return str(new.public)


@contextmanager
def _alone(directory: str) -> Iterator[None]:
    """Keep another turnover of the same log out. The log itself is locked by each step for itself."""
    folder.about(directory)
    if not folder.is_live(directory):
        raise Undecided(f"{directory} is the copy of a log", "run it where the log is written", "log-damaged")
    owner = os.stat(directory).st_uid
    if owner != os.geteuid():  # root too: what it makes the log's own user could not write
        raise GitwardError(f"{directory} belongs to user {owner}", "run it as that user, who writes the log")
    lock = os.open(os.path.join(directory, _LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise GitwardError("another process is giving this log a new key", "wait for it to end") from None
    finally:
        os.close(lock)
