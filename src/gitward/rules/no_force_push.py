"""`no-force-push`: refs only move forward, and tags do not move.

## What it checks

Every update of an existing ref. The new tip must have the old one among its ancestors; a tag must not be moved at all,
not forward either. A ref that is deleted and created again in one push counts as one update; so it does in two pushes, where the
server keeps a log: then the ref must lead on from where the log saw it last, and a tag must be the same again.

There are no options.

## Why

A rewritten branch takes away commits that others have built on, and the evidence of what was released. A tag that moves
makes one version name mean two things.

## Rejected

```update
non-ff refs/heads/main
```

```update
ff refs/tags/v1.0
```

## Accepted

```update
ff refs/heads/main
```

```update
create refs/tags/v1.0
```

```update
delete refs/heads/topic
```

## Limits

Deletions are for `no-ref-deletion`. A ref that is deleted in one push and created in a later one is a new ref where there is no
log, and where it was deleted before the log began. Only a stage that sees ref updates can judge: not commit-msg, and not `check`
of a range.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import RefUpdate


@record
class NoForcePush:
    name = "no-force-push"
    needs = ("update",)
    default_refs = ("refs/**",)
    first = False

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        if update.lost:
            yield _lost(update)
        if update.ancestry not in ("ff", "non-ff"):
            return
        if update.ref.startswith("refs/tags/"):
            if update.old != update.new:
                yield Violation(message="the tag exists and would be moved", fix="make a new tag with another name")
        elif update.ancestry == "non-ff":
            yield Violation(
                message="not a fast-forward: the old tip would be lost",
                fix="git pull --rebase, then push without --force",
            )

    def minds_lost(self) -> bool:
        """Whether it is to be told what a ref that is made again had before."""
        return True


def _lost(update: RefUpdate) -> Violation:
    stood = f"stood at {update.lost[:12]} until it was deleted"
    if update.ref.startswith("refs/tags/"):
        return Violation(message=f"the tag {stood}, and would be moved", fix="make a new tag with another name")
    fix = f"push what has {update.lost} among its ancestors, or take another name"
    return Violation(message=f"the branch {stood}: that would be lost", fix=fix)
