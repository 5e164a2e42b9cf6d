"""`gitward audit watch`: a repository on a host where no hook of ours runs."""

from __future__ import annotations

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG
from gitward.render.escape import visible


@click.command(epilog="exit codes: 0 looked at, and recorded where anything moved, 3 the remote or the log cannot be used")
@click.argument("remote")
@LOG
def watch(remote: str, directory: str) -> int:
    """Ask a remote for its refs, and record what moved since the last time.

    For a repository on a hosted forge, by a timer. It sees that a ref moved, not who moved it, and nothing of what came and went
    between two looks: the entries say `observed`.

    \b
    example:
      gitward audit watch https://git.example.com/team/app.git --log /var/lib/gitward
    """
    from gitward.audit import recorder
    from gitward.review.watching import look

    found = look(directory, remote)
    if not found.moved and not found.is_first:
        out.write(visible(f"nothing moved: {found.name}, {found.count} refs") + "\n")
        return 0
    seq = recorder.record(directory, found.item())
    for ref, before, now in found.moved[:20]:
        out.write(visible(f"{ref} {(before or 'nothing')[:12]} -> {(now or 'nothing')[:12]}") + "\n")
    if len(found.moved) > 20:
        out.write(f"and {len(found.moved) - 20} more\n")
    out.write(visible(f"recorded as entry {seq}: {found.name}, {len(found.moved)} of {found.count} refs") + "\n")
    return 0
