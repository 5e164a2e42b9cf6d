"""`no-ref-deletion`: refs are not deleted.

## What it checks

That no ref update of the push takes a ref away. Which refs is said by `refs`, as for every rule.

There are no options.

## Why

A deleted branch or tag takes its commits with it at the next `git gc`. git's own `receive.denyDeletes` covers branches
only.

## Rejected

```update
delete refs/heads/main
```

```update
delete refs/tags/v1.0
```

## Accepted

```update
create refs/heads/topic
```

```update
non-ff refs/heads/topic
```

## Limits

A branch can lose its commits without being deleted: see `no-force-push`. Only a stage that sees ref updates can judge:
not commit-msg, and not `check` of a range.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import RefUpdate


@record
class NoRefDeletion:
    name = "no-ref-deletion"
    needs = ("update",)
    default_refs = ("refs/**",)
    first = False

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        if update.ancestry == "delete":
            yield Violation(message="the ref would be deleted", fix="keep it; whoever runs the server can take it away")
