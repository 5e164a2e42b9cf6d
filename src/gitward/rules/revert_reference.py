"""`revert-reference`: a revert names the commit that it reverts, and that commit is an ancestor.

## What it checks

Subjects that say they revert: `Revert "..."` and `Reapply "..."`, as git writes them, with whatever forges put behind,
and `revert: ...` of Conventional Commits. Each must name the commits that it reverts, by 7 digits or more, and each of
these must be an ancestor. They are named as git does it: in a line `This reverts commit OID.`, perhaps with
`, reversing changes made to OID.` or `(subject, date)` behind the oid, or `This reverts commits OID, OID and OID.`.
For `revert: ...` the trailers `Refs: OID` and `Reverts: OID` will do, as the specification recommends.

- `reason`: `true` asks for words of your own as well, besides what git and forges write and besides trailers.

## Why

A revert without its commit leaves whoever looks into it to search for what was taken back. A commit that is no ancestor
was never there to revert: a wrong oid, or one from before a rebase.

## Rejected

```text
Revert "fix: handle UTF-8"
```

```text
Revert "fix: handle UTF-8" (#12)

Reverts example/app#11
```

```text
revert: handle UTF-8
```

```text
Revert "fix: handle UTF-8"

This reverts commit 12345.
```

```text reason=true
Revert "fix: handle UTF-8"

This reverts commit 1111111111111111111111111111111111111111.
```

## Accepted

```text
Revert "fix: handle UTF-8"

This reverts commit 1111111111111111111111111111111111111111.
```

```text
Revert "Merge branch 'topic'"

This reverts commit 1111111111111111111111111111111111111111, reversing
changes made to 2222222222222222222222222222222222222222.
```

```text
revert: handle UTF-8

Refs: 1111111, 2222222
```

```text reason=true
Revert "fix: handle UTF-8"

This reverts commit 1111111111111111111111111111111111111111.

It broke the build on the oldest Python that we support.
```

## Limits

A revert is known by its subject: one under a title of its own, as `git revert --reference` asks for, is an ordinary
commit. That the change really undoes the other is not looked at. A revert that is picked to another branch names a commit
of the branch that it comes from: name the one that it takes back there. Where an ancestor cannot be looked up (a shallow
clone), a revert is undecided. Of a revert that names more than 100 commits, the first 100 are looked up.
"""

from __future__ import annotations

from gitward.conventional import Header, header
from gitward.model import violation
from gitward.record import record
from gitward.reverts import claims_revert, in_trailers, questions, reason, reverted, strangers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.model import Commit, Message, Question, Violation

_STARTS = ("Re", "re", "RE", "rE")  # of all that is looked at
_TYPE = "revert"
_TRAILERS = ("refs", "reverts")


@record
class RevertReference:
    reason: bool = False

    name = "revert-reference"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def asks(self, commit: Commit) -> Sequence[Question]:
        return questions(_named(commit.message)) if commit.message.subject.startswith(_STARTS) else ()

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        if not message.subject.startswith(_STARTS) or not _is_revert(message.subject):
            return
        asked = self.asks(commit)
        if not asked:
            yield _violation(message, "it names no commit that it reverts", "add a line: This reverts commit OID.")
        for oid in strangers(commit, asked):
            yield _violation(message, f"it reverts {oid[:12]}, which is no ancestor", "name a commit of this branch")
        if self.reason and not reason(message.body):
            yield _violation(message, "it does not say why", "say below the subject why the change is taken back")


def _is_revert(subject: str) -> bool:
    return claims_revert(subject) or _is_conventional(subject)


def _is_conventional(subject: str) -> bool:
    found = header(subject) if subject[: len(_TYPE)].lower() == _TYPE else None
    return isinstance(found, Header) and found.type.lower() == _TYPE


def _named(message: Message) -> tuple[str, ...]:
    if claims_revert(message.subject):
        return reverted(message)
    if _is_conventional(message.subject):
        return reverted(message) or in_trailers(message.trailers, _TRAILERS)
    return ()


def _violation(message: Message, text: str, fix: str) -> Violation:
    return violation(message=text, fix=fix, line=message.subject_index + 1, column=len(message.marks) + 1)
