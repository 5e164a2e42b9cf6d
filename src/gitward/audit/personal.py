"""Personal values: in an event only their commitment, the value itself in a side table, where it can be erased.

A commitment is `{"commitment": HEX}`: HMAC-SHA-256 (RFC 2104) over the canonical JSON `[path, value]`, its key a salt of 32
random bytes of this value's own. So nobody who has the event alone can try names against it, and two events do not show that
they name the same person. `path` is where it stands in the event, a JSON pointer (RFC 6901).

The side table of a segment, `personal/N.values`, holds a line for each event: `{"id": .., "values": [[path, salt, value], ..]}`,
canonical JSON, the salt in hex. A value is null where even that is not kept: a secret. A value that is erased is not there.
"""

from __future__ import annotations

import hmac
import json
import os

from gitward.audit import folder
from gitward.canonical import canonical, text
from gitward.record import record
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

SALT = 32  # bytes
LONGEST = 4 << 20  # bytes of a line of the side table: far above what an event's commitments take


@record
class Value:
    """What stands behind one commitment: `salt` in hex, `value` a string, `{"b64": ..}`, or None for a secret not kept."""

    path: str
    salt: str
    value: Any


class Commitments:
    """Makes the commitments of one event, and keeps what is behind them. Not thread-safe; one per event."""

    def __init__(self) -> None:
        self.values: list[Value] = []

    def commit(self, path: str, value: str, *, keep: bool = True) -> dict[str, str]:
        """The commitment to a value that stands at this path. Unless `keep`, only the salt goes to the side table."""
        salt, plain = os.urandom(SALT), text(value)
        self.values.append(Value(path=path, salt=salt.hex(), value=plain if keep else None))
        return {"commitment": commitment(path, plain, salt)}

    def line(self, event_id: str) -> bytes:
        """The line of the side table, without LF; b'' where the event has no commitment (log.Item.personal)."""
        return line_of(event_id, self.values)


def commitment(path: str, value: Any, salt: bytes) -> str:
    """HMAC-SHA-256 as hex, of a string or `{"b64": ..}` at a path."""
    return hmac.digest(salt, canonical([path, value]), "sha256").hex()


def check(path: str, value: Any, salt: str, expected: str) -> bool:
    """Whether a value with its salt (hex) gives this commitment. What is malformed gives none."""
    try:
        return hmac.compare_digest(commitment(path, value, bytes.fromhex(salt)), expected)
    except (ValueError, TypeError):
        return False


def line_of(event_id: str, values: Iterable[Value]) -> bytes:
    """A line of the side table, without LF; b'' for no values."""
    plain = [[each.path, each.salt, each.value] for each in values]
    return canonical({"id": event_id, "values": plain}) if plain else b""


def table(directory: str, first: int) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """The side table of the segment whose first seq is `first`, as (event id, values), in its order; nothing where none is.

    What a torn write left is passed over, the next line behind it is not: its event was never released. Raises OSError.
    """
    try:
        file = opened(folder.personal_path(directory, first), LONGEST)
    except FileNotFoundError:
        return
    with file:
        while line := file.readline(LONGEST):
            read = _read(line)
            if read:
                yield read


def _read(line: bytes) -> tuple[str, tuple[Value, ...]] | None:
    begin = line.rfind(b'{"id":"')  # in a value the quotes would be escaped
    try:
        plain = json.loads(line[max(begin, 0) :])
        values = tuple(Value(path=path, salt=salt, value=value) for path, salt, value in plain["values"])
        return (plain["id"], values) if isinstance(plain["id"], str) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def joined(event: dict[str, Any], values: Iterable[Value]) -> dict[str, Any]:
    """The event with each value in the place of its commitment, where the two fit; a copy as far as it differs.

    A commitment whose value was erased, never kept, or does not give it, stays as it is.
    """
    found = dict(event)
    for each in values:
        place = _at(found, each.path)
        if each.value is not None and place is not None:
            around, last = place
            said = around[last]
            if isinstance(said, dict) and said.keys() == {"commitment"} and _fits(each, said["commitment"]):
                around[last] = each.value
    return found


def _fits(value: Value, said: Any) -> bool:
    return isinstance(said, str) and check(value.path, value.value, value.salt, said)


def _at(found: Any, path: str) -> tuple[Any, Any] | None:
    """What is around the place that a pointer names, copied on the way, and the place's name in it; None where none is."""
    if not isinstance(path, str) or not path.startswith("/"):
        return None
    around: Any = None
    last: Any = None
    for word in path[1:].split("/"):
        if around is not None:
            inner = around[last]
            found = around[last] = dict(inner) if isinstance(inner, dict) else list(inner) if isinstance(inner, list) else inner
        if isinstance(found, dict) and word in found:
            around, last = found, word
        elif isinstance(found, list) and word.isascii() and word.isdigit() and len(word) < 8 and int(word) < len(found):
            around, last = found, int(word)
        else:
            return None
    return around, last
