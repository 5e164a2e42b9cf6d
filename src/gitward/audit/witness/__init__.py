"""Witnesses: who else has seen a log's checkpoints. Each kind asks in its own way, and says when and for how many entries."""

from __future__ import annotations

from gitward.record import record


@record
class Statement:
    """What a witness of the settings vouches for: the first `size` entries, as of `time` (RFC 3339, '' is never).

    `ok`: it does, and this log has them. `contradicts`: it vouches for entries that this log does not have. `detail` is for
    people, in one line.
    """

    kind: str
    name: str
    ok: bool
    time: str = ""
    detail: str = ""
    size: int = 0
    contradicts: bool = False


def entries(count: int) -> str:
    """So many entries, in words: `1 entry`."""
    return f"{count} {'entry' if count == 1 else 'entries'}"


class NoWitness(Exception):
    """A witness did not vouch; the text says why. `contradicts`: because it has seen another log than this one."""

    def __init__(self, message: str, *, contradicts: bool = False) -> None:
        super().__init__(message)
        self.contradicts = contradicts
