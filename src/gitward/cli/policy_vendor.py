"""`gitward policy vendor`."""

from __future__ import annotations

import click

from gitward.cli.policy_source import REPO
from gitward.errors import UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.vendor import Copy

_WORDS = {
    "missing": "there is no such file here",
    "old": "the source has changed",
    "edited": "it was edited here",
    "foreign": "it was not written by gitward policy vendor",
}


@click.command(epilog="exit codes: 0 written or the same, 1 --check found a difference, 2 usage or policy invalid")
@click.argument("source", metavar="SOURCE")
@click.option("--check", is_flag=True, help="Write nothing; say whether the copy here is the same.")
@click.option("--force", is_flag=True, help="Write over files that were edited, or that gitward did not write.")
@REPO
def vendor(source: str, check: bool, force: bool, repo: str) -> int:
    """Keep a copy of a policy, with the files that it extends, as .gitward.yaml at the top of the work tree.

    SOURCE is a file or REF:PATH. Each file gets a header with the source and its digest. The hooks of this clone then
    judge as the organisation's server does; the server goes on judging by its own.

    \b
    examples:
      gitward policy vendor /etc/gitward/org.yaml
      gitward policy vendor policy/main:org.yaml --check
    """
    from gitward import vendor as vendored

    if check and force:
        raise UsageError("--check writes nothing, so --force has no meaning", "leave one of them out")
    top, copy = vendored.top_of(repo), _copy(source, repo)
    if not check:
        for path in vendored.write(copy, top, force=force):
            click.echo(f"wrote {visible(path)}")
        click.echo(f"ok {visible(f'{source}: {copy.about}')}")
        return 0
    different = {path: state for path, state in vendored.states(copy, top).items() if state != "same"}
    for path, state in different.items():
        click.echo(visible(f"differs {path}: {_WORDS[state]}"))
    click.echo(f"{'not the same' if different else 'ok'} {visible(f'{source}: {copy.about}')}")
    return 1 if different else 0


def _copy(source: str, repo: str) -> Copy:
    from gitward import sources, vendor
    from gitward.repository import open_repository

    if not sources.is_in_repository(source):
        return vendor.copy_of(source, *sources.opened(source, None, receiving=False))
    with open_repository(repo) as repository:
        return vendor.copy_of(source, *sources.opened(source, repository, receiving=False))
