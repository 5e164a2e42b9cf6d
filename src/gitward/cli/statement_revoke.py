"""`gitward statement revoke`: take back what one has signed, of whatever kind."""

from __future__ import annotations

import click

from gitward.cli.policy_source import REPO
from gitward.cli.statement import KEY, PUSH, REMOTE, URL
from gitward.errors import UsageError


@click.command(epilog="exit codes: 0 done, 2 usage, 3 there is none of that id, or it cannot be signed, kept or sent")
@click.argument("identity", metavar="ID")
@click.option("--reason", metavar="TEXT", default="", help="Why; everybody sees it.")
@KEY
@PUSH
@REMOTE
@URL
@REPO
def revoke(identity: str, reason: str, key: str, remote: str, url: str, repo: str, *, push: bool) -> int:
    """Sign that a statement counts no more: ID, or four digits and more of how it begins, that stands here or in the archive.

    A revocation counts where it is signed by somebody who signed the statement; a waiver can also be taken back by who may
    waive the same. It cannot be taken back itself.

    \b
    examples:
      gitward statement revoke 3f2a9c --reason 'the runner was broken' --push
    """
    from gitward.cli.kept import told, waiting
    from gitward.repository import open_repository
    from gitward.statements import keeping

    if not reason.strip():
        raise UsageError("--reason is missing", "say why: it is shown to everybody who wonders")
    with open_repository(repo) as repository:
        at = keeping.place(repository, repo, remote, url, key, waiting)
    return told((keeping.revoke(at, identity, reason),), "revoked", at, push=push)
