"""`gitward policy diff`."""

from __future__ import annotations

import json

import click

from gitward.cli.policy_source import REPO, loaded
from gitward.render.escape import visible


@click.command(epilog="exit codes: 0 not weaker, 1 weaker or perhaps weaker, 2 a policy is invalid, 3 cannot be read")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@REPO
def diff(old: str, new: str, form: str, repo: str) -> int:
    """Name what changed between two policies, and which way: weaker, different, stricter, same.

    OLD and NEW are files or REF:PATH. `different` is what nobody can call weaker or stricter, such as another pattern;
    it counts as perhaps weaker, so that a second pair of eyes looks at it.

    \b
    examples:
      gitward policy diff origin/main:.gitward.yaml .gitward.yaml
      gitward policy diff HEAD~1:.gitward.yaml HEAD:.gitward.yaml --format json
    """
    from gitward.policy import diff as compared

    before, after = loaded(old, repo), loaded(new, repo)
    changes = compared.diff(before, after)
    if form == "json":
        click.echo(json.dumps(compared.plain(before, after, changes), indent=2))
    else:
        for line in compared.text(changes).split("\n"):
            click.echo(visible(line))
    return 0 if compared.is_safe(changes) else 1
