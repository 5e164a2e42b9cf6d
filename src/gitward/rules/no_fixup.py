"""`no-fixup`: no `fixup!`, `squash!` or `amend!` commits.

## What it checks

That the subject does not begin with one of the marks that `git commit --fixup` and `--squash` write. All other rules
judge the text after the marks, so `fixup! bad` is judged as `bad` by them.

There are no options. The marks are welcome on topic branches: name the branches where they are not in `refs`.

## Why

Such a commit is a note to oneself, meant to be folded into another by `git rebase -i --autosquash` before it lands.

## Rejected

```text
fixup! fix: handle UTF-8
```

```text
squash! fixup! fix: handle UTF-8
```

## Accepted

```text
fix: handle UTF-8
```

```text
fixup the parser, and handle UTF-8
```

## Limits

Only what git itself writes is a mark: lower case, an exclamation mark, a blank. `Fixup: x` is an ordinary subject.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Commit


@record
class NoFixup:
    name = "no-fixup"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        if message.marks:
            yield Violation(
                message=f'the subject begins with "{message.marks.split()[0]}"',
                fix="git rebase -i --autosquash folds it into the commit it belongs to",
                line=message.subject_index + 1,
                column=1,
            )
