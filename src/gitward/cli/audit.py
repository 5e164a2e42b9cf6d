"""`gitward audit`: the log, for those who keep it and for those who verify it. One file per command."""

from __future__ import annotations

import click

from gitward.cli.lazy import LazyGroup

COMMANDS = {
    "list": "gitward.cli.audit_list:listing",
    "show": "gitward.cli.audit_show:show",
    "init": "gitward.cli.audit_init:init",
    "checkpoint": "gitward.cli.audit_checkpoint:checkpoint",
    "keygen": "gitward.cli.audit_keygen:keygen",
    "rotate": "gitward.cli.audit_rotate:rotate",
    "recover": "gitward.cli.audit_recover:recover",
    "serve": "gitward.cli.audit_serve:serve",
    "review": "gitward.cli.audit_review:review",
    "watch": "gitward.cli.audit_watch:watch",
    "verify": "gitward.cli.audit_verify:verify",
    "proof": "gitward.cli.audit_proof:proof",
    "export": "gitward.cli.audit_export:export",
    "witness": "gitward.cli.audit_witness:witness",
    "prune": "gitward.cli.audit_prune:prune",
    "hold": "gitward.cli.audit_hold:hold",
    "erase": "gitward.cli.audit_erase:erase",
}
LOG = click.option("--log", "directory", metavar="DIR", required=True, help="The folder of the log.")
INDEX = click.option("--index", "path", metavar="FILE", default="",
                     help="Where the index is. Default: in the log's folder, else in your cache.")  # fmt: skip


@click.group(cls=LazyGroup, commands_of=COMMANDS)
def audit() -> None:
    """Keep, read and verify the log of decisions.

    \b
    examples:
      gitward audit checkpoint --log /var/lib/gitward > kept-elsewhere
      gitward audit verify --log /var/lib/gitward --against kept-elsewhere
      gitward audit list --log /var/lib/gitward --outcome denied --since '2 days'
    """
