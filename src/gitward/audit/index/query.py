"""Which entries fit a set of filters: found through the rarest word, checked by the others, in the order of their seqs.

A filter may allow several words; an entry fits it with any of them, and must fit every filter. A filter that allows very many
words (`--ref 'refs/heads/**'`) is looked up in the entries themselves, newest first: most of them fit.
"""

from __future__ import annotations

from itertools import islice

from gitward.audit.index import terms as t
from gitward.audit.index.update import has_text_search
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

COMMON = 20_000  # entries; a condition that more meet is no way to find few
_LISTED = 5_000  # words of one filter that are looked up
_EACH = 64  # words that are looked up for each entry


@record
class Filter:
    """What is asked of the words of one kind: that one is among `words`, or that it `fits`.

    `glob`, in SQLite's own language, is met by every word that fits, and where it `says_all` by no other.
    """

    kind: int
    words: frozenset[bytes] = frozenset()
    fits: Callable[[bytes], bool] | None = None
    glob: str = "*"
    says_all: bool = False

    def takes(self, word: bytes) -> bool:
        return self.fits(word) if self.fits else word in self.words


@record
class Query:
    """What is asked for. `since` and `until` are microseconds since 1970, `until` exclusive; `oids` in hex, 7 digits or more.

    `tokens` are beginnings of words (terms.tokens); all must stand in the text. `after`: only what follows that seq in the
    order asked for.
    """

    filters: tuple[Filter, ...] = ()
    oids: tuple[str, ...] = ()
    tokens: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None
    after: int | None = None
    oldest_first: bool = False


@record
class _Condition:
    """A condition on an entry `e`, as SQL: `listing` selects the seqs of all that meet it, `size` says how many, to COMMON."""

    test: str
    listing: str
    values: tuple[object, ...]
    size: int
    word: int | None = None  # the only word


def found(base: sqlite3.Connection, query: Query, looks: Callable[[int, list[Filter]], bool]) -> Iterator[int]:
    """The seqs of the entries that fit, in order. `looks` looks into an entry for filters that the index cannot answer.

    Raises sqlite3.Error.
    """
    conditions: list[_Condition] = []
    looked_for: list[Filter] = []
    for wanted in query.filters:
        ids = _ids(base, wanted)
        if not ids:
            return
        condition = _by_words(base, ids) if len(ids) <= _LISTED else None
        if condition and (len(ids) <= _EACH or condition.size < COMMON):
            conditions.append(condition)
        else:
            looked_for.append(wanted)
    conditions += [_by_oid(base, oid) for oid in query.oids]
    if query.tokens and has_text_search():
        conditions.append(_by_text(base, query.tokens))
    needs_look = bool(looked_for or (query.tokens and not has_text_search()))
    for seq in _ordered(base, conditions, query):
        if not needs_look or looks(seq, looked_for):
            yield seq


def _ids(base: sqlite3.Connection, wanted: Filter) -> list[int]:
    """The words that a filter allows, of those that the log holds; one more than are looked up where they are more."""
    if wanted.kind in t.RARE:
        return [t.key_of(wanted.kind, word) for word in wanted.words]
    if wanted.fits is None:
        rows = (base.execute("SELECT id FROM word WHERE kind = ? AND text = ?", (wanted.kind, word)).fetchone()
                for word in wanted.words)  # fmt: skip
        return [row[0] for row in rows if row]
    known = base.execute("SELECT id, text FROM word WHERE kind = ? AND CAST(text AS TEXT) GLOB ?", (wanted.kind, wanted.glob))
    return list(islice((id for id, text in known if wanted.says_all or wanted.fits(text)), _LISTED + 1))


def _by_words(base: sqlite3.Connection, ids: list[int]) -> _Condition:
    listed = ",".join(map(str, ids))  # numbers, made here
    listing = f"SELECT seq FROM mention WHERE word IN ({listed})"  # noqa: S608
    if len(ids) <= _EACH:
        test = f"EXISTS (SELECT 1 FROM mention o WHERE o.word IN ({listed}) AND o.seq = e.seq)"  # noqa: S608
    else:
        test = f"e.seq IN ({listing})"
    word = ids[0] if len(ids) == 1 else None
    return _Condition(test=test, listing=listing, values=(), size=_size(base, listing, ()), word=word)


def _by_oid(base: sqlite3.Connection, oid: str) -> _Condition:
    first, last = (bytes.fromhex(oid.ljust(64, digit)) for digit in "0f")
    listing = "SELECT seq FROM object WHERE oid >= ? AND oid <= ?"
    values = (first[: (len(oid) + 1) // 2], last)  # a shorter blob comes before a longer one that begins with it
    return _Condition(test=f"e.seq IN ({listing})", listing=listing, values=values, size=_size(base, listing, values))


def _by_text(base: sqlite3.Connection, tokens: frozenset[str]) -> _Condition:
    listing = "SELECT rowid FROM prose WHERE prose MATCH ?"
    values = (" ".join(f'"{token}"*' for token in sorted(tokens)),)  # letters and digits alone
    test = f"EXISTS ({listing} AND rowid = e.seq)"
    return _Condition(test=test, listing=listing, values=values, size=_size(base, listing, values))


def _size(base: sqlite3.Connection, listing: str, values: tuple[object, ...]) -> int:
    (size,) = base.execute(f"SELECT count(*) FROM ({listing} LIMIT {COMMON})", values).fetchone()  # noqa: S608
    return int(size)


def _ordered(base: sqlite3.Connection, conditions: list[_Condition], query: Query) -> Iterator[int]:
    """The entries that meet all conditions: through the one that fewest meet, or along a common one, or along the log."""
    conditions = sorted(conditions, key=lambda each: each.size)
    source, tests, values = "event e", [], list[object]()
    seq = "e.seq"
    if conditions and conditions[0].size < COMMON:
        tests.append(f"e.seq IN ({conditions[0].listing})")
        values += conditions.pop(0).values
    elif along := next((each for each in conditions if each.word is not None), None):
        source, seq = f"mention m CROSS JOIN event e ON e.seq = m.seq AND m.word = {along.word}", "m.seq"
        conditions.remove(along)
    bounds, limits = _bounds(base, query)
    tests += [f"{seq} {bound}" for bound in bounds]
    values += limits
    if query.since is not None or query.until is not None:
        tests.append("e.received >= ? AND e.received < ?")
        values += _times(query)
    for condition in conditions:
        tests.append(condition.test)
        values += condition.values
    order = "ASC" if query.oldest_first else "DESC"
    rows = base.execute(f"SELECT {seq} FROM {source} WHERE {' AND '.join(tests) or '1'} ORDER BY {seq} {order}", values)  # noqa: S608
    return (number for (number,) in rows)


def _bounds(base: sqlite3.Connection, query: Query) -> tuple[list[str], list[object]]:
    """Between which seqs the entries stand: by the times asked for, and by where the last page ended."""
    bounds, limits = list[str](), list[object]()
    if query.since is not None or query.until is not None:
        span = base.execute("SELECT min(seq), max(seq) FROM event WHERE received >= ? AND received < ?", _times(query)).fetchone()
        bounds, limits = [">= ?", "<= ?"], [0, -1] if span[0] is None else list(span)
    if query.after is not None:
        bounds.append("> ?" if query.oldest_first else "< ?")
        limits.append(query.after)
    return bounds, limits


def _times(query: Query) -> tuple[int, int]:
    return query.since if query.since is not None else -(1 << 62), query.until if query.until is not None else 1 << 62
