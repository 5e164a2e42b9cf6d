"""The approvals of a change that stand here, and what a policy still wants: the rule itself, asked before anybody pushes.

Who will push is not known yet, so whoever pushes may turn out to be one who has approved; and a server may know more statements.
"""

from __future__ import annotations

from gitward import clock
from gitward.approvals.landing import Landing
from gitward.model import Approval, Host, RefUpdate
from gitward.proposals import Reader, asking, in_words, judging
from gitward.signatures.moments import Moments
from gitward.signatures.signers import Signers
from gitward.statements.approved import subjects
from gitward.statements.finding import found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Entry, Policy
    from gitward.model.proposals import Proposal
    from gitward.repository import Repository

    Line = tuple[str, bool]  # what is to be said, and whether it is something that is missing


def standing(repository: Repository, policy: Policy, landing: Landing) -> tuple[Line, ...]:
    """What there is to say of each entry that wants approvals for this ref; empty where none does."""
    update = _update(repository, landing)
    entries = asking((policy,), frozenset({"update", "pusher", "statements"})).get(0, [])
    now = clock.seconds(clock.now())
    signers = Signers(policy.trust, Moments(now=now))
    try:
        hoped = subjects(repository, {landing.target.ref}, (), now)
        statements = [
            each
            for each in found(repository, (policy,), (signers,), (landing.commit,), now, hoped=hoped)
            if isinstance(each.said, Approval) and each.said.ref == landing.target.ref
        ]
        existing = {landing.target.ref: landing.target.base} if landing.target.base.strip("0") else {}
        reader = Reader(repository, Host(urls=(landing.target.place.url,)), existing, now)
        mine = judging(entries, update)
        proposal = reader.proposal(update, 0, mine, policy, signers, statements, tree=landing.tree)
    finally:
        signers.close()
    if proposal is None:
        return ()
    return tuple(line for entry in mine for line in _lines(entry, update, proposal))


def _update(repository: Repository, landing: Landing) -> RefUpdate:
    base = landing.target.base
    return RefUpdate(
        ref=landing.target.ref,
        old=base,
        new=landing.commit,
        ancestry="ff" if base.strip("0") else "create",
        peeled=landing.commit,
    )


def _lines(entry: Entry, update: RefUpdate, proposal: Proposal) -> Iterator[Line]:
    weighed = entry.rule.weighed(update.ref, update.old, "", proposal)
    if weighed.counted:
        yield f"[{entry.id}] approved by {', '.join(in_words(weighed))}", False
    missing = list(entry.rule.wanting(update.ref, update.old, update.new, "", proposal))
    for each in missing:
        yield f"[{entry.id}] {each.message}" + (f"\n  fix: {each.fix}" if each.fix else ""), True
    if not missing:
        yield f"[{entry.id}] nothing more is wanted", False
