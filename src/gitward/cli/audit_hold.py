"""`gitward audit hold`: entries that no pruning may take."""

from __future__ import annotations

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG


@click.command(epilog="exit codes: 0 recorded, 2 usage, or there is no such hold, 3 it cannot be recorded here")
@LOG
@click.option("--from", "first", metavar="SEQ", type=click.IntRange(0), required=True, help="The first entry that is held.")
@click.option("--to", "last", metavar="SEQ", type=click.IntRange(0), required=True, help="The last one.")
@click.option("--reason", metavar="TEXT", default="", help="Why; it stands in the log. Not the name of a person.")
@click.option("--release", is_flag=True, help="Let go of the hold on exactly this range.")
def hold(directory: str, first: int, last: int, reason: str, *, release: bool) -> int:
    """Keep entries from being pruned, as for a case or an audit, until the hold is released. Both stand in the log.

    \b
    examples:
      gitward audit hold --log /var/lib/gitward --from 4000 --to 9000 --reason 'case 2026-17'
      gitward audit hold --log /var/lib/gitward --from 4000 --to 9000 --release --reason 'case closed'
    """
    from gitward.audit.pruning import holds

    seq = (holds.release if release else holds.place)(directory, first, last, reason)
    out.write(f"{'released' if release else 'held'}: entries {first} to {last}, as entry {seq} says\n")
    return 0
