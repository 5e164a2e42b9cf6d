"""Files of first-seen times: oid and time on a line."""

from __future__ import annotations

import atexit
import os
import tempfile
from datetime import UTC, datetime

from gitward.errors import UsageError
from gitward.signatures.moments import read_first_seen

_OID, _LONG = b"1" * 40, b"2" * 64
_FILE, _PATH = tempfile.mkstemp()
atexit.register(os.unlink, _PATH)


def seeds() -> list[bytes]:
    return [_OID + b" 1700000000\n", _LONG + b" 2026-01-31T12:00:00Z # seen\n\n# nothing\n", _OID + b" 5\n" + _OID + b" 3\n",
            _OID + b"\t1970-01-01T00:00:00Z\r\n"]  # fmt: skip


def check(data: bytes) -> None:
    os.ftruncate(_FILE, 0)
    os.pwrite(_FILE, data, 0)
    try:
        found = read_first_seen(_PATH)
    except UsageError as error:
        assert len(error.message) < 300
        return
    for oid, time in found.items():
        assert len(oid) in (40, 64)
        assert oid.encode() in data
        assert time >= 0
        when = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if b"T" in data and time < 1 << 36 else ""
        assert str(time).encode() in data.replace(b" 0", b" ").replace(b"\t0", b"\t") or when.encode() in data
