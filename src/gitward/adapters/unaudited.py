"""Which refs may change only where the log allows it: those that an entry of an enforced policy names, where the policy says
`unaudited-updates: deny`. The gate judges every ref and names none; what is below refs/gitward/ only gitward itself writes.
"""

from __future__ import annotations

from gitward import sources
from gitward.patterns import matches_ref
from gitward.policy.resolve import GATE
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_OWN = "refs/gitward/"


def protected(refs: Sequence[str], policies: Sequence[str], git_dir: str) -> list[str]:
    """Those of the refs that are protected so. Raises PolicyError and Undecided where a policy cannot be read."""
    with open_repository(git_dir) as repository:
        loaded = [sources.load(source, repository, receiving=True) for source in policies]
    named = [
        entry.refs
        for policy in loaded
        if policy.unaudited_denied and policy.mode == "enforce"
        for entry in policy.entries
        if entry.rule.name != GATE
    ]
    return [ref for ref in refs if not ref.startswith(_OWN) and any(matches_ref(each, ref) for each in named)]
