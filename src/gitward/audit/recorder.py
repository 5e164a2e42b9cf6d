"""Where a process records: `--log DIR`, the log's own folder, or `--log unix:PATH`, the socket of its daemon."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.log import Item

SOCKET = "unix:"


def socket_of(target: str) -> str:
    """The path of the daemon's socket, '' for a target that is a folder."""
    return target[len(SOCKET) :] if target.startswith(SOCKET) else ""


def record(target: str, item: Item) -> int:
    """Record one event with its evidence, and return its seq. Raises Undecided when it is not surely on disk."""
    if path := socket_of(target):
        from gitward.audit.daemon import client

        return int(client.ask(path, "record", item.event, item.personal, *item.evidence)["seq"])
    from gitward.audit import evidence, log

    for blob in item.evidence:
        evidence.keep(target, blob)
    return log.append_all(target, (item,))[0]


def last_revisions(target: str) -> dict[tuple[str, str], int]:
    """The revisions that policies had in the last decisions (log.last_revisions). Raises OSError, of a daemon Undecided."""
    if path := socket_of(target):
        from gitward.audit.daemon import client

        return {(each[0], each[1]): each[2] for each in client.ask(path, "revisions")}
    from gitward.audit import log

    return log.last_revisions(target)
