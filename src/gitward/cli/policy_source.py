"""Which policy a command means: a file, `REF:PATH`, or `.gitward.yaml` at the top of the work tree."""

from __future__ import annotations

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Policy

REPO = click.option(
    "--repo", metavar="P", default=".", show_default=True, help="The repository, or a folder in its work tree."
)


def loaded(source: str, repo: str) -> Policy:
    """A policy from a file or from REF:PATH. Raises PolicyError; Undecided where the repository cannot be read."""
    from gitward import sources
    from gitward.policy.load import load_file

    if not sources.is_in_repository(source):
        return load_file(source)
    from gitward.repository import open_repository

    with open_repository(repo) as repository:
        return sources.load(source, repository, receiving=False)
