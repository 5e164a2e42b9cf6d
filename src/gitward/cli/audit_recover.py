"""`gitward audit recover`: revoke a log's key, stolen or lost, and give it a new one."""

from __future__ import annotations

import click

from gitward.cli.audit import LOG
from gitward.errors import GitwardError


@click.command(epilog="exit codes: 0 the log has a new key, 3 it has not")
@LOG
@click.option("--recovery-key", "file", metavar="FILE", required=True, help="The private key that audit init --recovery named.")
def recover(directory: str, file: str) -> int:
    """Revoke the key that is in force, stolen or lost, and put a new one in its place, both signed by the recovery key.

    From then on no checkpoint counts that the old key signs over more than the log held. Printed is the new public key. Run it
    on a machine that the thief has lost: the recovery key is read there.

    \b
    example:
      gitward audit recover --log /var/lib/gitward --recovery-key /media/safe/recovery.key
    """
    from gitward.audit.signingkey import read_private
    from gitward.audit.turnover import recover as replace

    try:
        key = read_private(file)
    except OSError as problem:
        raise GitwardError(f"{file} cannot be read: {problem.strerror}") from None
    click.echo(replace(directory, key))
    return 0
