"""Whether somebody holds roles that a server's policies keep apart."""

from __future__ import annotations

import time

from gitward import sources
from gitward.doctor.finding import fail, ok, warn
from gitward.errors import GitwardError
from gitward.policy import duties
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding
    from gitward.model import Policy

_FIX = "take one of the roles from them, in the policy or where its groups come from"


def check_duties(path: str, given: list[str]) -> Iterator[Finding]:
    """Nothing where no policy keeps roles apart, and nobody holds what is apart as a rule."""
    now = int(time.time())
    for policy in _readable(path, given):
        conflicts = duties.conflicts(policy, now)
        yield from (fail("duties", duties.sentence(each), _FIX) for each in conflicts)
        yield from (warn("duties", duties.sentence(each)) for each in duties.advice(policy, now))
        if policy.duties and not conflicts:
            yield ok("duties", f"{policy.id}: nobody holds two of the roles that it keeps apart")


def _readable(path: str, given: list[str]) -> Iterator[Policy]:
    """The policies that can be read: that all can is another check's."""
    with open_repository(path) as repository:
        for source in given:
            try:
                policy = sources.load(source, repository, receiving=True)
            except GitwardError:
                continue
            yield policy
