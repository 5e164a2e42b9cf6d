"""`ref-namespace`: refs stand where they belong, and none can be taken for another.

## What it checks

Every ref that a push creates, moves or deletes must lie in a namespace that the policy allows. `refs/replace/` is never
allowed. A ref that is created or moved must also

- not repeat a namespace in its name, as `refs/heads/refs/heads/main` does;
- not differ only by case or by Unicode form from another ref, or from one that the policy names;
- where it is an annotated tag, carry the name in its `tag` header that it has as a ref.

Options:

- `allow`: patterns of refs, default `refs/heads/**` and `refs/tags/**`; a leading `!` takes out.
- `tag_name`: `exact`: the `tag` header is the whole name after `refs/tags/`, as git writes it. `last-part` also takes
  the last part of the name alone.

## Why

A ref outside the usual namespaces is seen by no branch rule, and `refs/replace/` makes git show other objects than were
pushed. `Main` beside `main` is one file on many disks. git verifies the signed tag `v1` happily under the ref
`refs/tags/v2`: an old release with a new name.

## Rejected

```update
create refs/notes/commits
```

```update allow=refs/**
create refs/replace/4b825dc642cb6eb9a060e54bf8d69288fbee4904
```

```update
create refs/heads/refs/heads/main
```

```update
create refs/heads/Main collides=refs/heads/main
```

```update
create refs/tags/v2 tag=v1
```

## Accepted

```update
ff refs/heads/main
```

```update
create refs/tags/release/v1 tag=release/v1
```

```update tag_name=last-part
create refs/tags/release/v1 tag=v1
```

```update allow=refs/heads/**,refs/notes/**
create refs/notes/commits
```

## Limits

Of nested tags only the outermost carries the ref's name. A lightweight tag has no header to compare. Letters that only
look alike are different letters here.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.patterns import matches_ref
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gitward.model import RefUpdate
    from gitward.rules.options import RefGlobs

_NEVER = "refs/replace/"
_TAGS = "refs/tags/"
_NESTED = ("refs/heads/refs/", "refs/tags/refs/", "refs/heads/heads/", "refs/tags/tags/")


@record
class RefNamespace:
    allow: RefGlobs = ("refs/heads/**", "refs/tags/**")
    tag_name: Literal["exact", "last-part"] = "exact"

    name = "ref-namespace"
    needs = ("update", "refs")
    default_refs = ("refs/**",)
    first = False

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        if not update.is_real:
            return
        for ref in dict.fromkeys((update.ref, update.alias or update.ref)):
            if ref.startswith(_NEVER) or not matches_ref(self.allow, ref):
                yield Violation(
                    message=f'"{ref[:80]}" lies in no namespace that is allowed',
                    fix=f"push to one of {', '.join(self.allow[:10])}",
                )
            elif ref.startswith(_NESTED) and update.ancestry != "delete":
                yield Violation(message=f'"{ref[:80]}" repeats a namespace', fix="push to the name without the repetition")
        if update.ancestry == "delete":
            return
        for other in update.collisions[:10]:
            yield Violation(message=f'it differs from "{other[:80]}" only by case or Unicode form', fix="choose another name")
        if update.tags and update.ref.startswith(_TAGS):
            yield from self._tag(update.ref[len(_TAGS) :], update.tags[0].name)

    def _tag(self, short: str, header: str) -> Iterator[Violation]:
        if header == short or (self.tag_name == "last-part" and header == short.rpartition("/")[2]):
            return
        yield Violation(
            message=f'the tag calls itself "{header[:60]}" and its ref "{short[:60]}"',
            fix="push the tag under the name that it was made with, or make it again: git tag -a",
        )
