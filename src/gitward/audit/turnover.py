"""A log gets another key: by rotation, which the old key signs, or after a theft, by the recovery key. For POSIX systems only.

The steps: the new key is written beside the old one, the log says so, the next checkpoint puts it into its place
(`signingkey.in_force`) and is signed by it. A crash between any two is ended by whatever takes the next checkpoint.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager

from gitward.audit import checkpoints, folder, log, signingkey
from gitward.audit.entry import Entry
from gitward.audit.happenings import act
from gitward.audit.logkeys import ADDED, REVOKED, added, by_recovery
from gitward.audit.recovery import Asked, answered
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
        _is_the_logs(directory, str(recovery.public))
        return _turn(directory, answered(_asked(directory), recovery))


def request(directory: str) -> str:
    """What the recovery key is to sign, where it is; the new key waits here. Raises GitwardError, Undecided, OSError."""
    with _alone(directory):
        _is_the_logs(directory)
        return _asked(directory).text()


def answer(directory: str, signed: Asked) -> str:
    """End with what the recovery key has signed elsewhere; the public half of the new key.

    Raises GitwardError for what it has not signed, and for an answer to another request than the last, Undecided, OSError.
    """
    with _alone(directory):
        _is_the_logs(directory)
        return _turn(directory, signed)


def _is_the_logs(directory: str, key: str = "") -> None:
    known = folder.about(directory).recovery
    if not known or (key and key != known):
        why = "this is not the log's recovery key" if known else "the log was made without a recovery key"
        raise GitwardError(why, f"the recovery key stands in {folder.ABOUT}, entry 0 says the same")


def _asked(directory: str) -> Asked:
    """Make the new key, and say what is to be signed."""
    known = signingkey.history(directory)
    new = signingkey.prepare(directory, known.signers(0)[0].name)
    revoke = str(known.newest) if known.newest else ""
    return Asked(origin=folder.about(directory).origin, revoke=revoke, add=str(new.public))


def _turn(directory: str, signed: Asked) -> str:
    """Let the log say what was signed, after it was verified as any reader of the log will."""
    known = signingkey.history(directory)
    waiting = os.path.join(directory, folder.NEXT_KEY)
    again = "make another request: gitward audit recover --log DIR --request"
    if not os.path.exists(waiting) or str(signingkey.read_private(waiting).public) != signed.add:
        raise GitwardError("the answer adds another key than the one that waits here", again)
    if signed.revoke != (str(known.newest) if known.newest else "") or signed.origin != folder.about(directory).origin:
        raise GitwardError("the answer is about another key than the one in force, or about another log", again)
    items = [act(REVOKED, key=by_recovery(signed.revoke, signed.revocation))] if signed.revoke else []
    items.append(act(ADDED, key=by_recovery(signed.add, signed.addition)))
    for seq, item in enumerate(items, 1 << 60):
        known.see(Entry(seq=seq, prev="", received_time="", event=json.loads(item.event), line=b""))
    log.append_all(directory, tuple(items))
    checkpoints.take(directory)
    return signed.add


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
