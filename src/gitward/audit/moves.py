"""The ref updates of one repository, out of a log's lines: only what its own hook saw."""

from __future__ import annotations

from gitward import clock
from gitward.audit import entry
from gitward.audit.updates import plain, updates_of
from gitward.canonical import canonical, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    Move = tuple[int, str, str, str]  # seconds since 1970, the old and the new oid, the ref

AT_ONCE = 5_000  # lines
_CLASS = b'"class":"ref.updated"'  # in canonical JSON, where it cannot stand within a string


def needle_of(git_dir: str) -> bytes:
    """What stands in every line about the repository at this path."""
    return b'"repository":' + canonical(text(git_dir))


def moves_in(directory: str, line: bytes | None, needle: bytes, git_dir: str) -> list[Move]:
    """What a line says of this repository's refs, deletions as well; nothing for a line that says nothing of them."""
    if not line or _CLASS not in line or needle not in line:
        return []
    try:
        read = entry.read(line)
        when = clock.seconds(read.received_time)
        what, by = read.event["event"]["class"], read.event["emitter"]["trust"]
    except (ValueError, LookupError, TypeError, OverflowError):
        return []
    if (what, by) != ("ref.updated", "server") or plain(read.event.get("repository")) != git_dir:
        return []
    return [(when, each.old, each.new, each.ref) for each in updates_of(directory, read.event)]
