"""What is judged, as one policy sees it: each has a trust store and names of its own."""

from __future__ import annotations

from gitward.model import Change, RefUpdate
from gitward.record import replace


def push_seen_by(policy: int, change: Change) -> Change:
    """The same, with what the trust of this policy, and of no other, says of who signed it."""
    signed = change.certificate
    if not (signed and signed.signatures):
        return change
    return replace(change, certificate=replace(signed, signature=signed.signatures[policy]))


def unproven(policy: int, change: Change) -> str:
    """Why this policy does not know who pushes, '' where it does."""
    if change.pushers and change.pushers[policy]:
        return ""
    return change.unproven[policy] if change.unproven else "nothing proves who pushes"


def seen_by(policy: int, subject: RefUpdate | Change, change: Change) -> RefUpdate | Change:
    """A ref update, or the push, as this policy sees it: in its own names, and by its own trust."""
    if isinstance(subject, Change):
        return push_seen_by(policy, subject)
    tags = tuple(replace(tag, signature=tag.signatures[policy]) if tag.signatures else tag for tag in subject.tags)
    target = subject.target
    if target and target.signatures:
        target = replace(target, signature=target.signatures[policy])
    return replace(
        subject,
        tags=tags,
        target=target,
        pusher=change.pushers[policy] if change.pushers else "",
        unproven=unproven(policy, change),
        touched=subject.touched_by[policy] if subject.touched_by else None,
        proposals=(subject.proposals[policy],) if subject.proposals else (),
    )
