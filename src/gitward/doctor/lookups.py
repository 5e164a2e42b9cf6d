"""The look-ups of a server's hook: what its policies name is there, and who receives pushes can use it and keep it secret."""

from __future__ import annotations

import os

from gitward import sources
from gitward.doctor.finding import fail, ok, warn
from gitward.errors import GitwardError
from gitward.installer.server import lookups_named
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding


def check_lookups(path: str, policies: list[str], given: list[str]) -> Iterator[Finding]:
    """Each look-up that the hook names, and each that its policies name and the hook does not."""
    files = dict(word.partition("=")[::2] for word in given)
    for name in sorted(_named(path, policies) - set(files)):
        yield fail("look-up", f"a policy names {name} and the hook has none: what asks it is undecided",
                   f"gitward install --server {path} --lookup {name}=FILE, with the other options")  # fmt: skip
    for name, file in files.items():
        try:
            yield from _check(path, name, file)
        except GitwardError as problem:
            yield fail("look-up", f"{name}: {problem}: what asks it is undecided", problem.fix)


def _check(path: str, name: str, file: str) -> Iterator[Finding]:
    from gitward.lookup import NoAnswer
    from gitward.lookup.cache import Cache
    from gitward.lookup.settings import load

    settings = load(file)
    owner = os.stat(path).st_uid  # who receives pushes; doctor may run as root
    settings.token(owner)
    try:
        if settings.cache:
            Cache(settings, owner)
    except NoAnswer as problem:
        yield warn("look-up", f"{name}: {problem}", f"mkdir -m 700 {settings.cache}, for who receives pushes")
        return
    yield ok("look-up", f"{name}: {settings.kind}, {settings.command[0] if settings.command else settings.address}")


def _named(path: str, policies: list[str]) -> set[str]:
    """What the policies name, as far as they can be read: that they can is another check's."""
    found: set[str] = set()
    with open_repository(path) as repository:
        for source in policies:
            try:
                found |= lookups_named(sources.load(source, repository, receiving=True))
            except GitwardError:
                continue
    return found
