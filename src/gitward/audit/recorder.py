"""Where a process records: `--log DIR`, the log's own folder, or `--log unix:PATH`, the socket of its daemon."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.log import Item
    from gitward.audit.patience import Patience
    from gitward.audit.policies import Last

SOCKET = "unix:"


def socket_of(target: str) -> str:
    """The path of the daemon's socket, '' for a target that is a folder."""
    return target[len(SOCKET) :] if target.startswith(SOCKET) else ""


def record(target: str, item: Item, patience: Patience | None = None) -> int:
    """Record one event with its evidence, and return its seq. Raises Undecided when it is not surely on disk."""
    if path := socket_of(target):
        from gitward.audit.daemon import client

        return int(client.ask(path, "record", item.event, item.personal, *item.evidence, patience=patience)["seq"])
    from gitward.audit import evidence, log

    for blob in item.evidence:
        evidence.keep(target, blob)
    return log.append_all(target, (item,), patience)[0]


def last_policies(target: str, repository: str, patience: Patience | None = None) -> Last:
    """What the log last knew of each policy (policies.last). Raises OSError, of a daemon Undecided."""
    from gitward.audit import policies

    if path := socket_of(target):
        from gitward.audit.daemon import client

        return policies.received(
            client.ask(path, "policies", repository.encode("utf-8", "surrogateescape"), patience=patience)
        )
    return policies.last(target, repository)


def former_files(target: str, digest: str) -> bytes:
    """The files of a policy that judged before, in one piece; b"" where they are not at hand. Raises OSError, Undecided."""
    from gitward.audit import policies

    if path := socket_of(target):
        from base64 import b64decode

        from gitward.audit.daemon import client

        return b64decode(client.ask(path, "former", digest.encode()))
    return policies.files_of(target, digest)
