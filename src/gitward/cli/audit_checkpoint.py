"""`gitward audit checkpoint`: sign what the log holds now."""

from __future__ import annotations

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG
from gitward.render.escape import visible


@click.command(epilog="exit codes: 0 signed, or nothing new to sign, 3 it cannot be signed here")
@LOG
@click.option("--receipts", is_flag=True, help="Write the receipts of the pushes that it covers into their repositories.")
def checkpoint(directory: str, *, receipts: bool) -> int:
    """Sign a checkpoint over all that is recorded, and print it: a signed note.

    Whoever keeps it elsewhere can prove later that nothing that it covers was changed or cut. With --receipts, whoever pushed
    can prove it too (`gitward audit mine`): run it from a timer, at least hourly, as the user who receives the pushes.

    \b
    examples:
      gitward audit checkpoint --log /var/lib/gitward | ssh auditor@example.com 'cat > newest'
      gitward audit checkpoint --log /var/lib/gitward --receipts
    """
    from gitward.audit import checkpoints

    signed = checkpoints.take(directory)
    out.write(signed)
    if receipts:
        from gitward.audit.receipts import write

        count, problems = write(directory, signed)
        out.say(f"gitward: {count} receipt{'' if count == 1 else 's'} written")
        for problem in problems:
            out.say(f"gitward: no receipts in {visible(problem)}")
    return 0
