"""Where the refs of a repository stood last, by the log, and when each object first came as the value of one.

A ref that was deleted and is made again has a past.
Kept in an SQLite file made from the log, one for each repository (audit.derived), and brought up to date by whoever asks. Only
`ref.updated` of the repository's own hook counts: what happened before the log's first entry about it, or past every hook, nobody
knows. Of statements and archives, which come and go by themselves, it is not kept where their refs stood.
"""

from __future__ import annotations

import hashlib
import os
from itertools import islice

from gitward.audit.moves import AT_ONCE, moves_in, needle_of
from gitward.canonical import canonical, text
from gitward.errors import GitwardError, Undecided
from gitward.integrity import OWN_REFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

    from gitward.audit.scan import Cursor

_SCHEMA = (
    "CREATE TABLE tip (ref BLOB PRIMARY KEY, oid TEXT) WITHOUT ROWID",
    "CREATE TABLE came (oid BLOB PRIMARY KEY, time INTEGER) WITHOUT ROWID",
)
_PATIENCE = 10.0  # seconds that a hook waits for another process


class LastTips:
    """Where refs stood last, read when it is asked. `target` is a log's folder or `unix:PATH`; `git_dir` as FirstSeen's."""

    def __init__(self, target: str, git_dir: str) -> None:
        self.target, self.git_dir = target, git_dir

    def __call__(self, refs: Sequence[str]) -> dict[str, str]:
        """Those of these refs that the log knows, each with the oid that it had last. Raises Undecided where it cannot say."""
        from gitward.audit.recorder import socket_of

        git_dir, found = os.path.realpath(self.git_dir), {}
        path = socket_of(self.target)
        for start in range(0, len(refs), AT_ONCE):
            asked = refs[start : start + AT_ONCE]
            found.update(_told(path, git_dir, asked) if path else last_tips(self.target, git_dir, asked))
        return found


def last_tips(directory: str, git_dir: str, refs: Sequence[str]) -> dict[str, str]:
    """The same from the log's folder, of a repository by its path in the log."""
    rows = _read(directory, git_dir, "SELECT oid FROM tip WHERE ref = ?", [os.fsencode(ref) for ref in refs])
    return {ref: str(row) for ref, row in zip(refs, rows, strict=True) if row is not None}


def came(directory: str, git_dir: str, oids: Sequence[str]) -> list[int]:
    """When the log took in the first update that gave a ref each of these values; 0 where it knows of none."""
    rows = _read(directory, git_dir, "SELECT time FROM came WHERE oid = ?", [bytes.fromhex(oid) for oid in oids])
    return [int(row or 0) for row in rows]


def _read(directory: str, git_dir: str, question: str, keys: Sequence[bytes]) -> list[Any]:
    """For each key what the one column of the row says, None without a row."""
    import sqlite3

    from gitward.audit import derived

    def grow(base: sqlite3.Connection, log: str, cursor: Cursor) -> Cursor:
        return _grow(base, log, git_dir, cursor)

    name = f"tips-{hashlib.sha256(os.fsencode(git_dir)).hexdigest()[:24]}.sqlite"
    kind = derived.Kind(schema=_SCHEMA, grow=grow, about=git_dir.encode("utf-8", "backslashreplace").decode(), outlives=True)
    try:
        with derived.opened(directory, derived.place(directory, name), kind, _PATIENCE) as base:
            return [(base.execute(question, (key,)).fetchone() or (None,))[0] for key in keys]
    except (GitwardError, OSError, sqlite3.Error) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "its index cannot be used"  # who pushes is told no path
        fix = "push again; the administrator removes tips-*.sqlite beside the log: it is made again"
        raise Undecided(f"the log cannot say where the ref stood before: {why}", fix, "no-last-tips") from None


def _told(path: str, git_dir: str, refs: Sequence[str]) -> dict[str, str]:
    from gitward.audit.daemon import client

    said = client.ask(path, "tips", os.fsencode(git_dir), canonical([text(ref) for ref in refs]))
    return {ref: oid for ref, oid in zip(refs, said, strict=True) if oid}


def _grow(base: sqlite3.Connection, directory: str, git_dir: str, cursor: Cursor) -> Cursor:
    from gitward.audit import scan
    from gitward.audit.index.terms import OID

    needle = needle_of(git_dir)
    lines = scan.lines_after(directory, cursor)
    while batch := list(islice(lines, AT_ONCE)):
        for _, _, _, line in batch:
            for when, old, new, ref in moves_in(directory, line, needle, git_dir):
                if OID.fullmatch(new) and new.strip("0"):
                    base.execute("INSERT OR IGNORE INTO came VALUES (?, ?)", (bytes.fromhex(new), when))
                last = new if new.strip("0") else old
                if last.strip("0") and not ref.startswith(OWN_REFS):
                    base.execute("INSERT OR REPLACE INTO tip VALUES (?, ?)", (os.fsencode(ref), last))
        cursor = scan.behind(cursor, batch)
    return cursor
