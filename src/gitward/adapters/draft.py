"""A message on its own, judged as a draft commit: what commit-msg and `check --message` have in common."""

from __future__ import annotations

from gitward import __version__, clock
from gitward.batches import Batch, judge_commits
from gitward.engine import conclude, entries_of, judge_change
from gitward.errors import BudgetExceeded
from gitward.facts import KNOWN, ask, without_lookups
from gitward.gitobject import draft_commit
from gitward.model import Change, Limits, RefUpdate
from gitward.patterns import matches_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.facts import Answering
    from gitward.model import Commit, Decision, Entry, Message, Policy

_EVERY_BRANCH = {"refs/heads/**", "refs/**"}


def decide_draft(
    policies: tuple[Policy, ...], message: Message, ref: str, answer: Answering, *, merge: bool = False, target: str = "",
    notices: tuple[str, ...] = (),
) -> Decision:  # fmt: skip
    """Judge a message for `ref`, '' on a detached HEAD; what `target`, another ref, would say comes along as notices.

    A message over the budget is not judged, here no more than on a server: undecided, too-large.
    """
    size, limit = len(message.raw), Limits().message_bytes
    if size > limit:
        from gitward.failure import no_decision

        problem = BudgetExceeded(f"the message has {size} bytes, the limit is {limit}", "shorten the message")
        return no_decision("commit", problem)
    policies = without_lookups(policies)
    (draft,) = ask(policies, (draft_commit(message, merge=merge),), answer)
    known = KNOWN["commit"]
    update = RefUpdate(ref=ref or "refs/heads/**", old="", new="", ancestry="draft", commits=1)
    change = Change(stage="commit", time=clock.now(), updates=(update,), known=known)
    here = [_applies(entry, ref) for _, entry in entries_of(policies)]
    tallies = judge_commits(policies, [_batch(draft, ref, here)], known)
    for tally, other in zip(tallies, judge_change(policies, change), strict=True):
        tally.merge(other)
    if target and target != ref:
        notices += _for_target(policies, draft, target, here)
    return conclude(policies, change, tallies, decision_id=clock.new_id(), version=__version__, commits=1, notices=notices)


def _applies(entry: Entry, ref: str) -> bool:
    """With no branch to name (a detached HEAD) only entries for every branch apply."""
    return matches_ref(entry.refs, ref) if ref else bool(_EVERY_BRANCH.intersection(entry.refs[:1]))


def _batch(draft: Commit, ref: str, applies: list[bool]) -> Batch:
    return Batch(ref=ref, scope=tuple("" if takes else "refs" for takes in applies), commits=(draft,))


def _for_target(policies: tuple[Policy, ...], draft: Commit, target: str, here: list[bool]) -> tuple[str, ...]:
    """What the entries of the target, and only of the target, find: advice, which never stops a commit elsewhere."""
    there = [
        matches_ref(entry.refs, target) and not judged
        for judged, (_, entry) in zip(here, entries_of(policies), strict=True)
    ]
    if not any(there):
        return ()
    tallies = judge_commits(policies, [_batch(draft, target, there)], KNOWN["commit"])
    return tuple(f"on {target}: [{violation.entry}] {violation.message}" for tally in tallies for violation in tally.violations)
