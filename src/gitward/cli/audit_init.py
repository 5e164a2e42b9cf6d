"""`gitward audit init`: make a log."""

from __future__ import annotations

import click

from gitward.cli.audit import LOG
from gitward.errors import GitwardError
from gitward.render.escape import visible


@click.command(epilog="exit codes: 0 made, 2 no such size of a segment, 3 it cannot be made, or a log is there already")
@LOG
@click.option("--origin", metavar="NAME", default="", help="What the log is called, for ever: a host and a path, such as "
              "git.example.com/log. Default: one that no other log has.")  # fmt: skip
@click.option("--recovery", metavar="VKEY", default="", help="The public key that may replace the log's own after a theft. "
              "It cannot be named, or changed, later.")  # fmt: skip
@click.option("--segment-entries", metavar="N", type=int, default=65_536, show_default=True,
              help="How many entries a file of the log holds, before another follows it: a multiple of 256.")  # fmt: skip
def init(directory: str, origin: str, recovery: str, segment_entries: int) -> int:
    """Make a log in a folder: its key, its first entry, its first checkpoint.

    `gitward install --server` does it for --log. The line that is printed is the public key: give it to whoever verifies the log.

    \b
    example:
      gitward audit init --log /var/lib/gitward --origin git.example.com/log --recovery "$(cat recovery.pub)"
    """
    from gitward.audit import creation, folder

    if not creation.make(directory, origin, recovery=recovery, segment_entries=segment_entries):
        raise GitwardError(f"{directory} holds a log already")
    click.echo(visible(folder.about(directory).key))
    return 0
