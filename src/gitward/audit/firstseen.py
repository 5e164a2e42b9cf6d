"""When a server first saw an object: when the log took in the first `ref.updated` whose new tip reaches it.

The times of a repository are kept in an SQLite file made from the log, one for each repository (audit.derived): a few new lines
and one walk over the new commits bring it up to date. What an object was before the log's first entry about the repository
nobody knows: it was seen then at the latest. A tip that is gone from the repository brought nothing that can be known.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from itertools import islice

from gitward.audit.moves import AT_ONCE, moves_in, needle_of
from gitward.errors import GitwardError, Undecided
from gitward.integrity import STATEMENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from typing import Any

    from gitward.audit.moves import Move
    from gitward.audit.scan import Cursor

_SCHEMA = (
    "CREATE TABLE seen (oid BLOB PRIMARY KEY, time INTEGER) WITHOUT ROWID",
    "CREATE TABLE tip (number INTEGER PRIMARY KEY, oid BLOB)",
)
_TIPS = 100  # that are kept, to say to git where known history begins
_PATIENCE = 2.0  # seconds that a hook waits for another process


class FirstSeen(Mapping[str, int]):
    """Oid to seconds since 1970, read when it is first asked for. `git_dir` is the repository, by its path in the log.

    Unless `needed`, an object of which nobody can say when it was seen, for whatever reason, is not there. With `needed` a log
    that cannot say is an error: asking raises Undecided.
    """

    def __init__(self, directory: str, git_dir: str, *, needed: bool = False) -> None:
        self.directory, self.git_dir, self.needed = directory, git_dir, needed
        self._kept: tuple[int, sqlite3.Connection] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.directory, self.git_dir, self.needed)

    def __getitem__(self, oid: str) -> int:
        try:
            name = bytes.fromhex(oid)
        except ValueError:
            name = b""
        row = self._base().execute("SELECT time FROM seen WHERE oid = ?", (name,)).fetchone() if name else None
        if row is None:
            raise KeyError(oid)
        return int(row[0])

    def __iter__(self) -> Iterator[str]:
        return (bytes(oid).hex() for (oid,) in self._base().execute("SELECT oid FROM seen ORDER BY oid"))

    def __len__(self) -> int:
        return int(self._base().execute("SELECT count(*) FROM seen").fetchone()[0])

    def _base(self) -> sqlite3.Connection:
        """The times in this process's own memory: whoever waits to write them need not wait for this decision."""
        if self._kept is None or self._kept[0] != os.getpid():
            self._kept = (os.getpid(), self._read())
        return self._kept[1]

    def _read(self) -> sqlite3.Connection:
        import sqlite3

        memory = sqlite3.connect(":memory:")
        try:
            _fill(memory, self.directory, os.path.realpath(self.git_dir), None if self.needed else _PATIENCE)
        except (GitwardError, OSError, sqlite3.Error) as problem:
            if self.needed:
                words = f"the log cannot say when commits were first seen: {problem}"
                raise Undecided(words, getattr(problem, "fix", ""), "no-first-seen") from None
            memory.executescript(f"DROP TABLE IF EXISTS seen; {_SCHEMA[0]}")
        if self.needed and not memory.execute("SELECT 1 FROM seen LIMIT 1").fetchone():
            words = f"the log has no ref update of {os.path.realpath(self.git_dir)} whose objects are there"
            raise Undecided(words, "name the repository as the server has it, or give a file of times", "no-first-seen")
        return memory


def _restored(directory: str, git_dir: str, needed: bool) -> FirstSeen:
    return FirstSeen(directory, git_dir, needed=needed)


def _fill(memory: sqlite3.Connection, directory: str, git_dir: str, patience: float | None) -> None:
    from gitward.audit import derived

    def grow(base: sqlite3.Connection, log: str, cursor: Cursor) -> Cursor:
        return _grow(base, log, git_dir, cursor)

    name = f"seen-{hashlib.sha256(os.fsencode(git_dir)).hexdigest()[:24]}.sqlite"
    kind = derived.Kind(schema=_SCHEMA, grow=grow, about=git_dir.encode("utf-8", "backslashreplace").decode(), outlives=True)
    with derived.opened(directory, derived.place(directory, name), kind, patience) as base:
        base.backup(memory)


