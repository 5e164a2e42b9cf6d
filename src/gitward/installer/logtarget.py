"""Where a server's hook records: a folder, which is made a log if need be, or the socket of the log's daemon."""

from __future__ import annotations

import os

from gitward.audit import recorder
from gitward.errors import GitwardError, UsageError

_PATH_BYTES = 107  # unix(7), sun_path


def absolute(log: str) -> str:
    """The same log, its path absolute. Raises UsageError for a socket without a path, or with too long a one."""
    path = recorder.socket_of(log)
    if log == recorder.SOCKET:
        raise UsageError(f"--log {log} names no socket", "--log unix:/run/gitward/log.sock")
    if not path:
        return os.path.abspath(log)
    if len(os.fsencode(os.path.abspath(path))) > _PATH_BYTES:
        raise UsageError(f"--log {log}: the path of a socket has at most {_PATH_BYTES} bytes", "a shorter one")
    return f"{recorder.SOCKET}{os.path.abspath(path)}"


def ready(log: str, repository: str, recovery: str = "") -> tuple[str, ...]:
    """Make the log, unless one is there, for whoever the repository belongs to: the hook runs as that user.

    A daemon may be started later: that it does not answer is a remark. `recovery` is the public key that may replace the log's;
    a log that is there must have been made with it. Raises UsageError, GitwardError.
    """
    if path := recorder.socket_of(log):
        if recovery:
            raise UsageError("--recovery goes with the folder of a log", "gitward audit init --recovery makes that of a daemon")
        return _asked(path)
    from gitward.audit import folder
    from gitward.audit.creation import make

    try:
        owner = os.stat(repository)
        if not make(log, owner=(owner.st_uid, owner.st_gid), recovery=recovery) and recovery:
            _refuse_another(folder.about(log).recovery, log, recovery)
    except OSError as problem:
        fix = f"let whoever {repository} belongs to, as whom the hook runs, own that folder, and run this as that user"
        raise GitwardError(f"the log folder {log} cannot be made: {problem.strerror}", fix) from None
    return ()


def _refuse_another(known: str, log: str, recovery: str) -> None:
    if known != recovery:
        what = f"the recovery key {known}" if known else "no recovery key"
        raise UsageError(f"the log {log} is there, and has {what}", "it cannot be named or changed later: leave --recovery out")


def _asked(path: str) -> tuple[str, ...]:
    from gitward.audit.daemon import client
    from gitward.audit.patience import Patience

    try:
        client.ask(path, "about", patience=Patience(seconds=5))
    except GitwardError:
        return (f"every push is denied until the log's daemon answers: gitward audit serve --log DIR --socket {path}",)
    return ()
