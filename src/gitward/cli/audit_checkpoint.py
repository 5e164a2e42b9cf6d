"""`gitward audit checkpoint`: sign what the log holds now."""

from __future__ import annotations

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG


@click.command(epilog="exit codes: 0 signed, or nothing new to sign, 3 it cannot be signed here")
@LOG
def checkpoint(directory: str) -> int:
    """Sign a checkpoint over all that is recorded, and print it: a signed note.

    Whoever keeps it elsewhere can prove later that nothing that it covers was changed or cut.

    \b
    example:
      gitward audit checkpoint --log /var/lib/gitward | ssh auditor@example.com 'cat > newest'
    """
    from gitward.audit import checkpoints

    out.write(checkpoints.take(directory))
    return 0
