"""`push-limits`: one push brings only so much.

## What it checks

The whole push, before any other rule looks at it. Each limit that is left out is not checked.

- `commits`: most commits that no ref of the repository reached before, at most 10,000.
- `updates`: most ref updates, at most 1,000.
- `files`: most paths that these commits add or change, at most 100,000.
- `bytes`: most bytes of new file content, at most `100MiB`.

## Why

A push of thousands of commits is mostly a mistake: a vendored tree, the wrong remote, a history rewritten by accident.
Nobody can review it.

## Rejected

```push commits=100
commits=101
```

```push updates=3 bytes=1000
updates=4
bytes=2000
```

## Accepted

```push commits=100
commits=100
```

```push bytes=1000
commits=5000
bytes=1000
```

## Limits

The bounds are those of the budgets that every push has: beyond them nothing is judged at all, and the push is
undecided. Only a stage that sees a push can judge.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import Violation
from gitward.record import fields, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated

    from gitward.bounds import Ge, Le
    from gitward.model import Change
    from gitward.rules.options import Size


_NAMES = {"commits": "commits", "updates": "ref updates", "files": "files", "bytes": "bytes"}


@record
class PushLimits:
    commits: Annotated[int, Ge(1), Le(10_000)] | None = None
    updates: Annotated[int, Ge(1), Le(1_000)] | None = None
    files: Annotated[int, Ge(1), Le(100_000)] | None = None
    bytes: Annotated[Size, Le(100 << 20)] | None = None

    name = "push-limits"
    needs = ("push",)
    default_refs = ("refs/**",)
    first = True

    def conflict(self) -> str:
        limits = [name for name in fields(self) if getattr(self, name) is not None]
        return "" if limits else f"it limits nothing: give one of {', '.join(fields(self))}"

    def check_push(self, change: Change) -> Iterator[Violation]:
        uncounted = ""
        for name in fields(self):
            limit, total = getattr(self, name), getattr(change.totals, name)
            if limit is None:
                continue
            if total is None:
                uncounted = name
            elif total > limit:
                yield Violation(
                    message=f"the push brings {total} {_NAMES[name]}, {limit} allowed", fix="push it in smaller parts"
                )
        if uncounted:
            raise Undecided(f"the {uncounted} of the push were not counted", reason="not-counted")
