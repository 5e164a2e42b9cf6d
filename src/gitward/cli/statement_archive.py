"""`gitward statement archive`: move what stands on a server into its archive, by hand or from a timer."""

from __future__ import annotations

import os

import click

from gitward.errors import GitwardError, UsageError


@click.command(epilog="exit codes: 0 done, nothing to move too, 2 usage, or no server's repository, 3 it cannot be moved")
@click.option("--repo", metavar="P", required=True, help="The bare repository, on the server.")
def archive(repo: str) -> int:
    """Move all statements that stand as refs into refs/gitward/archive, as the hook of a server with a log does by itself.

    For a server without a log, whose refs would only grow; from a timer, as the user to whom the repository belongs. Look-ups
    read both, so nothing else changes. It may be killed, run again and run beside pushes and the hook.

    \b
    examples:
      sudo -u git gitward statement archive --repo /srv/git/shop.git
    """
    from gitward import clock, gitcommand
    from gitward.statements import archiving
    from gitward.statements.places import ARCHIVE

    if gitcommand.need(repo, "rev-parse", "--is-bare-repository") != "true":
        raise UsageError(f"{repo} is a clone: what it archives, the next fetch of a server's archive would overwrite",
                         "run it on the server: --repo /srv/git/NAME.git")  # fmt: skip
    git_dir = gitcommand.need(repo, "rev-parse", "--absolute-git-dir")
    if os.name == "posix" and os.stat(git_dir).st_uid != os.geteuid():
        raise GitwardError(f"{repo} belongs to another user, who could not change what is left there",
                           "run it as that user: sudo -u USER gitward statement archive --repo P")  # fmt: skip
    moved = archiving.archive(git_dir, clock.seconds(clock.now()))
    left = archiving.count(git_dir)
    click.echo(f"{moved} moved to {ARCHIVE}, {left} left as refs")
    return 0
