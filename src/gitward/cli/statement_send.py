"""`gitward statement send`: to a remote, what stands here."""

from __future__ import annotations

import click

from gitward.cli.policy_source import REPO
from gitward.cli.statement import REMOTE
from gitward.errors import GitwardError


@click.command(epilog="exit codes: 0 sent, or there was nothing to send, 2 usage, 3 there is none of that id, or it was not sent")
@click.argument("identities", metavar="[ID]...", nargs=-1)
@REMOTE
@REPO
def send(identities: tuple[str, ...], remote: str, repo: str) -> int:
    """Push statements that stand here: those named by ID, or by how that begins; without any, all that the remote does not list.

    What a server has archived already it takes again and archives again; fetch its archive first, and drop what is in there.

    \b
    examples:
      gitward statement send 3f2a9c
      gitward statement send --remote upstream
    """
    from gitward.render.escape import visible
    from gitward.repository import open_repository
    from gitward.statements import keeping

    with open_repository(repo) as repository:
        at = keeping.place(repository, repo, remote)
    refs = tuple(dict.fromkeys(_named(repo, each) for each in identities)) if identities else keeping.unsent(at)
    if refs:
        keeping.send(at, refs)
    click.echo(f"{len(refs)} sent to {visible(at.remote)}" if refs else "nothing to send")
    return 0


def _named(repo: str, identity: str) -> str:
    from gitward import gitcommand
    from gitward.statements import keeping

    found = keeping.standing(repo, identity)
    if found is None:
        raise GitwardError(f"no statement here is {identity}", "gitward statement list shows those that there are")
    if gitcommand.ask(repo, "rev-parse", "--verify", "--quiet", found[0])[0]:
        raise GitwardError(f"{found[1].id[:12]} is in the archive here: the server that it came from has it")
    return found[0]
