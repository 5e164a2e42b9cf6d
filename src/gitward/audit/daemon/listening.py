"""The socket that the daemon listens on: its own, or one that systemd made; and what the daemon tells systemd."""

from __future__ import annotations

import fcntl
import grp
import os
import socket
import stat

from gitward.errors import GitwardError, UsageError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PATH_BYTES = 107  # unix(7), sun_path
_BACKLOG = 1024
_FIRST = 3  # sd_listen_fds(3)


@record
class Listener:
    """A listening socket, and the path to take away at the end, '' where systemd owns it."""

    socket: socket.socket
    path: str = ""
    inode: int = 0

    def close(self) -> None:
        """Listen no more; the path goes too, unless somebody else has taken it since."""
        self.socket.close()
        try:
            if self.path and os.lstat(self.path).st_ino == self.inode:
                os.unlink(self.path)
        except FileNotFoundError:
            pass


def listen(path: str, mode: int, group: str = "") -> Listener:
    """Listen at a path; a socket on which nobody listens any more is replaced. Raises GitwardError, OSError.

    Nobody can connect before mode and group are those that were asked for.
    """
    beside = f"{path}.{os.getpid()}"
    if len(os.fsencode(beside)) > PATH_BYTES:
        raise UsageError(f"--socket {path} is too long: the path of a socket has at most {PATH_BYTES} bytes", "a shorter one")
    _refuse_taken(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(beside)
        try:
            os.chmod(beside, mode)
            if group:
                os.chown(beside, -1, _group(group))
            listening.listen(_BACKLOG)
            os.rename(beside, path)
        except (OSError, GitwardError):
            os.unlink(beside)
            raise
    except (OSError, GitwardError):
        listening.close()
        raise
    return Listener(socket=listening, path=path, inode=os.lstat(path).st_ino)


def given(environment: Mapping[str, str]) -> Listener | None:
    """The socket that systemd listens on for us (sd_listen_fds(3)), None where it gave none. Raises UsageError for another."""
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return None
    if environment.get("LISTEN_FDS") != "1":
        raise UsageError("systemd hands over more than one socket", "one ListenStream= in the unit")
    os.set_inheritable(_FIRST, False)
    listening = socket.socket(fileno=_FIRST)
    if listening.family != socket.AF_UNIX or listening.type != socket.SOCK_STREAM:
        raise UsageError("what systemd hands over is no Unix stream socket", "ListenStream=/run/gitward/log.sock")
    return Listener(socket=listening)


def lock(directory: str) -> int:
    """Be the one daemon of this log until the descriptor is closed. Raises GitwardError where another one is, OSError."""
    file = os.open(os.path.join(directory, "serve.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise GitwardError(f"another gitward audit serve runs on {directory}", "stop it first") from None
    return file


def notify(environment: Mapping[str, str], state: str) -> None:
    """Tell systemd, where it listens (sd_notify(3)). That it hears nothing stops no daemon."""
    address = environment.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)
    except OSError:
        pass


def _refuse_taken(path: str) -> None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise GitwardError(f"{path} is there and is no socket", "another --socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return
        raise GitwardError(f"a process listens on {path} already", "stop it, or give another --socket")


def _group(name: str) -> int:
    try:
        return int(name) if name.isascii() and name.isdigit() else grp.getgrnam(name).gr_gid
    except KeyError:
        raise UsageError(f"--group {name}: there is no such group") from None
