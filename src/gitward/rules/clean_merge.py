"""`clean-merge`: a merge holds what git makes of its parents, and nothing else.

## What it checks

Each merge is made again from its parents, as `git merge` would, and the trees are compared. A merge that holds anything else
brought a change that no commit of any side has, or left one out. One of more than two parents is made as git's octopus
strategy does it: one side after the other, without renames, and only the last may leave conflicts to who merges.

- `conflicts`: `refuse` (the default), or `allow`, which lets the paths that git left in conflict hold anything: somebody
  had to resolve them. All other paths must still be as git makes them.

## Why

Reviews look at the commits of a branch, and tools show a merge as empty. A change that is slipped into the merge itself
is read by nobody; a merge that takes one side whole takes back what the other had, and no commit says so.

## Rejected

```merge conflicts=refuse
remade=no
```

## Accepted

```merge conflicts=refuse
remade=yes
```

```text
Merge branch 'topic', which this is not
```

## Limits

The merge is made with git's own strategy and without attributes, whatever `.gitattributes` says: one that was made by another
(`-X`, `-s subtree`, a merge driver, `merge=union`) may be refused. Undecided is a merge of more than two parents where a side
has several best common ancestors with what was merged before it, for there git's octopus has a way of its own; one of more
than 64; and any by git before 2.38. `git show --remerge-diff` shows the difference.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import Question, violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    from gitward.model import Commit, Violation

_ASKED = {"refuse": Question(kind="remade", value="clean"), "allow": Question(kind="remade", value="resolved")}


@record
class CleanMerge:
    conflicts: Literal["refuse", "allow"] = "refuse"

    name = "clean-merge"
    needs = ("object",)
    default_refs = ("refs/**",)
    first = False

    def asks(self, commit: Commit) -> Sequence[Question]:
        return (_ASKED[self.conflicts],) if commit.merge else ()

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if not commit.merge:
            return
        is_remade = commit.answers.get(_ASKED[self.conflicts])
        if is_remade is None:
            parents = len(commit.parents or ())
            reason = "git here is older than 2.38"
            if parents > 2:
                reason = f"of {parents} parents some have several best common ancestors, or they are too many, or {reason}"
            raise Undecided(f"the merge cannot be made again: {reason}", "merge two at a time, with a newer git", "not-remade")
        if not is_remade:
            but = " outside the conflicts" if self.conflicts == "allow" else ""
            yield violation(
                message=f"the merge does not hold what git makes of its parents{but}",
                fix="merge again without other changes, and make them in a commit of their own (git show --remerge-diff)",
            )
