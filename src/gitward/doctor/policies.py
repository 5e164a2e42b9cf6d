"""The policies of a server's hook, for the checks that ask what stands in them."""

from __future__ import annotations

from gitward import sources
from gitward.errors import GitwardError
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Policy


def readable(path: str, given: list[str]) -> list[Policy]:
    """The policies that can be read: that all can is another check's."""
    found = []
    with open_repository(path) as repository:
        for source in given:
            try:
                found.append(sources.load(source, repository, receiving=True))
            except GitwardError:
                continue
    return found
