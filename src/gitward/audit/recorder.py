"""Where a process records: `--log DIR`, the log's own folder."""

from __future__ import annotations

from gitward.audit import evidence, log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.log import Item


def record(target: str, item: Item) -> int:
    """Record one event with its evidence, and return its seq. Raises Undecided when it is not surely on disk."""
    for blob in item.evidence:
        evidence.keep(target, blob)
    return log.append_all(target, (item,))[0]


def last_revisions(target: str) -> dict[tuple[str, str], int]:
    """The revisions that policies had in the last decisions (log.last_revisions). Raises OSError."""
    return log.last_revisions(target)
