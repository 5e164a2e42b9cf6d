"""Statements that a push has brought, as events for the log: read where git keeps them, and verified where policies are named."""

from __future__ import annotations

from gitward import clock, sources
from gitward.audit.statements import statement_received
from gitward.errors import GitwardError
from gitward.repository import open_repository
from gitward.signatures.moments import Moments
from gitward.signatures.signers import Signers
from gitward.statements.envelope import MAXIMUM
from gitward.statements.finding import arrived

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitward.audit.log import Item
    from gitward.model import Policy, Statement
    from gitward.repository import Repository


def arrivals(git_dir: str, refs: Mapping[str, str], sources_given: Sequence[str]) -> Iterator[Item]:
    """An event for each ref and its blob. A policy that cannot be used verifies nothing: that somebody signed is not lost by it.

    Raises Undecided where the repository cannot be read.
    """
    with open_repository(git_dir) as repository:
        policies, statements = _verified(repository, refs, sources_given)
        by_id = {each.id: each for each in statements}
        headers = repository.headers(refs.values())
        fair = [ref for ref, header in zip(refs, headers, strict=True) if header and header[0] == "blob" and header[1] <= MAXIMUM]
        for ref, (_, _, blob) in zip(fair, repository.read_many(refs[ref] for ref in fair), strict=True):
            yield statement_received(git_dir, ref, blob, by_id.get(ref.rpartition("/")[2]), policies)


def _verified(
    repository: Repository, refs: Mapping[str, str], given: Sequence[str]
) -> tuple[tuple[Policy, ...], tuple[Statement, ...]]:
    now = clock.seconds(clock.now())
    signers: list[Signers] = []
    try:
        policies = tuple(sources.load(source, repository, receiving=True) for source in given)
        signers += [Signers(policy.trust, Moments(now=now)) for policy in policies]
        return policies, arrived(repository, policies, signers, refs, now)
    except GitwardError:
        return (), arrived(repository, (), (), refs, now)
    finally:
        for each in signers:
            each.close()
