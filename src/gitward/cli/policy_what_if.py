"""`gitward policy what-if`: a history under a new policy."""

from __future__ import annotations

import sys

import click

from gitward.render.escape import visible


@click.command(
    name="what-if",
    epilog="exit codes: 0 replayed, whatever was found, 2 usage or policy invalid, 3 something could not be decided",
)
@click.argument("new", metavar="NEW")
@click.argument("ranges", metavar="[RANGE]...", nargs=-1)
@click.option("--policy", "old", metavar="F|REF:PATH", default="", help="The old policy, to see what changes.")
@click.option("--since-commit", "since", metavar="OID", default="", help="Without what this commit reaches, itself included.")
@click.option("--ref", metavar="REFNAME", default="", help="What this ref reaches; with RANGE: judge it as commits for this ref.")
@click.option("--repo", metavar="P", default=".", show_default=True, help="The repository, or a folder in its work tree.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64), default=None, help="Processes. Default: the cores.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def what_if(new: str, ranges: tuple[str, ...], old: str, since: str, ref: str, repo: str, jobs: int | None, form: str) -> int:
    """Replay history under the policy NEW, and enforce nothing.

    Of each entry: how many commits it judges, how many pass and how many violate, with examples, the oldest first; with
    --policy also what that changes, and which commits are newly denied or newly allowed. NEW is a file or REF:PATH.
    With neither RANGE nor --ref: every commit that a ref reaches, as `gitward check --all`.

    History is replayed commit by commit. Rules that judge pushes and moves of refs are not applicable: a history does
    not hold them, and neither does the decision log yet.

    \b
    examples:
      gitward policy what-if new.yaml
      gitward policy what-if new.yaml --policy .gitward.yaml --since-commit v1.0
      gitward policy what-if origin/topic:.gitward.yaml --policy origin/main:.gitward.yaml --ref refs/heads/main
      gitward policy what-if new.yaml HEAD~100.. --format json
    """
    from gitward import sources
    from gitward.cli.progress import Progress
    from gitward.life import whatif, whatif_report
    from gitward.life.rehearsal import history, size
    from gitward.repository import open_repository

    with open_repository(repo) as repository:
        policies = [sources.load(source, repository, receiving=False) for source in (new, old) if source]
        request = history(repository, ranges, ref, since)
        total = size(repository, request) if sys.stderr.isatty() else None
        with Progress("commits replayed", total) as progress:
            found = whatif.what_if(repository, request, *policies, jobs=jobs, progress=progress)
    is_empty = bool(ranges) and not found.commits
    code = 3 if found.undecided or is_empty else 0
    if form == "json":
        from gitward.render.escape import all_well_formed
        from gitward.render.json_report import dumps

        click.echo(dumps(all_well_formed(whatif_report.as_dict(found, code))), nl=False)
    else:
        for line in whatif_report.lines(found):
            click.echo(visible(line))
    if is_empty:
        click.echo("undecided: the range holds no commit\n  fix: check the range", err=True)
    return code
