"""Which commits the approvals of a ref are about. A rebase or a squash lands another commit, which no look-up by commit finds.

So the statements that stand are read, those of the same push, and what the archive took in of late. An approval that is older
and of another commit is not found: its ref can be pushed again, beside the change.
"""

from __future__ import annotations

from gitward.model import Approval
from gitward.statements.places import NOTHING, archive_tip, archived_between, outlines, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitward.repository import Repository

_DAY = 86_400
DAYS = (30, 7, 1)  # how far back the archive is read; less where it took in more than MOST
MOST = 2_000  # statements of the archive that are read


def subjects(
    repository: Repository, refs: Collection[str], pushed: Sequence[tuple[str, str]], now: int
) -> frozenset[str]:
    """The commits that approvals for one of these refs are about. `pushed` are (ref, oid) of the push's own statements.

    `now` is in seconds since 1970. Raises Undecided where the archive cannot be read.
    """
    stands = standing(repository.refs(symbolic=False))  # before the archive is read: nothing slips between the two
    places = {**_archived(repository, now), **stands, **dict(pushed)}
    return frozenset(
        said.statement.said.commit
        for _, _, _, said in outlines(repository, places)
        if isinstance(said.statement.said, Approval) and said.statement.said.ref in refs
    )


def _archived(repository: Repository, now: int) -> dict[str, str]:
    """What the archive took in of late: the ref that each had, and its blob's oid."""
    tip = archive_tip(repository)
    for days in DAYS if tip else ():
        before = repository.newest_before(tip, now - days * _DAY) or NOTHING[repository.oid_length]
        found = archived_between(repository, before, tip)
        if len(found) <= MOST:
            return found
    return {}
