"""Which commits the approvals of a ref are about. A rebase or a squash lands another commit, which no look-up by commit finds.

So the statements that stand, at most some hundreds, and those of the same push are read. What is in the archive is found by the
commit alone: who lands something else after a day pushes the approvals' refs along.
"""

from __future__ import annotations

from gitward.model import Approval
from gitward.statements.places import outlines, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitward.repository import Repository


def subjects(repository: Repository, refs: Collection[str], pushed: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The commits that some standing or pushed approval for one of these refs is about. `pushed` are (ref, oid) of statements."""
    places = {**standing(repository.refs(symbolic=False)), **dict(pushed)}
    return frozenset(
        said.statement.said.commit
        for _, _, _, said in outlines(repository, places)
        if said.statement and isinstance(said.statement.said, Approval) and said.statement.said.ref in refs
    )
