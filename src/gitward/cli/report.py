"""`gitward report`: what a policy and its log amount to, for those who answer for it. One file per command."""

from __future__ import annotations

import click

from gitward.cli.lazy import LazyGroup

COMMANDS = {
    "access": "gitward.cli.report_access:access",
}


@click.group(cls=LazyGroup, commands_of=COMMANDS)
def report() -> None:
    """Reports about a policy and its log.

    \b
    examples:
      gitward report access --policy /etc/gitward/org.yaml
      gitward report access --against HEAD~20:.gitward.yaml --log /var/lib/gitward --format csv
    """
