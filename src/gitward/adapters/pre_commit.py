"""pre-commit and pre-merge-commit: what can be judged before there is a commit, the branch that is to get it."""

from __future__ import annotations

from gitward import __version__, clock
from gitward.engine import conclude, judge_change
from gitward.model import Change, RefUpdate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.clone import Clone
    from gitward.model import Decision, Policy


def decide(policies: tuple[Policy, ...], clone: Clone) -> Decision:
    """Judge the branch's name; everything else is not known yet, and the results say so."""
    update = RefUpdate(ref=clone.branch, old="", new="", ancestry="draft")
    change = Change(stage="commit", time=clock.now(), updates=(update,), known=frozenset({"ref"}))
    tallies = judge_change(policies, change)
    return conclude(policies, change, tallies, decision_id=clock.new_id(), version=__version__)
