"""`gitward access`: who may do what, and the door through which they come. One file per command."""

from __future__ import annotations

import click

from gitward.cli.lazy import LazyGroup

COMMANDS = {
    "check": "gitward.cli.access_check:check",
    "shell": "gitward.cli.access:shell",
    "keys": "gitward.cli.access:keys",
    "sync": "gitward.cli.access_sync:sync",
}
_AS_GIVEN = {"ignore_unknown_options": True, "help_option_names": []}


@click.group(cls=LazyGroup, commands_of=COMMANDS)
def access() -> None:
    """Who may do what, and the SSH account through which they come.

    \b
    examples:
      gitward access check ann update refs/heads/main
      gitward access shell ann --root /srv/git
      gitward access keys --policy /etc/gitward/org.yaml --root /srv/git ssh-ed25519 AAAAC3...
      gitward access sync --ldap ldaps://ldap.example.com --base ou=groups,dc=example,dc=com \\
          --principals principals.yaml --out groups.yaml
    """


@click.command(context_settings=_AS_GIVEN)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def shell(arguments: tuple[str, ...]) -> int:
    """Run by sshd: start git for PRINCIPAL, and nothing else (see `gitward access shell --help`)."""
    from gitward.cli.access_shell import main

    return main(list(arguments))


@click.command(context_settings=_AS_GIVEN)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def keys(arguments: tuple[str, ...]) -> int:
    """Run by sshd: whose key this is (see `gitward access keys --help`)."""
    from gitward.cli.access_keys import main

    return main(list(arguments))
