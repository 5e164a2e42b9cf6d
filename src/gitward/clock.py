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


def new_id() -> str:
    """A ULID: 48 bits of milliseconds and 80 of chance, 26 characters of Crockford's base 32."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
