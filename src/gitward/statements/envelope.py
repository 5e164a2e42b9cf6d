"""A DSSE envelope: a payload, its type, and signatures over both (github.com/secure-systems-lab/dsse, v1.0.2).

It has one form here, canonical JSON with canonical base 64, so the same content is the same blob. An envelope of another tool is
brought into it without touching what was signed.
"""

from __future__ import annotations

import base64
import json

from gitward.canonical import canonical
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

MAXIMUM = 64 << 10  # bytes of a blob
MOST_SIGNATURES = 8
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_NUMBER = 16  # characters: canonical JSON has integers below 2^53
_WORDS = 200
_NOT_STRICT = "it is not JSON of the strict kind"


@record
class EnvelopeSignature:
    """A signature's bytes: an SSHSIG (OpenSSH's PROTOCOL.sshsig, 2) or an OpenPGP signature packet (RFC 9580, 5.2).

    `keyid` is a hint that nobody signed: where to look, and never whose key it is.
    """

    sig: bytes
    keyid: str = ""


@record
class Envelope:
    """What an envelope holds. Nothing is verified."""

    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]


class NotAStatement(Exception):
    """These bytes are no statement; the message says why, in words that repeat nothing of them."""


def pae(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding of the payload and its type."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def encoded(payload: bytes, signatures: Sequence[EnvelopeSignature]) -> bytes:
    """The blob. What is longer than MAXIMUM nobody takes in."""
    return canonical({
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": each.keyid, "sig": base64.b64encode(each.sig).decode()} for each in signatures],
    })


def parse(blob: bytes) -> Envelope | None:
    """What a blob holds, None for one that is no envelope. Linear, and never raises."""
    try:
        return opened(blob)
    except NotAStatement:
        return None


def opened(blob: bytes) -> Envelope:
    """As `parse`. Raises NotAStatement."""
    if len(blob) > MAXIMUM:
        raise NotAStatement(f"it has more than {MAXIMUM} bytes")
    plain = exactly(strict_json(blob), "envelope", "payload", "payloadType", "signatures")
    if not is_canonical(plain, blob):
        raise NotAStatement("it is not in canonical JSON")
    if plain["payloadType"] != PAYLOAD_TYPE:
        raise NotAStatement(f"its payload is not of the type {PAYLOAD_TYPE}")
    given = plain["signatures"]
    if not isinstance(given, list) or not 0 < len(given) <= MOST_SIGNATURES:
        raise NotAStatement(f"it does not carry 1 to {MOST_SIGNATURES} signatures")
    return Envelope(payload=_bytes(plain["payload"]), signatures=tuple(_signature(each) for each in given))


def _signature(plain: Any) -> EnvelopeSignature:
    if isinstance(plain, dict) and "keyid" not in plain:  # DSSE: optional
        plain = {**plain, "keyid": ""}
    exactly(plain, "signature", "keyid", "sig")
    if not isinstance(plain["keyid"], str) or len(plain["keyid"]) > _WORDS:
        raise NotAStatement("the keyid of a signature is no short text")
    return EnvelopeSignature(sig=_bytes(plain["sig"]), keyid=plain["keyid"])


def _bytes(text: Any) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, AttributeError):
        raise NotAStatement("it holds something else where base 64 should be") from None
    if not data or base64.b64encode(data).decode() != text:
        raise NotAStatement("its base 64 is empty, or not in its one form")
    return data


# --- JSON, read so that two readers cannot see two things ---------------------------------------------------------------


def strict_json(data: bytes) -> Any:
    """JSON in UTF-8 without duplicate keys, floats and long numbers. Raises NotAStatement."""
    try:
        return json.loads(
            data.decode(), object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number, parse_int=_integer
        )
    except NotAStatement:
        raise
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    except json.JSONDecodeError as problem:
        why = f"line {problem.lineno}, column {problem.colno}"
    except (ValueError, RecursionError):
        why = "it is nested too deep"
    raise NotAStatement(f"{_NOT_STRICT}: {why}")


def is_canonical(plain: Any, data: bytes) -> bool:
    """Whether `data`, which was read as `plain`, is canonical JSON."""
    try:
        return canonical(plain) == data
    except (ValueError, RecursionError):  # a lone surrogate is no UTF-8
        return False


def exactly(plain: Any, what: str, *keys: str) -> dict[str, Any]:
    """The same object, with these keys and no others. Raises NotAStatement."""
    if not isinstance(plain, dict) or plain.keys() != set(keys):
        raise NotAStatement(f"its {what} is no object with exactly the keys {', '.join(keys)}")
    return plain


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAStatement(f"{_NOT_STRICT}: a key stands twice in an object")
    return found


def _no_number(_text: str) -> NoReturn:
    raise NotAStatement(f"{_NOT_STRICT}: a number in it is no integer")


def _integer(text: str) -> int:
    if len(text) > _NUMBER or abs(number := int(text)) >= 1 << 53:
        raise NotAStatement(f"{_NOT_STRICT}: a number in it is 2^53 or more")
    return number
