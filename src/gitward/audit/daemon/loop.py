"""The daemon's loop: read whatever is ready, append it together, answer. One thread; only the disk is ever waited for.

While the disk syncs, the kernel collects the next requests: that is the group commit. A client is read when it has something to
say, so a silent one costs a descriptor until its time is up, and of too many the one that has kept us waiting longest goes first.
"""

from __future__ import annotations

import os
import selectors
import socket
import struct
import time
from collections import deque

from gitward.audit.daemon import requests, wire
from gitward.canonical import canonical
from gitward.errors import GitwardError, Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.audit.daemon.requests import Question
    from gitward.audit.daemon.scribe import Scribe
    from gitward.audit.log import Item

UNFINISHED_BYTES = 64 << 20
_READ = 1 << 16
_MOMENT = 0.05  # seconds
_PEER = struct.Struct("@iII")  # unix(7), SO_PEERCRED: struct ucred


@record
class Limits:
    """How many clients at once, how many seconds a request may take to arrive, and whose are taken (empty: of all users).

    Root and the daemon's own user are always among them.
    """

    clients: int = 256
    request_seconds: float = 10.0
    uids: frozenset[int] = frozenset()


class _Client:
    """A connection, its peer, what has come of its request, and when that must be whole."""

    __slots__ = ("counted", "deadline", "is_registered", "peer", "received", "socket", "wanted")

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        pid, uid, gid = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
        connection.setblocking(False)
        self.socket, self.deadline = connection, deadline
        self.peer = {"pid": pid, "uid": uid, "gid": gid}
        self.received = bytearray()
        self.wanted = self.counted = 0
        self.is_registered = False

    def read(self) -> list[bytes]:
        """The parts of the request. Raises BlockingIOError where it is not whole yet, EOFError, OSError, ValueError."""
        more = self.socket.recv(_READ)
        if not more:
            raise EOFError
        self.received += more
        if not self.wanted and len(self.received) >= wire.HEAD:
            self.wanted = wire.HEAD + wire.length_of(self.received)
        if not self.wanted or len(self.received) < self.wanted:
            raise BlockingIOError
        if len(self.received) > self.wanted:
            raise ValueError("one connection is for one request")
        return wire.parts_of(self.received[wire.HEAD :])


