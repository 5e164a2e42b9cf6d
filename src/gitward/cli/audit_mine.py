"""`gitward audit proof --mine`: what proves that the server recorded what was pushed from this clone."""

from __future__ import annotations

import click

from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.adapters.receipts import Settled

WORDS = {"missing": "error: missing", "false": "error: does not hold", "waiting": "warning: waiting"}


def mine(repo: str, remote: str, given: Sequence[str]) -> int:
    """Settle what waits for a receipt, say it, and return the exit code: 1 where a receipt is missing or does not hold.

    `given` are public keys or files of keys; without any, those of git config gitward.logKey count. Raises GitwardError.
    """
    from gitward import gitcommand
    from gitward.adapters.pushed import public_key
    from gitward.adapters.receipts import settle
    from gitward.cli.givenkeys import public_keys

    keys = public_keys(given or public_key({"gitward.logkey": gitcommand.setting(repo, "gitward.logKey")}).split())
    git_dir = gitcommand.need(repo, "rev-parse", "--absolute-git-dir")
    remotes = [remote] if remote else (gitcommand.setting(repo, "gitward.receipts") or "origin").split()
    settled = [each for name in remotes for each in settle(git_dir, name, keys)]
    for each in settled:
        click.echo(_line(each))
    if not settled:
        click.echo("nothing that was pushed from here waits for a receipt")
    return int(any(each.state in ("missing", "false") for each in settled))


def _line(each: Settled) -> str:
    pushed = each.pushed
    words = WORDS.get(each.state, each.state)
    return visible(f"{words}: {pushed.ref} {pushed.old[:12]}..{pushed.new[:12]} at {pushed.remote}: {each.words}")
