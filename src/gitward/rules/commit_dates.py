"""`commit-dates`: the dates of a commit can be true.

## What it checks

The author date and the committer date, against the moment when the judging began, against each other, and against the
parents. A date in the future or from before git, or a commit that is older than its own author date, is the mark of a
clock that is wrong, or of somebody who sets it.

- `skew`: by how much clocks may differ, as in `90s`, `10m`, `24h`, `7d`. No date may lie further in the future.
- `not_before`: the first day, in UTC, that a date may name. Left out, 2005-04-07, the day of git's own first commit;
  1970-01-01 takes every date.
- `after_author`: `false` takes a committer date from before the author date.
- `after_parents`: `true` refuses a committer date from before that of a parent.

## Why

Many tools sort by dates, and git walks by them: one commit from 2037 stands on top of every list for years, and one from
1970 makes a walk stop too early, or go on to the end.

## Rejected

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 4102444800 +0000
committer Ann <ann@example.com> 4102444800 +0000

fix: handle UTF-8
```

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 0 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

```commit skew=60
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000100 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

## Accepted

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1600000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

```commit after_author=false
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700001000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

## Limits

Dates are claims: whoever makes a commit writes any date into it. That a date can be true does not make it so; when the
server first saw a commit stands in its log. A rebase keeps author dates, however old. With `after_parents` each commit
waits for its parents to be read again, and where one is not there (a shallow clone) it is undecided; in a history that
was judged without it, clocks that were wrong once may be in the way of `check --all`.
"""

from __future__ import annotations

from gitward.days import day, first_second
from gitward.errors import Undecided
from gitward.model import Question, violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.model import Commit, Violation
    from gitward.rules.options import Day, Duration

_FIX = "set the clock right, then git commit --amend --no-edit --date=now"


@record
class CommitDates:
    skew: Duration = 600
    not_before: Day = "2005-04-07"
    after_author: bool = True
    after_parents: bool = False

    name = "commit-dates"
    needs = ("object", "time")
    default_refs = ("refs/**",)
    first = False

    def asks(self, commit: Commit) -> Sequence[Question]:
        if not self.after_parents or commit.committer is None or not commit.parents:
            return ()
        return (Question(kind="parent-later", value=str(commit.committer.time + self.skew)),)

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if not commit.seen:
            raise Undecided("when the judging began is not known", reason="unknown-time")
        author, committer = commit.author, commit.committer
        latest, earliest = commit.seen + self.skew, first_second(self.not_before)
        for role, ident in (("author", author), ("committer", committer)):
            if ident is not None and ident.time > latest:
                yield violation(message=f"the {role} date, {day(ident.time)}, lies in the future", fix=_FIX)
            if ident is not None and ident.time < earliest:
                text = f"the {role} date, {day(ident.time)}, lies before {self.not_before}"
                yield violation(message=text, fix=_FIX)
        if self.after_author and author and committer and author.time > committer.time + self.skew:
            yield violation(message="it was committed before it was written, by its dates", fix=_FIX)
        for question in self.asks(commit):
            answer = commit.answers.get(question)
            if answer is None:
                raise Undecided("cannot tell when a parent was committed", reason="unknown-parent")
            if answer:
                yield violation(message="it was committed before a parent of it was, by their dates", fix=_FIX)
