"""One HTTP POST, as `http.client` makes it: no redirect is followed and no proxy of the environment used."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

from gitward.audit.witness import NoWitness
from gitward.record import record

MAXIMUM = 64 << 10


@record
class Reply:
    """What the other side says: HTTP status, content type, body of at most MAXIMUM bytes."""

    status: int
    kind: str
    body: bytes


def post(url: str, body: bytes, kind: str, seconds: float) -> Reply:
    """Send `body` and return the answer. `seconds` are for each step. Raises NoWitness."""
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = make(parts.hostname or "", parts.port, timeout=seconds)
        try:
            connection.request("POST", parts.path or "/", body, {"Content-Type": kind, "Accept-Encoding": "identity"})
            response = connection.getresponse()
            said = response.read(MAXIMUM + 1)
        finally:
            connection.close()
    except TimeoutError:
        raise NoWitness("does not answer in time") from None
    except ssl.SSLCertVerificationError as problem:
        raise NoWitness(f"has a certificate that is not trusted ({problem.verify_message})") from None
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise NoWitness(f"cannot be reached: {getattr(problem, 'strerror', None) or type(problem).__name__}") from None
    if len(said) > MAXIMUM:
        raise NoWitness(f"answers with more than {MAXIMUM} bytes")
    return Reply(status=response.status, kind=response.headers.get("Content-Type", ""), body=said)
