"""`gitward audit verify`: does the log hold, and how far."""

from __future__ import annotations

import json

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG
from gitward.cli.verifying import AGAINST, KEY, WITNESSES, own
from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.verification.report import Report


@click.command(epilog="exit codes: 0 whole as far as it is covered, 1 does not hold, 2 usage, 3 cannot verify, 4 incomplete: "
               "something is missing, nothing contradicts")  # fmt: skip
@LOG
@AGAINST
@KEY
@WITNESSES
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--record", is_flag=True, help="Append what came of it to the log: log.verified or log.verify_failed.")
def verify(directory: str, kept: tuple[str, ...], key: str, file: str, form: str, *, record: bool) -> int:
    """Verify a log, or a copy of one, offline: every line, the chain, the tree, tiles, signatures, evidence.

    Without --against only the log's own checkpoint is there, and whoever holds its key can have made that for another past. What
    no checkpoint covers is named, with the time since when: it can still be changed or cut, and nothing shows it.

    \b
    examples:
      gitward audit verify --log /var/lib/gitward --against kept-elsewhere
      gitward audit verify --log copy --against newest --key git.example.com/log+6ad4dfbc+AYWpQz... --format json
      ssh git.example.com gitward audit checkpoint --log /var/lib/gitward > newest
    """
    from gitward.audit.verification import saying
    from gitward.audit.verification.verify import verify as verified

    report = verified(directory, *own(kept, key, file))
    out.write(json.dumps(saying.as_json(report), indent=2) + "\n" if form == "json" else saying.text(report))
    if record:
        _record(directory, report)
    return report.code


def _record(directory: str, report: Report) -> None:
    """Raises GitwardError where the folder is not the log itself: a copy is never written."""
    from gitward.audit import folder
    from gitward.audit.recorder import record
    from gitward.audit.verification.happened import verified

    if not folder.is_live(directory):
        raise GitwardError(f"{directory} is the copy of a log: what came of it is not recorded", "leave --record out")
    record(directory, verified(report))
