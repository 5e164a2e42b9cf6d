"""A witness on HTTP (C2SP tlog-witness): POST add-checkpoint, GET HASH/checkpoint. TLS is for a proxy before it.

Each connection is one request, has some seconds in all, and there are only so many at once.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gitward.audit.witness.memory import MAXIMUM, Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.audit.witness.memory import Memory

_SECONDS = 10.0
_AT_ONCE = 32


class Server(ThreadingHTTPServer):
    """Listens on `address`; `tell` gets a line per answer, with nothing in it that a client wrote. Raises OSError."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], memory: Memory, tell: Callable[[str], None]) -> None:
        self.memory, self.tell = memory, tell
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(address, _Handler)

    def process_request_thread(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """One connection, cut at its limit wherever it is."""
        assert isinstance(request, socket.socket)  # noqa: S101  of a TCP server it is one
        cut = threading.Timer(_SECONDS, _shut, (request,))
        cut.daemon = True
        cut.start()
        try:
            if self._places.acquire(blocking=False):
                try:
                    self.finish_request(request, client_address)
                finally:
                    self._places.release()
        except Exception as problem:  # noqa: BLE001  most often the client is gone; its words are told nobody
            self.tell(f"no answer: {type(problem).__name__}")
        finally:
            cut.cancel()
            self.shutdown_request(request)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "gitward", ""
    timeout = _SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._send(Answer(status=404, body=b"there is add-checkpoint, and nothing else\n"))
        elif not length.isdigit() or len(length) > 9 or int(length) > MAXIMUM:
            self._send(Answer(status=413, body=b"a request has a Content-Length, of at most %d bytes\n" % MAXIMUM))
        else:
            self._send(self._judged(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        name, _, rest = self.path.removeprefix("/").partition("/")
        try:
            found = self.server.memory.newest(name) if rest == "checkpoint" else None
        except OSError:
            found = None
        self._send(Answer(status=200, body=found) if found else Answer(status=404, body=b"nothing is known here of such a log\n"))

    def _judged(self, body: bytes) -> Answer:
        try:
            return self.server.memory.add_checkpoint(body)
        except Exception as problem:  # noqa: BLE001  what is not remembered is not cosigned
            self.server.tell(f"not cosigned: {type(problem).__name__}")
            return Answer(status=500, body=b"the witness cannot remember, so it does not cosign\n")

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.server.tell(f"{self.command} {answer.status}")

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: `tell` has said it, without what the client wrote."""
