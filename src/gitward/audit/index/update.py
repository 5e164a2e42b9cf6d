"""From the lines of a log to the rows of its index."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import datetime
from functools import cache
from itertools import islice

from gitward.audit import entry, folder, scan
from gitward.audit.derived import Kind, Outdated
from gitward.audit.index import terms as t
from gitward.audit.personal import LONGEST, Value, joined
from gitward.record import record, replace
from gitward.regularfile import opened
from gitward.tlog.tree import leaf_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.audit.scan import Cursor, Line

_TABLES = (
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, segment INTEGER, start INTEGER, length INTEGER, received INTEGER, leaf BLOB)",
    "CREATE INDEX event_received ON event (received)",
    "CREATE TABLE word (id INTEGER PRIMARY KEY, kind INTEGER, text BLOB, UNIQUE (kind, text))",
    "CREATE TABLE mention (word INTEGER, seq INTEGER, PRIMARY KEY (word, seq)) WITHOUT ROWID",
    "CREATE TABLE object (oid BLOB, seq INTEGER, PRIMARY KEY (oid, seq)) WITHOUT ROWID",
    "CREATE TABLE personal (seq INTEGER PRIMARY KEY, joined TEXT)",
)
_PROSE = "CREATE VIRTUAL TABLE prose USING fts5(text, content='', columnsize=0, detail=none, tokenize='ascii')"
_AT_ONCE = 5_000  # lines
_WORDS_KEPT = 200_000


def kind() -> Kind:
    """The index as an SQLite file that is made from a log."""
    return Kind(schema=(*_TABLES, *((_PROSE,) if has_text_search() else ())), grow=grow)


@cache
def has_text_search() -> bool:
    """Whether this SQLite has FTS5; without it texts are searched in the lines."""
    base = sqlite3.connect(":memory:")
    try:
        base.execute(_PROSE)
    except sqlite3.Error:
        return False
    finally:
        base.close()
    return True


def grow(base: sqlite3.Connection, directory: str, cursor: Cursor) -> Cursor:
    """Add the lines after the cursor, and return the cursor behind them. Raises OSError, sqlite3.Error, Outdated."""
    words = _Words(base)
    personal = _Personal(directory, cursor)
    is_new = not cursor.segments
    stream = scan.lines_after(directory, cursor)
    while batch := list(islice(stream, _AT_ONCE)):
        rows = _Rows(directory)
        for line in batch:
            rows.add(line, personal)
        if rows.erased and not is_new:
            raise Outdated
        rows.write(base, words)
        cursor = scan.behind(cursor, batch)
    return replace(cursor, personal=personal.used)


@record
class Parsed:
    """What a line holds, `received` in microseconds since 1970; `event` None where it is no entry, or not of this place."""

    event: dict[str, Any] | None
    received: int | None


class _Rows:
    """The rows of one batch of lines, sorted when they are written: neighbours in a table are written together."""

    def __init__(self, directory: str) -> None:
        self.directory, self.erased = directory, False
        self.events: list[tuple[Any, ...]] = []
        self.words: list[tuple[t.Word, int]] = []
        self.objects: list[tuple[bytes, int]] = []
        self.prose: list[tuple[int, str]] = []
        self.personal: list[tuple[int, str]] = []

    def add(self, line: Line, personal: _Personal) -> None:
        seq, segment, start, text = line
        if text is None:
            return
        read = parsed(text, seq)
        self.events.append((seq, segment, start, len(text), read.received, leaf_hash(text)))
        if read.event is None:
            return
        self.erased = self.erased or _is_erasure(read.event)
        event = read.event
        if values := personal.of(segment, event.get("id"), text):
            self.personal.append((seq, json.dumps([[each.path, each.salt, each.value] for each in values])))
            event = joined(event, values)
        found = t.terms(self.directory, event)
        self.words += [(word, seq) for word in found.words]
        self.objects += [(oid, seq) for oid in found.oids]
        self.prose.append((seq, " ".join(found.tokens)))

    def write(self, base: sqlite3.Connection, words: _Words) -> None:
        base.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", self.events)
        base.executemany("INSERT INTO mention VALUES (?, ?)", sorted((words.id(word), seq) for word, seq in self.words))
        base.executemany("INSERT INTO object VALUES (?, ?)", sorted(self.objects))
        base.executemany("INSERT INTO personal VALUES (?, ?)", self.personal)
        if has_text_search():
            base.executemany("INSERT INTO prose (rowid, text) VALUES (?, ?)", self.prose)


def parsed(line: bytes, seq: int) -> Parsed:
    try:
        read = entry.read(line)
        received = int(datetime.fromisoformat(read.received_time).timestamp() * 1_000_000)
        return Parsed(event=read.event if read.seq == seq else None, received=received)
    except (ValueError, OverflowError):
        return Parsed(event=None, received=None)


def _is_erasure(event: dict[str, Any]) -> bool:
    what = event.get("event")
    return isinstance(what, dict) and what.get("class") == "log.erased"


class _Words:
    """The ids of words, made as they come; the words of a large log need not fit into memory."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        self._known: dict[t.Word, int] = {}

    def id(self, word: t.Word) -> int:
        if word[0] in t.RARE:
            return t.key_of(*word)
        if word not in self._known:
            if len(self._known) >= _WORDS_KEPT:
                self._known.clear()
            self._base.execute("INSERT OR IGNORE INTO word (kind, text) VALUES (?, ?)", word)
            (self._known[word],) = self._base.execute("SELECT id FROM word WHERE kind = ? AND text = ?", word).fetchone()
        return self._known[word]


class _Personal:
    """The personal values of the events that are read, segment by segment. `used` is the offset behind the last that was."""

    def __init__(self, directory: str, cursor: Cursor) -> None:
        self._directory = directory
        self._segment, self.used = (cursor.segments or (-1,))[-1], cursor.personal
        self._values: dict[str, tuple[int, tuple[Value, ...]]] = {}
        self._read = -1  # how large the side table was

    def of(self, segment: int, event_id: Any, line: bytes) -> tuple[Value, ...]:
        """The values behind the commitments of an event; nothing where they were erased."""
        if b'"commitment"' not in line or not isinstance(event_id, str):
            return ()
        if segment != self._segment:
            self._segment, self.used, self._read = segment, 0, -1
        if (self._read < 0 or event_id not in self._values) and (size := self._size()) != self._read:
            found = personal_after(self._directory, segment, self.used)
            self._values, self._read = {name: (end, values) for name, end, values in found}, size
        end, values = self._values.get(event_id, (0, ()))
        self.used = max(self.used, end)
        return values

    def _size(self) -> int:
        try:
            return os.stat(folder.personal_path(self._directory, self._segment)).st_size
        except FileNotFoundError:
            return 0


def personal_after(directory: str, segment: int, offset: int) -> Iterator[tuple[str, int, tuple[Value, ...]]]:
    """The lines of a segment's side table from an offset on (audit.personal): event id, end of the line, values.

    What a torn write left is passed over; the next line begins inside it, since nothing closed it. Raises OSError.
    """
    try:
        file = opened(folder.personal_path(directory, segment), LONGEST)
    except FileNotFoundError:
        return
    with file:
        file.seek(offset)
        while line := file.readline(LONGEST):
            offset += len(line)
            try:
                plain = json.loads(line[max(line.rfind(b'{"id":"'), 0) :])
                values = tuple(Value(path=path, salt=salt, value=value) for path, salt, value in plain["values"])
                yield str(plain["id"]), offset, values
            except (ValueError, LookupError, TypeError, RecursionError):
                continue
