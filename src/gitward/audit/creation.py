"""Making a log: its key, entry 0, its first checkpoint."""

from __future__ import annotations

import os
import socket

from gitward import clock
from gitward.audit import checkpoints, folder, segment
from gitward.audit.entry import first_prev, line_of
from gitward.audit.happenings import happening
from gitward.canonical import canonical
from gitward.durable import new_file, sync_folder
from gitward.errors import GitwardError, UsageError
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.note import PrivateKey


def create(
    directory: str, origin: str, key: PrivateKey, recovery: str = "", segment_entries: int = folder.SEGMENT_ENTRIES,
) -> None:  # fmt: skip
    """Make a log in a folder that holds none: its key, entry 0, its first checkpoint. Raises GitwardError, OSError."""
    if os.path.exists(os.path.join(directory, folder.ABOUT)) or folder.segments(directory):
        raise GitwardError(f"{directory} holds a log already")
    if segment_entries < segment.BUNDLE or segment_entries % segment.BUNDLE:
        raise UsageError(f"a segment holds a multiple of {segment.BUNDLE} entries, not {segment_entries}")
    for name in (folder.PERSONAL, folder.TORN):
        os.makedirs(os.path.join(directory, name), mode=0o700, exist_ok=True)
    public = str(key.public)
    new_file(os.path.join(directory, folder.KEY), key.text().encode() + b"\n", 0o600)
    about = {"key": public, "origin": origin, "recovery": recovery, "segment_entries": segment_entries}
    new_file(os.path.join(directory, folder.ABOUT), canonical(about) + b"\n", 0o644)
    sync_folder(directory)
    event = happening("log.started", log=about | {"recovery": recovery or None})
    line = line_of(0, first_prev(origin, public), clock.now(), event)
    new_file(folder.segment_path(directory, 0), line + b"\n", 0o640)
    folder.mark_live(directory)
    sync_folder(directory)
    checkpoints.take(directory)


def make(
    directory: str, origin: str = "", owner: tuple[int, int] | None = None, recovery: str = "",
    segment_entries: int = folder.SEGMENT_ENTRIES,
) -> bool:  # fmt: skip
    """A log with a key of its own in this folder, made if need be; False where a log stands there. Raises GitwardError, OSError.

    A copy of a log, or one that was not made to its end, is refused. `owner`, user and group, gets what a root makes. Without
    an origin it is `HOST/gitward/ULID`: no two logs may share one. `recovery` is the public key that may replace the log's.
    """
    if os.path.exists(os.path.join(directory, folder.ABOUT)):
        if not folder.is_live(directory):
            raise GitwardError(f"{directory} holds the copy of a log, or one that was not made to its end", "use another folder")
        return False
    os.makedirs(directory, mode=0o700, exist_ok=True)
    name = origin or f"{socket.gethostname()}/gitward/{clock.new_id().lower()}"
    vouched = recovery and str(note.public_key(recovery))
    create(directory, name, note.new_key(name), vouched, segment_entries=segment_entries)
    if owner and os.geteuid() == 0 and owner[0] != 0:
        for path, names, files in os.walk(directory):
            for each in (path, *(os.path.join(path, name) for name in (*names, *files))):
                os.chown(each, *owner)
    return True
