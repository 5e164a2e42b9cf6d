"""pre-receive: stdin lines and variables to a request. Every line is read before any is judged. Source: githooks(5)."""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import CertificateClaim, RawUpdate, Request
from gitward.refname import is_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitward.model import ActorClaim

_MOST_OPTIONS = 10_000
_HEX = set("0123456789abcdef")


def request(stdin: bytes, environment: Mapping[str, str], actor: ActorClaim | None = None) -> Request:
    """`old SP new SP ref LF` per line. Raises Undecided for a line that is none: git never writes one.

    `actor` is what the host's channel says, read before the environment was cleaned (gitward.channels).
    """
    lines = stdin.split(b"\n")
    if lines.pop() != b"" or not lines:
        raise Undecided("the list of ref updates is empty or cut off", "push again", "malformed-input")
    updates = tuple(_update(number, line) for number, line in enumerate(lines, 1))
    return Request(stage="receive", updates=updates, certificate=_certificate(environment), actor=actor)


def _certificate(environment: Mapping[str, str]) -> CertificateClaim | None:
    """What git, or who pushes, says of a push certificate."""
    oid, count = environment.get("GIT_PUSH_CERT", ""), environment.get("GIT_PUSH_OPTION_COUNT", "0")
    if not oid:
        return None
    options = int(count) if count.isascii() and count.isdigit() and len(count) < 6 else 0
    return CertificateClaim(
        oid=oid,
        nonce_status=environment.get("GIT_PUSH_CERT_NONCE_STATUS", ""),
        slop=environment.get("GIT_PUSH_CERT_NONCE_SLOP", ""),
        options=tuple(environment.get(f"GIT_PUSH_OPTION_{number}", "") for number in range(min(options, _MOST_OPTIONS))),
    )


def _update(number: int, line: bytes) -> RawUpdate:
    old, _, rest = line.decode("utf-8", "surrogateescape").partition(" ")
    new, _, ref = rest.partition(" ")
    if not (_is_oid(old) and _is_oid(new) and len(old) == len(new) and is_ref(ref)):
        raise Undecided(f"line {number} of the ref updates is malformed", "push again", "malformed-input")
    return RawUpdate(old=old, new=new, ref=ref)


def _is_oid(text: str) -> bool:
    return len(text) in (40, 64) and _HEX.issuperset(text)
