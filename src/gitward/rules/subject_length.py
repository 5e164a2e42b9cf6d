"""`subject-length`: the subject is neither too short nor too long.

## What it checks

The width of the subject in the columns of a terminal: East Asian wide characters and emoji take two, combining marks
none. Blanks at both ends do not count, nor does a leading `fixup! `, `squash! ` or `amend! `.

- `min`: fewest columns, default 5.
- `max`: most columns, default 72.
- `unit`: `columns`, or `code-points` to count characters instead.
- `merges`: `skip`, or `judge` to judge merge commits too.

## Why

`git log --oneline`, forges and mail clients cut long subjects. A subject of one word says nothing to whoever looks for
the cause of a fault.

## Rejected

```text
wip
```

```text max=50
fix: a subject that goes on and on without ever coming to its end
```

```text max=10
修正：長すぎる件名
```

## Accepted

```text
fix: handle UTF-8 in subjects
```

```text max=16
修正：長い件名🎉
```

```text max=10 unit=code-points
修正：長すぎる件名
```

## Limits

A line break is never asked for: one token that is longer than the limit is too long as well. How wide an emoji is
depends on the font; all are counted as two columns. Only the first line counts, also where a second line follows
without a blank one.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.record import record
from gitward.width import columns, fitting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from gitward.bounds import Ge, Le
    from gitward.model import Commit


@record
class SubjectLength:
    min: Annotated[int, Ge(0), Le(10_000)] = 5
    max: Annotated[int, Ge(1), Le(10_000)] = 72
    unit: Literal["columns", "code-points"] = "columns"
    merges: Literal["skip", "judge"] = "skip"

    name = "subject-length"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def conflict(self) -> str:
        return f"min {self.min} is more than max {self.max}" if self.min > self.max else ""

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        subject = message.subject.strip()
        length = len(subject) if self.unit == "code-points" else columns(subject)
        if self.min <= length <= self.max:
            return
        unit = "columns" if self.unit == "columns" else "characters"
        if not subject:
            yield Violation(message="there is no subject", fix=f"write one of at least {self.min} {unit}")
        elif length < self.min:
            yield Violation(
                message=f"the subject has {length} {unit}, at least {self.min} needed",
                fix="say in a few words what the commit does",
                line=message.subject_index + 1,
                column=1,
            )
        else:
            before = len(message.marks) + message.subject.index(subject[0])
            fits = self.max if self.unit == "code-points" else fitting(subject, self.max)
            yield Violation(
                message=f"the subject has {length} {unit}, {self.max} allowed",
                fix="shorten it, and move the details to the body",
                line=message.subject_index + 1,
                column=before + fits + 1,
            )
