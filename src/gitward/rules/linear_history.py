"""`linear-history`: no merge commits.

## What it checks

That no commit has more than one parent. All commits that a ref gains are judged, also those that came to another ref
before. In commit-msg a merge is recognised by MERGE_HEAD; never by the subject.

There are no options.

## Why

In a line of commits each one can be read, reverted and bisected by itself.

## Rejected

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
parent 1111111111111111111111111111111111111111
parent 2222222222222222222222222222222222222222
author Ann <ann@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: two parents, whatever the subject says
```

## Accepted

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
parent 1111111111111111111111111111111111111111
author Ann <ann@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

Merge branch 'topic', says the subject of a commit with one parent
```

## Limits

A squash merge has one parent and passes. Which side of a merge was wanted cannot be told, so the fix is always to make
the commits again on top of the branch.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Commit


@record
class LinearHistory:
    name = "linear-history"
    needs = ("merge",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if commit.merge:
            yield Violation(message="a merge commit", fix="git rebase onto the branch in place of the merge")
