r"""`ref-name`: the names of branches and tags match a pattern.

## What it checks

The name after `refs/heads/` or `refs/tags/`, or after `refs/` for a ref elsewhere, of every ref that a push creates or
moves. The whole name must match; there is no need for `^` and `$`.

- `pattern`: an RE2 regular expression; it must be given.

To judge branches and tags by patterns of their own, write two entries with `refs: ["refs/heads/**"]` and
`refs: ["refs/tags/**"]`.

## Why

Build and release jobs, protection rules and people find their branches by name.

## Rejected

```update pattern='(main|topic/[a-z0-9-]+)'
create refs/heads/Topic/UTF-8
```

```update pattern='v[0-9]+\.[0-9]+'
create refs/tags/v1.0-rc1
```

## Accepted

```update pattern='(main|topic/[a-z0-9-]+)'
ff refs/heads/topic/utf-8
```

```update pattern='v[0-9]+\.[0-9]+'
delete refs/tags/v1.0-rc1
```

## Limits

A deletion is never judged, so that a wrong name can be taken away. A branch that had its name before the rule came is
judged at its next push: take it out with a `!` pattern in `refs`.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.patterns import matches_whole
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import RefUpdate
    from gitward.rules.options import Pattern

_PREFIXES = ("refs/heads/", "refs/tags/", "refs/")


@record
class RefName:
    pattern: Pattern

    name = "ref-name"
    needs = ("ref",)
    default_refs = ("refs/**",)
    first = False

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        if update.ancestry == "delete":
            return
        prefix = next((prefix for prefix in _PREFIXES if update.ref.startswith(prefix)), "")
        short = update.ref[len(prefix) :]
        if not matches_whole(self.pattern, short):
            yield Violation(
                message=f'the name "{short[:80]}" does not have the form that is asked for',
                fix=f"rename it: the whole name must match {self.pattern}",
            )
