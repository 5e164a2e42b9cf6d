"""The clock and the dice, in one place: the time of a decision and its id."""

from __future__ import annotations

import os
import time

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def now() -> str:
    """The time, RFC 3339, UTC, microseconds."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{nanoseconds // 1000:06d}Z"


def seconds(text: str) -> int:
    """A time as `now` writes it, in whole seconds since 1970."""
    from datetime import datetime

    return int(datetime.fromisoformat(text).timestamp())


def at(seconds: int) -> str:
    """A time in whole seconds since 1970, RFC 3339, UTC. Raises ValueError, OverflowError for one that no calendar has."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """A ULID: 48 bits of milliseconds and 80 of chance, 26 characters of Crockford's base 32."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def seconds_of_id(identity: str) -> int:
    """The second in which a ULID was made, 0 for what is none."""
    if len(identity) != 26 or not set(identity) <= set(_CROCKFORD):
        return 0
    number = 0
    for character in identity[:10]:
        number = number * 32 + _CROCKFORD.index(character)
    return number // 1000


def id_prefix(second: int, length: int) -> str:
    """The first characters of a ULID that is made in this second: 6 stand for 17 minutes, 7 for 32 seconds."""
    return "".join(_CROCKFORD[second * 1000 >> 5 * shift & 31] for shift in range(9, 9 - length, -1))
