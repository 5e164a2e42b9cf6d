"""`gitward init`: write a first policy that fits the history."""

from __future__ import annotations

import os

import click

from gitward.errors import GitwardError, UsageError
from gitward.model import FILE_NAME
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.repository import Repository
    from gitward.starter.survey import Survey


@click.command(epilog="exit codes: 0 written, 2 usage, or the file is there already, 3 the repository cannot be read")
@click.option(
    "--repo", metavar="P", default=".", show_default=True, help="The repository, or a folder in its work tree."
)
@click.option("--output", metavar="F", default="", help="Write here, - for stdout. Default: .gitward.yaml at the top.")
@click.option("--force", is_flag=True, help="Replace a policy that is there.")
def init(repo: str, output: str, *, force: bool) -> int:
    """Write a policy that fits what the history shows, and say how much of the history would pass.

    Looks at the last 1,000 commits: Conventional Commits, tickets, lengths of subjects, sign-offs, the branch that
    people build on. What most commits do becomes an entry, with its tests; what many do becomes a comment. Edit it,
    run `gitward policy test`, and commit it.

    \b
    examples:
      gitward init
      gitward init --output - | less
      gitward init --repo ~/src/app --output /etc/gitward/app.yaml
    """
    from gitward.repository import open_repository
    from gitward.starter.draft import draft
    from gitward.starter.survey import survey

    top, target = _places(repo, output)
    if target != "-" and os.path.lexists(target) and not force:
        raise UsageError(
            f"{target} is there already", "look at it with `gitward policy show`, or say --force to replace it"
        )
    with open_repository(top) as repository:
        seen = survey(repository, top, _branch(repository))
        text = draft(seen, os.path.basename(top))
        report = _tried(text, seen, repository)
    if target == "-":
        click.echo(text, nl=False)
    else:
        from gitward.installer.place import write

        write(target, text, 0o644)
        click.echo(f"wrote {visible(target)}")
    for line in report:
        click.echo(visible(line), err=target == "-")
    return 0


def _places(repo: str, output: str) -> tuple[str, str]:
    """The top of the work tree (of a bare repository, itself), and where the policy is to be written."""
    from gitward import gitcommand

    if gitcommand.need(repo, "rev-parse", "--is-bare-repository") == "true":
        if not output:
            raise UsageError(f"{repo} has no work tree to write {FILE_NAME} into", "say where with --output F")
        return os.path.abspath(gitcommand.need(repo, "rev-parse", "--absolute-git-dir")), output
    top = gitcommand.need(repo, "rev-parse", "--show-toplevel")
    return top, output or os.path.join(top, FILE_NAME)


def _branch(repository: Repository) -> str:
    """The branch that people build on: the remote's HEAD, else our own, else main."""
    from gitward.adapters.check import target

    return target(repository)[0]


def _tried(text: str, seen: Survey, repository: Repository) -> list[str]:
    """Load the policy, run its tests, judge the history by it; nothing is written that does not come through this."""
    from gitward.policy.load import load_with_tests
    from gitward.policy.testing import run_tests
    from gitward.starter.draft import percent
    from gitward.starter.trial import try_on

    policy, tests = load_with_tests({FILE_NAME: text.encode("utf-8", "surrogateescape")}.get, FILE_NAME, FILE_NAME)
    faults = run_tests(policy, tests).faults
    if faults:
        words = "; ".join(f"{fault.place}: {fault.message}" for fault in faults)
        raise GitwardError(
            f"the policy fitted to this history fails its own tests: {words}", "report this to the maintainers"
        )
    trial = try_on(policy, seen.commits, seen.branch, repository)
    if not trial.total:
        return ["there is no history to try it on", *_next_steps()]
    line = f"{trial.passed} of {trial.total} commits ({percent(trial.passed / trial.total)}) would pass"
    if trial.denied:
        line += "; most denied: " + ", ".join(f"{entry} {count}" for entry, count in trial.denied[:3])
    return [line, *_next_steps()]


def _next_steps() -> list[str]:
    return ["next: gitward install, and commit the policy"]
