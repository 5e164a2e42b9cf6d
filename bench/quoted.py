"""The tables that the README quotes are those of the last run: a new measurement replaces the old one there as well."""

from __future__ import annotations

import re

START, END = "\n## Figures\n", "\n## "
TABLE = re.compile(r"^\|.*\|\n\|(?:---\|)+\n(?:\|.*\|\n)+", re.MULTILINE)


def quoted(readme: str, measured: str) -> str:
    """The README with each table of its figures that `measured` has under the same head as the new run gave it."""
    before, start, rest = readme.partition(START)
    figures, end, after = rest.partition(END)
    new = {_head(table): table for table in TABLE.findall(measured)}
    return before + start + TABLE.sub(lambda found: new.get(_head(found[0]), found[0]), figures) + end + after


def _head(table: str) -> str:
    return table.partition("\n")[0]
