"""SQLite files that are made from a log: brought up to date by whoever reads, and made again whenever they do not fit it.

Nothing depends on such a file. Whoever opens one holds a lock beside it, alone while it grows, with others while it is read;
so it is never seen half made, and a process that is killed leaves the file as it was. For POSIX systems only.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sqlite3
import time
from contextlib import closing, contextmanager, suppress

from gitward.audit import folder, scan
from gitward.audit.scan import Cursor
from gitward.errors import GitwardError, Undecided, UsageError
from gitward.ownfolder import cache_folder, is_ours
from gitward.record import record, values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Grow = Callable[[sqlite3.Connection, str, Cursor], Cursor]

_APPLICATION = 0x67776978  # PRAGMA application_id: "gwix"
_META = "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID"
_POLL = 0.02  # seconds


class Outdated(Exception):
    """What was kept must go: the file is made again."""


@record
class Kind:
    """What such a file holds: the statements that make it, and `grow`, which adds what the log holds after a cursor.

    `about` is what beside the log it is about. `grow` may raise Outdated, but for an empty cursor. With `outlives` it
    stays what it is when the beginning of the log is pruned.
    """

    schema: tuple[str, ...]
    grow: Grow
    about: str = ""
    outlives: bool = False


def place(directory: str, name: str) -> str:
    """Where such a file stands: in the log's folder if that is this user's own, else in the user's cache. Raises GitwardError."""
    real = os.path.realpath(directory)
    if is_ours(real) and os.access(real, os.W_OK):
        return os.path.join(real, name)
    cache = cache_folder("audit")
    with suppress(OSError):
        os.makedirs(cache or os.devnull, mode=0o700, exist_ok=True)
    if not is_ours(cache):
        raise GitwardError("there is no folder of this user's own for the index of the log", "name a file with --index")
    return os.path.join(cache, f"{hashlib.sha256(os.fsencode(real)).hexdigest()[:24]}-{name}")


def refuse_foreign(path: str) -> None:
    """Raises UsageError for a file, named by somebody, that gitward did not make: it would be thrown away."""
    with suppress(FileNotFoundError), open(path, "rb") as file:
        head = file.read(72)
        if head and (head[:16] != b"SQLite format 3\0" or head[68:72] != _APPLICATION.to_bytes(4, "big")):
            raise UsageError(f"{path} is no index of gitward's", "name another file, or remove this one")


@contextmanager
def opened(directory: str, path: str, kind: Kind, patience: float | None = None) -> Iterator[sqlite3.Connection]:
    """The file at `path`, up to date with the log, to read from. Raises GitwardError, OSError.

    With `patience`, in seconds, Undecided where others hold it for longer.
    """
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _acquire(lock, patience)
        if not _has_grown(directory, path, kind):
            _make(directory, path, kind)
        fcntl.flock(lock, fcntl.LOCK_SH)  # what another does in between leaves it up to date too
        with closing(_connected(path)) as base:
            base.execute("PRAGMA query_only = 1")
            yield base
    except sqlite3.Error as problem:
        raise GitwardError(f"the index {path} cannot be used: {problem}", "remove it: it is made again") from None
    finally:
        os.close(lock)


def discard(path: str) -> None:
    """Take away such a file, when nobody uses it any more; it is made again. Raises OSError."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _unlink(path)
    finally:
        os.close(lock)


def _unlink(path: str) -> None:
    for name in (path, f"{path}-journal"):  # in this order: a journal must never meet another base
        with suppress(FileNotFoundError):
            os.unlink(name)


def cursor_of(base: sqlite3.Connection) -> Cursor:
    """How far a file has got. Raises ValueError, TypeError, sqlite3.Error."""
    (text,) = base.execute("SELECT value FROM meta WHERE name = 'cursor'").fetchone() or ("",)
    plain = json.loads(text)
    return Cursor(**{**plain, "segments": tuple(plain["segments"])})


def _acquire(lock: int, patience: float | None) -> None:
    if patience is None:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Undecided("the index of the log is being made", "try again", "index-busy") from None
            time.sleep(_POLL)


def _connected(path: str) -> sqlite3.Connection:
    name = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")  # https://www.sqlite.org/uri.html
    base = sqlite3.connect(f"file:{name}?mode=rw", uri=True, isolation_level=None)
    base.execute("PRAGMA trusted_schema = OFF")
    base.execute("PRAGMA cell_size_check = ON")
    return base


def _has_grown(directory: str, path: str, kind: Kind) -> bool:
    """Bring the file up to date; False where it does not fit the log, or is none."""
    try:
        with closing(_connected(path)) as base:
            if not _fits(base, directory, kind) or not scan.is_at(directory, before := cursor_of(base), pruned=kind.outlives):
                return False
            if scan.has_more(directory, before):
                base.execute("PRAGMA synchronous = NORMAL")
                base.execute("BEGIN IMMEDIATE")
                _keep(base, "cursor", json.dumps(values(kind.grow(base, directory, before))))
                base.execute("COMMIT")
            return True
    except (sqlite3.Error, ValueError, TypeError, LookupError, Outdated):
        return False


def _fits(base: sqlite3.Connection, directory: str, kind: Kind) -> bool:
    made = [sql for (sql,) in base.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'prose_%'")]
    said = base.execute("SELECT value FROM meta WHERE name = 'about'").fetchone()
    return sorted(made) == sorted((_META, *kind.schema)) and said == (_about(directory, kind),)


def _about(directory: str, kind: Kind) -> str:
    about = folder.about(directory)
    return f"{about.origin}\n{about.key}\n{kind.about}"


def _make(directory: str, path: str, kind: Kind) -> None:
    draft = f"{path}.new"
    with suppress(FileNotFoundError):
        os.unlink(draft)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    try:
        with closing(_connected(draft)) as base:
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536", f"application_id = {_APPLICATION}"):
                base.execute(f"PRAGMA {pragma}")
            base.execute("BEGIN")
            for statement in (_META, *kind.schema):
                base.execute(statement)
            _keep(base, "about", _about(directory, kind))
            _keep(base, "cursor", json.dumps(values(kind.grow(base, directory, Cursor()))))
            base.execute("COMMIT")
        file = os.open(draft, os.O_RDONLY | os.O_CLOEXEC)
        os.fsync(file)
        os.close(file)
        _unlink(path)
        os.replace(draft, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(draft)


def _keep(base: sqlite3.Connection, name: str, value: str) -> None:
    base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
