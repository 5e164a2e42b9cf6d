"""The hook's side of the daemon: one short connection per request, with a time limit; whatever goes wrong is undecided.

What is raised is told to whoever pushes: it names no path.
"""

from __future__ import annotations

import json
import socket
import struct
from functools import partial

from gitward.audit.daemon import wire
from gitward.audit.patience import Patience, Wait
from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Answer = TypeVar("Answer")

_FIX = "the administrator looks after gitward audit serve"
_REASONS = {"log-damaged", "log-locked"}


def ask(path: str, name: str, *parts: bytes, patience: Patience | None = None) -> Any:
    """Send a request to the daemon at the socket `path` and return what it answers, as JSON says it. Raises Undecided."""
    what = "the decision could not be recorded" if name == "record" else "the log cannot be asked"
    try:
        request = wire.packed(name.encode(), *parts)
    except ValueError as problem:
        raise Undecided(f"{what}: {problem}", _FIX, "log-unavailable") from None
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            answer = wire.parts_of(_answered(connection, path, request, Wait(patience or Patience())))
        if answer[0] == b"ok":
            return json.loads(answer[1])
        reason, message, fix = (part.decode() for part in answer)
    except BlockingIOError:
        raise _unavailable(what, "the daemon of the log does not answer in time") from None
    except (FileNotFoundError, ConnectionRefusedError):
        raise _unavailable(what, "the daemon of the log does not run") from None
    except OSError as problem:
        raise _unavailable(what, f"the daemon of the log does not answer: {problem.strerror or 'no answer'}") from None
    except (ValueError, IndexError):
        raise _unavailable(what, "the daemon of the log gave no answer that can be understood") from None
    raise Undecided(message, fix, reason if reason in _REASONS else "log-unavailable")


def _answered(connection: socket.socket, path: str, request: bytes, wait: Wait) -> bytearray:
    """The answer without its head. Raises OSError, ValueError; BlockingIOError when the time is up."""
    _patiently(connection, wait, lambda: connection.connect(path))
    unsent = memoryview(request)
    try:
        while unsent:
            unsent = unsent[_patiently(connection, wait, partial(connection.send, unsent)) :]
    except (BrokenPipeError, ConnectionResetError):
        pass  # the daemon wants no more of it, and may have said why
    received = bytearray()
    while len(received) < wire.HEAD or len(received) < wire.HEAD + wire.length_of(received):
        more = _patiently(connection, wait, lambda: connection.recv(1 << 16))
        if not more:
            raise OSError("no answer")
        received += more
    return received[wire.HEAD :]


def _patiently(connection: socket.socket, wait: Wait, call: Callable[[], Answer]) -> Answer:
    """Let the kernel keep the time of each call (socket(7), SO_RCVTIMEO): connecting waits for room in a full queue, too."""
    while left := wait.left():
        limit = struct.pack("@ll", int(left), int(left % 1 * 1_000_000) or 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        try:
            return call()
        except BlockingIOError:
            continue
    raise BlockingIOError


def _unavailable(what: str, why: str) -> Undecided:
    return Undecided(f"{what}: {why}", _FIX, "log-unavailable")
