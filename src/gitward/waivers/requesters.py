"""Whose change it is: who pushes, and who made it, by what a commit claims and by who signed it. They do not waive it."""

from __future__ import annotations

from gitward.makers import claimed, signed_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Commit, Entry, RefUpdate
    from gitward.waivers.rights import Setting

MOST = 10_000  # commits, and people, of what a push brings that are asked for; of more it is not known who made them


def written_by(policy: int, commit: Commit, setting: Setting) -> frozenset[str]:
    """The principals who push or wrote a commit, or signed it, as the policy names them."""
    named = setting.people[policy].identities.of(claimed(commit))
    return named | signed_by(commit.signatures[policy : policy + 1]) | _pusher(policy, setting)


def brought_by(policy: int, entry: Entry, update: RefUpdate, setting: Setting) -> frozenset[str] | None:
    """The principals who push, or made what an update brings to an entry; None where it is not known who made that."""
    if update.ancestry == "delete":
        return _pusher(policy, setting)
    made = setting.made.get((policy, entry.id, update.ref, update.new))
    return None if made is None else made | _pusher(policy, setting)


def _pusher(policy: int, setting: Setting) -> frozenset[str]:
    return frozenset(setting.pushers[policy : policy + 1]) - {""}
