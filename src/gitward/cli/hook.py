"""`gitward hook NAME`: dispatched before click is imported, because commit-msg runs on every commit.

Options stand before the hook's own arguments, which git appends; `--` may part them.
"""

from __future__ import annotations

import sys

from gitward.cli.output import exit_code_of
from gitward.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT = {
    "commit-msg": "commit_msg",
    "applypatch-msg": "applypatch_msg",
    "prepare-commit-msg": "prepare_commit_msg",
    "pre-commit": "pre_commit",
    "pre-merge-commit": "pre_commit",
    "pre-push": "pre_push",
}
SERVER = {"pre-receive": "pre_receive"}
OUTCOME = {"reference-transaction": "reference_transaction", "post-receive": "post_receive"}
FLAGS = ("--deny-unaudited",)
OPTIONS = ("--policy", "--log", "--baseline", "--limit", "--lookup", "--actor", "--url", "--format", "--output")
USAGE = f"""usage: gitward hook NAME [OPTIONS] [ARGUMENTS OF THE HOOK]

Run by git through the hook files that `gitward install` writes.

names, in a clone:   {", ".join(CLIENT)}
names, on a server:  {", ".join((*SERVER, *OUTCOME))}

  --policy FILE|REF:PATH  judge by this policy (may stand more than once)
  --log DIR|unix:PATH     record each decision before it is released, and what git did with it, in this folder
                          or through the daemon at this socket (server)
  --deny-unaudited        reference-transaction: refuse what the log does not allow, where a --policy says
                          unaudited-updates: deny
  --baseline OID          what this commit reaches is not judged where an entry says since: baseline (server)
  --limit NAME=NUMBER     raise or lower a budget: commits, refs, message_bytes, paths,
                          content_bytes, seconds, log_seconds (server)
  --lookup NAME=FILE      the settings of a look-up that policies may name (server; docs/lookup.md)
  --actor CHANNEL         who pushes is whom this channel names, and nobody else (server; docs/access.md):
                          push-certificate, ssh-command, http, gitlab, gitea, bitbucket, gitolite
  --url URL               one of the repository's URLs: what was signed for another counts for nothing (server)
  --format FORMAT         text (default), json, sarif, junit, github, gitlab
  --output FILE           write the report here, not to stdout

commit-msg asks what to do about a denied message when it runs in the foreground of a terminal; to be left alone:
git config gitward.prompt false

example: gitward hook commit-msg .git/COMMIT_EDITMSG
"""


def parse(arguments: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Options as name -> values, and what is left. Raises UsageError for an option that is none of ours."""
    options: dict[str, list[str]] = {name: [] for name in (*OPTIONS, *FLAGS)}
    rest = list(arguments)
    while rest and rest[0].startswith("--"):
        name, separator, value = rest.pop(0).partition("=")
        if name == "--" and not separator:
            break
        if name in FLAGS and not separator:
            options[name].append("")
            continue
        if name not in OPTIONS:
            raise UsageError(f"gitward hook: no such option: {name}", f"one of {', '.join(OPTIONS)}")
        if not separator:
            if not rest:
                raise UsageError(f"gitward hook: {name} needs a value")
            value = rest.pop(0)
        options[name].append(value)
    return options, rest


def _runner(name: str) -> Callable[[dict[str, list[str]], list[str]], int]:
    if name in SERVER:
        from gitward.cli import hook_server

        return getattr(hook_server, SERVER[name])  # type: ignore[no-any-return]
    if name in OUTCOME:
        from gitward.cli import hook_outcome

        return getattr(hook_outcome, OUTCOME[name])  # type: ignore[no-any-return]
    if name in CLIENT:
        from gitward.cli import hook_client

        return getattr(hook_client, CLIENT[name])  # type: ignore[no-any-return]
    raise UsageError(f"gitward hook: no such hook: {name}", f"one of {', '.join((*CLIENT, *SERVER, *OUTCOME))}")


def main(arguments: list[str]) -> int:
    """Run one hook and return its exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0 if arguments else 2
    return exit_code_of(lambda: _runner(arguments[0])(*parse(arguments[1:])))