def _grow(base: sqlite3.Connection, directory: str, git_dir: str, cursor: Cursor) -> Cursor:
    from gitward.audit import scan

    needle = needle_of(git_dir)
    found: list[Move] = []
    lines = scan.lines_after(directory, cursor)
    while batch := list(islice(lines, AT_ONCE)):
        for _, _, _, line in batch:
            found += (move for move in moves_in(directory, line, needle, git_dir) if move[2].strip("0"))
        cursor = scan.behind(cursor, batch)
    if found:
        _learn(base, git_dir, found)
    return cursor


def _learn(base: sqlite3.Connection, git_dir: str, moves: list[Move]) -> None:
    """Give to every object that these updates brought, and that was not there before, the time of the first that did."""
    from gitward.audit.index.terms import OID

    commits = _peeled(git_dir, dict.fromkeys(new for _, _, new, _ in moves))
    known = [bytes(oid).hex() for (oid,) in base.execute("SELECT oid FROM tip ORDER BY number DESC LIMIT ?", (_TIPS,))]
    known += [old for _, old, _, _ in moves if _is_known(base, old)]
    fresh = {commits[new] for _, _, new, _ in moves if new in commits and not _is_known(base, commits[new])}
    parents = _walk(git_dir, fresh, known) if fresh else {}
    for when, _, new, ref in moves:
        if new not in commits:
            if ref.startswith(STATEMENTS) and OID.fullmatch(new):
                base.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (bytes.fromhex(new), when))
            continue
        rows = [(bytes.fromhex(new), when)]
        waiting = [commits[new]]
        while waiting:
            above = parents.pop(waiting.pop(), None)  # what another tip brought before is not there any more
            if above is not None:
                rows.append((bytes.fromhex(above[0]), when))
                waiting += above[1:]
        base.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", rows)
        base.execute("INSERT INTO tip (oid) VALUES (?)", (bytes.fromhex(commits[new]),))
    base.execute("DELETE FROM tip WHERE number <= (SELECT max(number) FROM tip) - ?", (_TIPS,))


def _is_known(base: sqlite3.Connection, oid: str) -> bool:
    try:
        return base.execute("SELECT 1 FROM seen WHERE oid = ?", (bytes.fromhex(oid),)).fetchone() is not None
    except ValueError:
        return False


def _peeled(git_dir: str, tips: Mapping[str, Any] | dict[str, None]) -> dict[str, str]:
    """The commits to which tips lead; a tip that is not there, or leads to none, is left out."""
    from gitward import git
    from gitward.audit.index.terms import OID

    asked = [tip for tip in tips if OID.fullmatch(tip)]
    said = git.run(["cat-file", "--batch-check=%(objectname) %(objecttype)"], git_dir=git_dir,
                   stdin="".join(f"{tip}^{{commit}}\n" for tip in asked).encode("ascii"))  # fmt: skip
    answers = [line.split(" ") for line in said.decode("utf-8", "replace").split("\n")]
    return {tip: answer[0] for tip, answer in zip(asked, answers, strict=False) if answer[1:] == ["commit"]}


def _walk(git_dir: str, tips: set[str], known: list[str]) -> dict[str, list[str]]:
    """The commits that the tips reach and known ones do not: each with itself and its parents. Raises Undecided."""
    from gitward import git

    process = git.Process(["rev-list", "--parents", "--ignore-missing", "--stdin"], git_dir)
    try:
        process.write("".join([*(f"{tip}\n" for tip in tips), *(f"^{oid}\n" for oid in known)]).encode("ascii"), last=True)
        found = {words[0]: words for line in process.output if (words := line.decode("ascii").split())}
        if (answer := process.finish()).status:
            raise git.failure(process.args, answer)
    finally:
        process.close()
    return found
