"""A tracker on loopback that answers as a test wants it to: by the book, late, wrong or with malice.

It speaks HTTP by hand, so that it can also not speak it. `heads` are the requests that it got, up to the blank line.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

Behaviour = Callable[[socket.socket, str], None]


class Tracker:
    """`behaviour` gets the connection and the path that was asked for, and may take its time: it has its own thread."""

    def __init__(self, behaviour: Behaviour, context: ssl.SSLContext | None = None) -> None:
        self.behaviour, self.context = behaviour, context
        self.heads: list[str] = []
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def paths(self) -> list[str]:
        return [head.split(" ")[1] for head in self.heads]

    def stop(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # else the accept that waits takes one more
        self.listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            data = b""
            while b"\r\n\r\n" not in data:
                part = connection.recv(1 << 16)
                if not part:
                    return
                data += part
            self.heads.append(data.partition(b"\r\n\r\n")[0].decode("latin-1"))
            self.behaviour(connection, self.heads[-1].split(" ")[1])
            connection.close()


@contextlib.contextmanager
def tracking(behaviour: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[Tracker]:
    """A tracker that runs until the block ends."""
    tracker = Tracker(behaviour, context)
    try:
        yield tracker
    finally:
        tracker.stop()


def response(body: object, status: int = 200, *headers: str) -> bytes:
    """A whole answer; a body that is no bytes goes out as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + data


def always(body: object, status: int = 200, *headers: str) -> Behaviour:
    return lambda connection, _: connection.sendall(response(body, status, *headers))


def issue(key: str, category: str) -> dict[str, object]:
    """What Jira says of an issue, as far as it matters."""
    return {"key": key, "fields": {"status": {"name": "x", "statusCategory": {"id": 2, "key": category}}}}


def jira(states: dict[str, str]) -> Behaviour:
    """Jira with these issues: key -> status category."""

    def behave(connection: socket.socket, path: str) -> None:
        key = path.rpartition("/")[2].partition("?")[0]
        found = states.get(key)
        body = issue(key, found) if found else {"errorMessages": ["Issue Does Not Exist"]}
        connection.sendall(response(body, 200 if found else 404))

    return behave


def settings(folder: Path, name: str = "tracker", **given: object) -> Path:
    """The settings file of a look-up, and its token's file where `token` is given, as an administrator leaves them."""
    if "token" in given:
        token = folder / f"{name}.token"
        token.write_text(f"{given.pop('token')}\n")
        token.chmod(0o600)
        given["token_file"] = str(token)
    path = folder / f"{name}.yaml"
    path.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in given.items()))
    os.chmod(path, 0o600)
    return path