class Loop:
    """Serves one log on one listening socket. `tell` takes a line for the daemon's own log."""

    def __init__(self, scribe: Scribe, listening: socket.socket, limits: Limits, tell: Callable[[str], None]) -> None:
        self._scribe, self._listening, self._limits, self._tell = scribe, listening, limits, tell
        self._wake, self.waker = socket.socketpair()  # a signal's number goes in, and select returns
        self._selector = selectors.DefaultSelector()
        for each in (listening, self._wake, self.waker):
            each.setblocking(False)
        self._selector.register(listening, selectors.EVENT_READ)
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._unfinished: dict[int, _Client] = {}  # by descriptor, the oldest first
        self._held = 0  # bytes of unfinished requests
        self._waiting: list[tuple[_Client, Item]] = []
        self._asked: deque[tuple[_Client, Question, list[bytes]]] = deque()
        self._is_stopping = False

    def run(self) -> None:
        """Serve until `stop` is called; what was received by then is recorded and answered."""
        while not self._is_stopping:
            patience = min(self._scribe.keep_time(), self._drop_the_late())
            for key, _ in self._selector.select(0 if self._asked else patience):
                if key.fileobj is self._listening:
                    self._accept()
                elif (client := self._unfinished.get(key.fd)) and client is key.data:
                    self._read(client)
            self._commit()
            self._reply()
        for client in [*self._unfinished.values(), *(client for client, _, _ in self._asked)]:
            self._drop(client)
        self._scribe.sign()

    def stop(self) -> None:
        """Come to an end after this turn."""
        self._is_stopping = True

    # --- reading ------------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        for _ in range(self._limits.clients - self._whole()):
            try:
                connection, _ = self._listening.accept()
            except BlockingIOError:
                return
            except OSError as problem:
                self._tell(f"a client could not be let in: {problem.strerror}")
                return
            client = _Client(connection, time.monotonic() + self._limits.request_seconds)
            if self._limits.uids and client.peer["uid"] not in self._limits.uids | {0, os.geteuid()}:
                self._refuse(client, "this user may not use it")
                continue
            self._unfinished[connection.fileno()] = client
            self._read(client)

    def _read(self, client: _Client) -> None:
        """Read once. Most requests are whole when their client is let in, and are never waited for."""
        try:
            parts = client.read()
        except BlockingIOError:
            self._held += len(client.received) - client.counted
            client.counted = len(client.received)
            self._await(client)
        except (OSError, EOFError):
            self._drop(client)
        except ValueError as problem:
            self._refuse(client, str(problem))
        else:
            self._take(client, parts)

    def _await(self, client: _Client) -> None:
        """Wait for the rest. Of too many clients, or too much that is not whole, who has kept us waiting longest goes."""
        if not client.is_registered:
            self._selector.register(client.socket, selectors.EVENT_READ, client)
            client.is_registered = True
        while self._unfinished and (
            len(self._unfinished) + self._whole() > self._limits.clients or self._held > UNFINISHED_BYTES
        ):
            self._drop(next(iter(self._unfinished.values())))

    def _whole(self) -> int:
        """How many clients wait for us."""
        return len(self._waiting) + len(self._asked)

    def _drop_the_late(self) -> float:
        """Drop whose time is up; the seconds until the next one's is."""
        now = time.monotonic()
        while self._unfinished:
            oldest = next(iter(self._unfinished.values()))
            if oldest.deadline > now:
                return oldest.deadline - now
            self._drop(oldest)
        return self._limits.request_seconds

    def _leave(self, client: _Client) -> None:
        """It is read no more."""
        self._unfinished.pop(client.socket.fileno(), None)
        self._held -= client.counted
        client.counted = 0
        if client.is_registered:
            self._selector.unregister(client.socket)
            client.is_registered = False

    def _drop(self, client: _Client) -> None:
        self._leave(client)
        client.socket.close()

    # --- answering ----------------------------------------------------------------------------------------------------

    def _take(self, client: _Client, parts: list[bytes]) -> None:
        """A whole request: recorded with the next batch, or answered after it."""
        try:
            name = parts[0].decode("ascii", "replace")
            if name == "record":
                item = requests.item_of(parts[1:], client.peer)
                self._leave(client)
                self._waiting.append((client, item))
            elif name in requests.QUESTIONS:
                self._leave(client)
                self._asked.append((client, requests.QUESTIONS[name], parts[1:]))
            else:
                raise ValueError("there is no such request")
        except ValueError as problem:
            self._refuse(client, str(problem))

    def _reply(self) -> None:
        """Answer questions for a moment, one at least. Some read a lot: whoever asks many is not the only one who is served."""
        end = time.monotonic() + _MOMENT
        while self._asked:
            self._reply_to(*self._asked.popleft())
            if time.monotonic() > end:
                return

    def _reply_to(self, client: _Client, question: Question, arguments: list[bytes]) -> None:
        try:
            self._answer(client, b"ok", canonical(question(self._scribe.directory, arguments)))
        except ValueError as problem:
            self._refuse(client, str(problem))
        except (OSError, GitwardError) as problem:
            self._fail(client, problem)

    def _commit(self) -> None:
        """Everything that waits becomes one batch; then each hears of it."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        for (client, _), found in zip(waiting, self._scribe.append([item for _, item in waiting]), strict=True):
            if isinstance(found, GitwardError):
                self._fail(client, found)
            else:
                self._answer(client, b"ok", b'{"seq":%d}' % found)

    def _answer(self, client: _Client, *parts: bytes) -> None:
        """Say it and hang up. It fits into the socket's buffer: who reads slowly is not waited for."""
        try:
            client.socket.send(wire.packed(*parts))
        except OSError:
            pass  # gone: what was recorded stays, a decision without outcome
        self._drop(client)

    def _refuse(self, client: _Client, why: str) -> None:
        self._tell(f"refused a request of user {client.peer['uid']}, process {client.peer['pid']}: {why}")
        self._answer(client, b"refused", f"the log's daemon refuses the request: {why}".encode(), b"")

    def _fail(self, client: _Client, problem: GitwardError | OSError) -> None:
        """Paths stay here: what is told may reach who pushes."""
        if isinstance(problem, Undecided):
            self._answer(client, problem.reason.encode(), problem.message.encode(), problem.fix.encode())
            return
        self._tell(str(problem))
        self._answer(client, b"log-unavailable", b"the log cannot be read by its daemon", b"")
