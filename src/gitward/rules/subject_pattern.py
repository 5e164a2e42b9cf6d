r"""`subject-pattern`: a pattern is found in the subject, or must not be.

## What it checks

The subject, without a leading `fixup! `, `squash! ` or `amend! `. The pattern is an RE2 regular expression and may be
found anywhere; `^` and `$` anchor it, `(?i)` makes it blind to case.

- `pattern`: what to look for; it must be given.
- `negate`: `true` refuses subjects in which it is found.
- `description`: what the pattern stands for, in a few words, shown to whoever breaks the rule.
- `merges`: `skip`, or `judge` to judge merge commits too.

To keep unfinished work off a branch, use `negate: true` with

    pattern: '(?i)^\W*(wip\b|draft[]):])'

which takes `WIP:x`, `wip x`, `[WIP] x`, `Draft: x` and `[draft] x`, but neither `WIPING x` nor `Draft the release
notes`.

## Why

Every project has a convention that no general rule knows, and some words that must not reach a protected branch.

## Rejected

```text pattern='(?i)^\W*(wip\b|draft[]):])' negate=true
[WIP] handle UTF-8
```

```text pattern='(?i)^\W*(wip\b|draft[]):])' negate=true
Draft: handle UTF-8
```

```text pattern='^[a-z-]+: '
Handle UTF-8
```

## Accepted

```text pattern='(?i)^\W*(wip\b|draft[]):])' negate=true
WIPING the disk takes an hour
```

```text pattern='(?i)^\W*(wip\b|draft[]):])' negate=true
Draft the release notes
```

```text pattern='^[a-z-]+: '
subject: handle UTF-8
```

## Limits

RE2 has no look-around and no back-references, so that no message can stall the server. `\b` and `\w` know ASCII only;
write `\pL` for a letter of any script. Bytes that were no text are seen as U+FFFD or `?`.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.patterns import search
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gitward.model import Commit
    from gitward.rules.options import Pattern


@record
class SubjectPattern:
    pattern: Pattern
    negate: bool = False
    description: str = ""
    merges: Literal["skip", "judge"] = "skip"

    name = "subject-pattern"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        found = search(self.pattern, message.subject)
        if (found is not None) is not self.negate:
            return
        line = message.subject_index + 1 if message.subject else None
        if found:
            start, end = found
            text = message.subject[start:end].strip()[:60]
            yield Violation(
                message=f'"{text}" must not stand in the subject' if text else "the subject has a form that is refused",
                fix=self.description or f"reword it: nothing in it may match {self.pattern}",
                line=line,
                column=len(message.marks) + start + 1,
            )
        else:
            yield Violation(
                message="the subject does not have the form that is asked for",
                fix=self.description or f"reword it: it must match {self.pattern}",
                line=line,
                column=1 if line else None,
            )
