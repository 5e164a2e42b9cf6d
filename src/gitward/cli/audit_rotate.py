"""`gitward audit rotate`: give a log a new key."""

from __future__ import annotations

import click

from gitward.cli.audit import LOG


@click.command(epilog="exit codes: 0 the log has a new key, 3 it has not")
@LOG
def rotate(directory: str) -> int:
    """Give the log a new signing key. The old one signs for it, in the log, and then is gone from the folder.

    Nobody has to be told: whoever verifies the log by its first key finds the new one in it. Printed is the new public key.
    For a key that was stolen or lost: gitward audit recover.

    \b
    example:
      gitward audit rotate --log /var/lib/gitward
    """
    from gitward.audit.turnover import rotate as turn

    click.echo(turn(directory))
    return 0
