"""`gitward policy baseline`: the cut-over that makes an old repository pass today, and the debt that it lets go."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click

from gitward.errors import PolicyError, UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.life.baseline import Cut, What
    from gitward.life.burndown import BurnDown
    from gitward.model import Policy
    from gitward.repository import Repository


@click.command(
    epilog="exit codes: 0 done, or a baseline stands already, 2 usage or policy invalid, 3 it cannot be read or written",
)
@click.option("--repo", metavar="P", default=".", show_default=True, help="The repository; on a server the bare one.")
@click.option("--policy", "policies", metavar="F|REF:PATH", multiple=True,
              help="Show the burn-down of this policy. Default: those of the server's hook, else .gitward.yaml.")
@click.option("--move", is_flag=True, help="Move a baseline that stands to the tips of today.")
@click.option("--date", metavar="DATE", default="", help="Write nothing; print `since:` with where the branches stood then.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Write nothing; print `since:` with this tag's commit.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def baseline(repo: str, policies: tuple[str, ...], date: str, tags: tuple[str, ...], form: str, *,
             move: bool, dry_run: bool) -> int:  # fmt: skip
    """Let the past go: write the baseline of today, and show the debt that it lets go.

    The baseline is the ref refs/gitward/baseline, one commit whose parents are the tips of all branches and tags.
    Entries that say `since: baseline` do not judge what it reaches. Run it in the server's repository: there the value
    goes into the hook as well, and a server believes nothing else. Run it again to see, entry by entry, how many
    commits are exempt, how many of them violate, how many have come since, and how many of those violate. A baseline
    that stands is moved by --move only.

    For a policy without the ref: --date and --tag print the line for an entry, with the commits in full. A date (UTC
    where it names no offset) is looked up by the committers' own clocks, so look at what it found.

    \b
    examples:
      gitward policy baseline --repo /srv/git/app.git --dry-run
      gitward policy baseline --repo /srv/git/app.git
      gitward policy baseline --repo /srv/git/app.git --move
      gitward policy baseline --date 2026-01-31
      gitward policy baseline --tag v1.0 --tag v2.0
    """
    from gitward.life import saying
    from gitward.life.baseline import cut, write
    from gitward.repository import open_repository

    if date or tags:
        if move or policies or (date and tags):
            raise UsageError("--date and --tag print a line and write nothing", "give one of them, without --move and --policy")
        return _print_since(repo, date, tags, form)
    with open_repository(repo) as repository:
        found = cut(repository, os.path.abspath(repo))
        what = found.what(move=move)
        burnt = _burn_down(repository, found, what, _policies(repository, found, policies, repo))
    if what == "stands":
        oid = str(found.standing[0])
    else:
        oid = found.ref if what == "unchanged" else ""
        oid = oid if dry_run else write(found, what)
    if form == "json":
        _echo_json(saying.as_dict(found, what, oid, burnt, dry_run=dry_run))
    else:
        for line in saying.lines(found, what, oid, burnt, dry_run=dry_run):
            click.echo(visible(line))
    return 0


def _print_since(repo: str, date: str, tags: tuple[str, ...], form: str) -> int:
    from gitward import gitcommand
    from gitward.life import saying
    from gitward.life.tips import at_date, at_tags
    from gitward.repository import open_repository

    is_bare = gitcommand.need(repo, "rev-parse", "--is-bare-repository") == "true"
    with open_repository(repo) as repository:
        commits = at_date(repository, date, is_bare=is_bare) if date else at_tags(repository, tags)
    if form == "json":
        _echo_json(saying.since_dict(commits))
    else:
        for line in saying.since_lines(commits):
            click.echo(visible(line))
    return 0


def _echo_json(value: object) -> None:
    from gitward.render.escape import all_well_formed
    from gitward.render.json_report import dumps

    click.echo(dumps(all_well_formed(value)), nl=False)


def _policies(repository: Repository, found: Cut, given: tuple[str, ...], repo: str) -> tuple[Policy, ...]:
    """Those that are named, else those of the server's hook, else the one in the work tree; none is no fault."""
    from gitward import sources
    from gitward.cli.check import default_policy

    loaded = []
    for source in given or (found.hook.settings.policies if found.hook else ()):
        try:
            loaded.append(sources.load(source, repository, receiving=False))
        except PolicyError:
            if given:  # a hook may name a policy that is still to be pushed
                raise
    if not given and not found.is_bare:
        with suppress(UsageError):
            given = (default_policy(repo),)
        loaded = [sources.load(source, repository, receiving=False) for source in given]
    return tuple(loaded)


def _burn_down(repository: Repository, found: Cut, what: What, policies: tuple[Policy, ...]) -> BurnDown | None:
    """By the baseline that counts once this command has done what it does."""
    from gitward.cli.progress import Progress
    from gitward.life.burndown import burn_down
    from gitward.life.rehearsal import history, size

    if not policies:
        return None
    request = history(repository)
    counts = found.standing if what in ("stands", "unchanged") else (*found.tips.commits, *found.kept)
    with Progress("commits judged", size(repository, request) if sys.stderr.isatty() else None) as progress:
        return burn_down(repository, request, policies, counts, progress)
