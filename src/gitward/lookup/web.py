"""One question over HTTP, as `http.client` asks it: no redirect is followed and no proxy of the environment used.

A library that does more (sessions, redirects, retries, proxies, compression) would have to be told not to, each time:
a token must reach one host, an answer must stay small, and nothing of the environment counts on a server.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
from urllib.parse import urlsplit

from gitward.lookup import NoAnswer
from gitward.lookup.trackers import headers_of, path_of, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from gitward.lookup.settings import Settings
    from gitward.model import TicketState

MAX_ANSWER = 1 << 20


class Web:
    """A tracker behind an address. Making one reads the token and the certificates, once for all questions."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.headers = headers_of(settings, settings.token())
        self.parts = urlsplit(settings.address)
        is_open = self.parts.scheme == "http"
        self.context = None if is_open else ssl.create_default_context(cafile=settings.ca_file or None)

    def question(self, ticket: str) -> WebQuestion | TicketState:
        """The question to ask, or what is known without: this is no ticket of that tracker."""
        path = path_of(ticket, self.settings)
        return WebQuestion(self, ticket, path) if path else "absent"


class WebQuestion:
    """One request. `cut` may be called from another thread at any time, and ends it."""

    def __init__(self, web: Web, ticket: str, path: str) -> None:
        self.web, self.ticket, self.path = web, ticket, path
        host, port, seconds = web.parts.hostname or "", web.parts.port, web.settings.timeout
        self.connection = (
            http.client.HTTPConnection(host, port, timeout=seconds) if web.context is None
            else http.client.HTTPSConnection(host, port, timeout=seconds, context=web.context)
        )  # fmt: skip
        self.socket: socket.socket | None = None

    def ask(self) -> TicketState:
        """What the tracker says. Raises NoAnswer."""
        try:
            self.connection.connect()
            self.socket = self.connection.sock  # the connection itself lets go of it before the body is read
            self.connection.request("GET", self.web.parts.path + self.path, headers=self.web.headers)
            response = self.connection.getresponse()
            body = response.read(MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise NoAnswer(_words(problem)) from None
        finally:
            self.connection.close()
        if len(body) > MAX_ANSWER:
            raise NoAnswer(f"answers with more than {MAX_ANSWER} bytes")
        return state_of(self.ticket, response.status, _json(body), self.web.settings)

    def cut(self) -> None:
        """End the request, wherever it is: whoever reads from the connection finds its end."""
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)


def _words(problem: Exception) -> str:
    """What went wrong, without a word that the other side may have written."""
    if isinstance(problem, TimeoutError):
        return "does not answer in time"
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted ({problem.verify_message})"
    if isinstance(problem, OSError) and not isinstance(problem, ssl.SSLError):
        return f"cannot be reached: {problem.strerror or type(problem).__name__}"
    return f"gives an answer that is no HTTP ({type(problem).__name__})"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
