"""`gitward audit list`: which entries of a log fit."""

from __future__ import annotations

import shutil
import sys

import click

from gitward.cli import output as out
from gitward.cli.audit import INDEX, LOG
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.audit.index.query import Query
    from gitward.audit.index.reading import Found, Index

_PAGE = 50
_MANY: dict[str, Any] = {"multiple": True, "metavar": "WORD"}


@click.command("list", epilog="exit codes: 0 listed, nothing found too, 2 usage, 3 the log or its index cannot be read")
@LOG
@click.option("--actor", **_MANY, help="Who: a principal, or the name by which somebody is shown. Capitals do not matter.")
@click.option("--repo", **{**_MANY, "metavar": "R"}, help="Where: a path, or the end of one, such as app or group/app.git.")
@click.option("--ref", **{**_MANY, "metavar": "GLOB"}, help="As policies name refs: * within a part, ** across, ! takes out.")
@click.option("--entry", **{**_MANY, "metavar": "ID[=OUTCOME]"}, help="Judged by this entry of a policy, with this outcome.")
@click.option("--outcome", **_MANY, help="allowed, denied, undecided; done of what is no decision.")
@click.option("--class", "class_", **_MANY, help="The class of the event: decision.receive, ref.updated, or a family: log.")
@click.option("--since", metavar="TIME", default="", help="Received then or later: 2026-01-31, an RFC 3339 time, '2 days'.")
@click.option("--until", metavar="TIME", default="", help="Received before; of a day, that day still counts.")
@click.option("--ticket", **_MANY, help="About this ticket.")
@click.option("--oid", **{**_MANY, "metavar": "OID"}, help="About this object; 7 digits or more.")
@click.option("--text", **_MANY, help="These words stand in it; beginnings of words do.")
@click.option("--reason", **_MANY, help="With this reason code: timeout, signed-commit, ...")
@click.option("--key", **_MANY, help="By somebody who came with this key's fingerprint.")
@click.option("--id", **_MANY, help="The event with this id: a decision's is in its report.")
@click.option("--limit", metavar="N", type=click.IntRange(0), default=_PAGE, show_default=True, help="At most so many; 0: all.")
@click.option("--after", metavar="SEQ", type=click.IntRange(0), default=None, help="Go on behind this entry.")
@click.option("--oldest-first", is_flag=True, help="In the order of the log. Default: newest first.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.option("--output", metavar="F", default="", help="Write the report to this file.")
@INDEX
def listing(directory: str, limit: int, after: int | None, form: str, output: str, path: str, since: str, until: str, *,
            oldest_first: bool, **filters: tuple[str, ...]) -> int:  # fmt: skip
    """List the entries of a log that fit: newest first, personal values joined.

    An option that stands more than once is fulfilled by any of its values; different options must all be. What is shown is what
    the log holds; whether that holds, `gitward audit verify` says. This reading is an entry of the log itself.

    \b
    examples:
      gitward audit list --log /var/lib/gitward --outcome denied --since '2 days'
      gitward audit list --log /var/lib/gitward --repo app --ref 'refs/heads/release/**' --actor ann
      gitward audit list --log /var/lib/gitward --entry change-ticket=violated --format csv --limit 0 --output q3.csv
      gitward audit list --log /var/lib/gitward --oid 1a2b3c4 --format json
    """
    import time

    from gitward.audit import access
    from gitward.audit.index import reading
    from gitward.audit.index.asked import Asked, query_of, words_of

    asked = Asked(since=since, until=until, **filters)
    query = query_of(asked, after=after, oldest_first=oldest_first, now=time.time())
    with reading.opened(directory, path) as index:
        page = _Page(directory, index, query, limit)
        if why := access.record_reading(directory, "list", words_of(asked)):
            out.say(visible(f"note: this reading is not recorded in the log: {why}"))
        out.writing(page.report(form, None if output else _width()), output)
    for line in page.end():
        if form == "table" and not output:
            out.write(line + "\n")
        else:
            out.say(line)
    return 0


class _Page:
    """The entries that are shown; `last` is the last of them where there are more."""

    def __init__(self, directory: str, index: Index, query: Query, limit: int) -> None:
        self._directory, self._index, self._query, self._limit = directory, index, query, limit
        self._shown = 0
        self._last: list[int] = []

    def _found(self) -> Iterator[Found]:
        before = -1
        for seq in self._index.seqs(self._query):
            if self._limit and self._shown == self._limit:
                self._last.append(before)
                return
            if found := self._index.entry(seq):
                self._shown, before = self._shown + 1, seq
                yield found

    def report(self, form: str, width: int | None) -> Iterator[str]:
        from gitward.audit import folder
        from gitward.audit.index import shown
        from gitward.render import entries

        if form == "json":
            head = {"log": folder.about(self._directory).origin, "size": self._index.size(),
                    "order": "oldest-first" if self._query.oldest_first else "newest-first"}  # fmt: skip
            return entries.as_json(map(shown.document, self._found()), head, self._last)
        rows = (shown.row(self._directory, found) for found in self._found())
        return entries.as_csv(rows) if form == "csv" else entries.as_table(rows, width)

    def end(self) -> list[str]:
        """What the reader must know beside the entries."""
        if self._last:
            older = "newer" if self._query.oldest_first else "older"
            return [f"{self._shown} entries; {older} ones: the same command with --after {self._last[0]}"]
        return [] if self._shown else [f"no entry {'after that one ' * (self._query.after is not None)}fits"]


def _width() -> int | None:
    """The terminal's, None where stdout is none."""
    try:
        return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    except (AttributeError, ValueError):
        return None
