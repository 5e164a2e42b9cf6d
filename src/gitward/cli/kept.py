"""What commands say of the statements that they have made, and `--push`."""

from __future__ import annotations

import click

from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.statements.keeping import Place


def waiting(words: str) -> None:
    """Say for what a command waits."""
    click.echo(words, err=True)


def told(refs: Sequence[str], verb: str, at: Place, *, push: bool) -> int:
    """Name them, and send them or say how. Raises GitwardError where they could not be sent."""
    from gitward.statements import keeping

    for ref in refs:
        click.echo(f"{verb}: {visible(ref)}")
    if push:
        keeping.send(at, refs)
        click.echo(f"sent to {visible(at.remote)}")
    else:
        click.echo(f"send it: {visible(keeping.command(at, refs))}")
    return 0
