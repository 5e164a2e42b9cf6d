"""`gitward audit mine`: what proves that the server recorded my pushes."""

from __future__ import annotations

import click

from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.receipts import Settled

WORDS = {"missing": "error: missing", "false": "error: does not hold", "waiting": "warning: waiting"}


@click.command(
    name="mine",
    epilog="exit codes: 0 nothing is missing, 1 a receipt does not hold, or is missing after an hour, 2 usage, "
    "3 the remote cannot be asked",
)
@click.option("--repo", metavar="P", default=".", help="The clone. Default: where you are.")
@click.option("--remote", metavar="NAME", default="", help="Default: what git config gitward.receipts names, or origin.")
@click.option("--key", metavar="FILE|KEY", default="", help="The log's public key. Default: git config gitward.logKey.")
def command(repo: str, remote: str, key: str) -> int:
    """Look for the server's receipts of what was pushed from this clone, and verify them.

    A receipt holds the line of the log about the decision, the lines about what git did with it, and the proof that they
    are in the log. The remote writes it after its next checkpoint. Those that hold are kept in .git/gitward/receipts.

    \b
    examples:
      git config gitward.logKey git.example.com/log+1b2c3d4e+AbC...   once, from whoever runs the server
      gitward audit mine
    """
    return mine(repo, remote, key)


def mine(repo: str, remote: str, key: str) -> int:
    """Settle what waits for a receipt, say it, and return the exit code. Raises GitwardError."""
    from gitward import gitcommand
    from gitward.adapters.pushed import public_key
    from gitward.adapters.receipts import settle
    from gitward.tlog import note

    config = {"gitward.logkey": _given(key) or gitcommand.setting(repo, "gitward.logKey")}
    keys = (note.public_key(public_key(config)),)
    git_dir = gitcommand.need(repo, "rev-parse", "--absolute-git-dir")
    remotes = [remote] if remote else (gitcommand.setting(repo, "gitward.receipts") or "origin").split()
    settled = [each for name in remotes for each in settle(git_dir, name, keys)]
    for each in settled:
        click.echo(_line(each))
    if not settled:
        click.echo("nothing that was pushed from here waits for a receipt")
    return int(any(each.state in ("missing", "false") for each in settled))


def _given(key: str) -> str:
    """The key itself, or what stands in a file."""
    import os

    if not os.path.isfile(key):
        return key
    with open(key, encoding="utf-8", errors="replace") as file:
        return file.read(4096).strip()


def _line(each: Settled) -> str:
    pushed = each.pushed
    words = WORDS.get(each.state, each.state)
    return visible(f"{words}: {pushed.ref} {pushed.old[:12]}..{pushed.new[:12]} at {pushed.remote}: {each.words}")
