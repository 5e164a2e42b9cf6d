"""`malformed-object`: a commit or an annotated tag has exactly the form that git itself writes.

## What it checks

The raw bytes of every commit and annotated tag, before any other rule sees them: the header lines in git's order and
number, no NUL byte, idents with one pair of angle brackets and a date in range, an empty line before the message, one
signature block at most. A commit with a header that neither git nor a known tool writes is refused too.

The rule is always on, on every ref, with or without an entry. It is an error, and nothing makes it a warning.

- `headers`: names of further commit headers that are let through; a final `*` stands for any rest. They count for
  nothing. A name that begins with `gpgsig` is never let through.

## Why

Programs disagree about objects that git would not write: of two `author` lines some read the first and some the last,
some stop at a NUL byte, some find a signature in the message. Whoever can make two readers see two commits can get one
approved and ship the other.

## Rejected

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
author Bob <bob@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: two authors
```

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000
build-id 17

fix: a header that nobody knows
```

## Accepted

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: what git writes
```

```commit headers=build-id
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000
build-id 17

fix: a header that the policy names
```

## Limits

An empty name or address is well formed. Whether a signature holds is not asked here. In commit-msg there is no object
yet. Old commits of a history that began with other tools are let go by `since` or by `exempt` with the full oid.
"""

from __future__ import annotations

from gitward.gitobject import is_listed
from gitward.model import Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Commit, RefUpdate
    from gitward.rules.options import Text


@record
class MalformedObject:
    headers: tuple[Text, ...] = ()

    name = "malformed-object"
    needs = ("object",)
    default_refs = ("refs/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if commit.malformed:
            yield Violation(message=f"malformed commit: {commit.malformed}", fix=_fix(commit))
        if commit.headers:
            for header in dict.fromkeys(commit.headers):
                if not is_listed(header) and not self._lets_through(header):
                    yield Violation(
                        message=f'the header "{header[:60]}" is written by no known tool',
                        fix=f"{_fix(commit)}; a header that your tools need is named in the entry's headers",
                    )

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        for tag in update.tags:
            if tag.malformed:
                yield Violation(message=f"malformed tag: {tag.malformed}", fix="make the tag again: git tag -f -a")

    def _lets_through(self, header: str) -> bool:
        return not header.startswith("gpgsig") and is_listed(header, self.headers)


def _fix(commit: Commit) -> str:
    """The git command that writes this commit, and those above it, anew.

    `git commit --amend` keeps a header that it does not know; a rebase writes the header from nothing, but for the
    author, which it takes over as it stands.
    """
    start = "--root" if commit.parents == () else f"{(commit.oid or 'HEAD')[:7]}^"
    if commit.malformed.startswith("author "):
        amend = "git commit --amend --no-edit --reset-author, git rebase --continue"
        return f'git rebase -i -r {start}, mark it "edit", {amend}'
    return f"git rebase --force-rebase -r {start}"
