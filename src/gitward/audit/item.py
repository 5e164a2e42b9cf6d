"""What is to be recorded."""

from __future__ import annotations

from gitward.record import record


@record
class Item:
    """An event (canonical bytes), the values behind its commitments (a line, see personal), who gave it, its evidence."""

    event: bytes
    personal: bytes = b""
    peer: dict[str, int] | None = None
    evidence: tuple[bytes, ...] = ()
