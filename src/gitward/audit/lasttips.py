"""Where the refs of a repository stood last, by the log: a ref that was deleted and is made again has a past.

Kept in an SQLite file made from the log, one for each repository (audit.derived), and brought up to date by whoever asks. Only
`ref.updated` of the repository's own hook counts: what happened before the log's first entry about it, or past every hook, nobody
knows. Statements and archives, which come and go by themselves, are left out.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from itertools import islice

from gitward.audit.moves import AT_ONCE, moves_in, needle_of
from gitward.errors import GitwardError, Undecided
from gitward.integrity import OWN_REFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from gitward.audit.scan import Cursor

_SCHEMA = ("CREATE TABLE tip (ref BLOB PRIMARY KEY, oid TEXT) WITHOUT ROWID",)
_PATIENCE = 10.0  # seconds that a hook waits for another process


class LastTips(Mapping[str, str]):
    """Ref to the oid that it had last. Asking raises Undecided where the log cannot say. `git_dir` as FirstSeen's."""

    def __init__(self, directory: str, git_dir: str) -> None:
        self.directory, self.git_dir = directory, git_dir

    def __getitem__(self, ref: str) -> str:
        found = self._asked("SELECT oid FROM tip WHERE ref = ?", os.fsencode(ref))
        if not found:
            raise KeyError(ref)
        return found[0]

    def __iter__(self) -> Iterator[str]:
        return (os.fsdecode(ref) for ref in self._asked("SELECT ref FROM tip ORDER BY ref"))

    def __len__(self) -> int:
        return len(self._asked("SELECT oid FROM tip"))

    def _asked(self, question: str, *values: bytes) -> list[str]:
        import sqlite3

        from gitward.audit import derived

        git_dir = os.path.realpath(self.git_dir)

        def grow(base: sqlite3.Connection, log: str, cursor: Cursor) -> Cursor:
            return _grow(base, log, git_dir, cursor)

        name = f"tips-{hashlib.sha256(os.fsencode(git_dir)).hexdigest()[:24]}.sqlite"
        kind = derived.Kind(schema=_SCHEMA, grow=grow, about=git_dir.encode("utf-8", "backslashreplace").decode(), outlives=True)
        try:
            with derived.opened(self.directory, derived.place(self.directory, name), kind, _PATIENCE) as base:
                return [value for (value,) in base.execute(question, values)]
        except (GitwardError, OSError, sqlite3.Error) as problem:
            fix = getattr(problem, "fix", "") or "push again; the administrator runs gitward doctor"
            raise Undecided(f"the log cannot say where the ref stood before: {problem}", fix, "no-last-tips") from None


def _grow(base: sqlite3.Connection, directory: str, git_dir: str, cursor: Cursor) -> Cursor:
    from gitward.audit import scan

    needle = needle_of(git_dir)
    lines = scan.lines_after(directory, cursor)
    while batch := list(islice(lines, AT_ONCE)):
        for _, _, _, line in batch:
            for _, old, new, ref in moves_in(directory, line, needle, git_dir):
                last = new if new.strip("0") else old
                if last.strip("0") and not ref.startswith(OWN_REFS):
                    base.execute("INSERT OR REPLACE INTO tip VALUES (?, ?)", (os.fsencode(ref), last))
        cursor = scan.behind(cursor, batch)
    return cursor
