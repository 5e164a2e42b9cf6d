"""`gitward statement`: what people and jobs have signed about commits, of whatever kind. One file per command."""

from __future__ import annotations

import click

from gitward.cli.lazy import LazyGroup

COMMANDS = {
    "list": "gitward.cli.statement_list:listing",
    "show": "gitward.cli.statement_show:show",
    "add": "gitward.cli.statement_add:add",
    "revoke": "gitward.cli.statement_revoke:revoke",
    "send": "gitward.cli.statement_send:send",
    "archive": "gitward.cli.statement_archive:archive",
}
REMOTE = click.option("--remote", metavar="NAME", default="", help="Where they go. Default: origin, or the first remote.")
URL = click.option("--url", metavar="URL", default="", help="The repository's URL, where it is not the remote's own.")
KEY = click.option("--key", metavar="KEY", default="", help="Sign with this key. Default: as git commit -S does.")
PUSH = click.option("--push", is_flag=True, help="Send the statement to the remote as well.")


@click.group(cls=LazyGroup, commands_of=COMMANDS)
def statement() -> None:
    """List, show, make, take back and send signed statements about commits.

    Approvals, waivers and decisions are made by `gitward approve`, `gitward waive` and `gitward ci --statement`; `add` signs
    evidence of any other in-toto predicate type. docs/statements.md has the format, and who counts what.

    \b
    examples:
      gitward statement list HEAD
      gitward statement add --type https://in-toto.io/attestation/test-result/v0.1 --predicate result.json --push
      gitward statement revoke 3f2a9c --reason 'the runner was broken' --push
    """
