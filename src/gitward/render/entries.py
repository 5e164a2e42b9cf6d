"""Entries of the log as a table for people, as CSV and as JSON. What an event holds may be anybody's text: it is escaped."""

from __future__ import annotations

import json
from itertools import chain, islice

from gitward.record import record
from gitward.render.escape import all_well_formed, visible
from gitward.width import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

SCHEMA = "gitward.entries/1"
FIELDS = ("seq", "received_time", "class", "outcome", "actor", "repository", "ref", "old", "new", "updates", "reason", "id")
_HEAD = ("seq", "received", "class", "outcome", "actor", "repository", "what")
_AT_MOST = (20, 19, 18, 9, 16, 20)  # columns of all but the last
_MEASURED = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@record
class Row:
    """What a table or CSV shows of an entry; every text as it came, `updates` how many there are."""

    seq: int
    received_time: str
    class_: str
    outcome: str
    actor: str
    repository: str
    ref: str
    old: str
    new: str
    updates: int
    reason: str
    id: str


def as_table(rows: Iterable[Row], width: int | None) -> Iterator[str]:
    """A line each, no wider than `width` columns; None is no limit. The first rows say how wide the columns are."""
    stream = iter(rows)
    first = [_cells(row) for row in islice(stream, _MEASURED)]
    widths = [max(columns(line[index]) for line in (_HEAD, *first)) for index in range(len(_AT_MOST))]
    if width is not None:
        widths = [min(each, most) for each, most in zip(widths, _AT_MOST, strict=True)]
    for line in chain((_HEAD,), first, map(_cells, stream)):
        fitted = [_fitted(cell, at) for cell, at in zip(line, widths, strict=False)]
        text = "  ".join((*fitted, line[-1])).rstrip()
        yield (text if width is None else cut(text, width)) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    when = row.received_time[:19].replace("T", " ")
    place = row.repository.rstrip("/").rpartition("/")[2]
    moved = f"{row.ref} {_short(row.old)}..{_short(row.new)}" if row.ref else ""
    more = f"(+{row.updates - 1})" if row.updates > 1 else ""
    what = " ".join(filter(None, (moved, more, row.reason)))
    cells = (str(row.seq), when, row.class_, row.outcome, row.actor, place, what)
    return tuple(visible(cell) for cell in cells)


def _short(oid: str) -> str:
    return oid[:7] if oid.strip("0") else "none"


def _fitted(text: str, width: int) -> str:
    text = cut(text, width)
    return text + " " * max(0, width - columns(text))


def cut(text: str, width: int) -> str:
    """The text in so many columns; what was cut shows as three points."""
    if columns(text) <= width:
        return text
    text = text[:width]
    while text and columns(text) > width - 3:
        text = text[:-1]
    return text + "..."


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    """RFC 4180, line ends LF, a header first."""
    yield ",".join(FIELDS) + "\n"
    for row in rows:
        values = (row.seq, row.received_time, row.class_, row.outcome, row.actor, row.repository, row.ref, row.old, row.new,
                  row.updates, row.reason, row.id)  # fmt: skip
        yield ",".join(cell(str(value)) for value in values) + "\n"


def cell(text: str) -> str:
    """A field of CSV. What a spreadsheet would take for a formula has an apostrophe before it."""
    if text.startswith(_FORMULA):
        text = "'" + text
    return '"' + visible(text).replace('"', '""') + '"' if text and not text.isalnum() else text


def as_json(entries: Iterable[Mapping[str, Any]], head: Mapping[str, Any], more: list[int]) -> Iterator[str]:
    """One object, entry by entry, in ASCII: what `head` says, `entries`, and where to go on, None at the end.

    `more` is read last: it holds the seq after which there is more, or nothing.
    """
    yield json.dumps({"schema": SCHEMA, **head}, indent=2)[:-2] + ',\n  "entries": ['
    between = "\n    "
    for entry in entries:
        yield between + dumps(entry)
        between = ",\n    "
    yield f'\n  ],\n  "more": {json.dumps({"after": more[0]} if more else None)}\n}}\n'


def dumps(value: Any, indent: int | None = None) -> str:
    """ASCII JSON. Half of a surrogate pair, which no JSON may hold, is written as text."""
    return json.dumps(all_well_formed(value), indent=indent)
