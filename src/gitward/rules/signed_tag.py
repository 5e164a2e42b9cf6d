"""`signed-tag`: every tag is an annotated one, signed by somebody whom the policy knows, for its own name and a known target.

## What it checks

Each tag that a push creates or moves. It must be an annotated tag with a good signature by a principal of the policy; if the
principal lists addresses, the tagger's must be one of them. git verifies a tag `v1` under `refs/tags/v2` happily: here the name
that was signed must be the ref's. Of a tag that stands on other tags each must be signed.

- `formats`: which of `openpgp`, `ssh` and `x509` count; left out, all.
- `tag_name`: `exact` (the default): the tag's own name is all that stands after `refs/tags/`; `last-part`: that or its last part.
- `target`: to what the tag must lead in the end: `signed` (the default), a commit with a good signature by a principal of
  the policy, under the committer's address; `commit`, any commit; `any`, anything.
- `validity`: at which time the key must have been valid: when the tag was `first-seen` (the default), when the `signature` says
  it was made, or `now`.
- `unknown_first_seen`: what counts where nobody knows when it was first seen: `now` (the default) or `signature`.

## Why

A release is what its tag says. A lightweight tag says nothing of who made it, and a signature of another version under this
name, or of something that nobody has signed, says the wrong thing.

## Rejected

```update
create refs/tags/v1.0
```

```update
create refs/tags/v1.0 tag=v1.0 target=signed
```

```update
create refs/tags/v2.0 tag=v1.0 signed=ann@example.com target=signed
```

```update
create refs/tags/v1.0 tag=v1.0 signed=ann@example.com target=unsigned
```

## Accepted

```update
create refs/tags/v1.0 tag=v1.0 signed=ann@example.com target=signed
```

```update target=commit
create refs/tags/v1.0 tag=v1.0 signed=ann@example.com target=unsigned
```

```update tag_name=last-part
create refs/tags/release/v1.0 tag=v1.0 signed=ann@example.com target=signed
```

```update
delete refs/tags/v1.0
```

## Limits

That a tag does not move, and is not taken away, is for `no-force-push` and `no-ref-deletion`. What the tag leads to was perhaps
signed by another person; of the commits before it only those are looked at that the push brings, by entries for `refs/tags/**`.
Without `refs` the entry is for `refs/tags/**`. Only a stage that sees ref updates can judge.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import Violation
from gitward.record import record
from gitward.validity import judged, objection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from gitward.bounds import MinLen
    from gitward.model import Ident, RefUpdate, Signature

_TAGS = "refs/tags/"
_AGAIN = "make it again: git tag -s -f, before anybody has it"


@record
class SignedTag:
    formats: Annotated[tuple[Literal["openpgp", "ssh", "x509"], ...], MinLen(1)] = ("openpgp", "ssh", "x509")
    tag_name: Literal["exact", "last-part"] = "exact"
    target: Literal["signed", "commit", "any"] = "signed"
    validity: Literal["first-seen", "signature", "now"] = "first-seen"
    unknown_first_seen: Literal["now", "signature"] = "now"

    name = "signed-tag"
    needs = ("update", "signature")
    default_refs = ("refs/tags/**",)
    first = False

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        if update.ancestry == "delete" or not update.is_real:
            return
        if not update.tags:
            yield Violation(message="a lightweight tag, which nobody can sign", fix="make it again: git tag -s")
            return
        for index, tag in enumerate(update.tags):
            what = "the tag" if index == 0 else f'the tag "{tag.name[:60]}" below it'
            yield from self._signature(what, tag.signature, None, tag.tagger)
        yield from self._name(update.ref.removeprefix(_TAGS), update.tags[0].name)
        yield from self._target(update)

    def _signature(
        self, what: str, signature: Signature | None, author: Ident | None, committer: Ident | None
    ) -> Iterator[Violation]:
        if signature is None:
            raise Undecided(f"the signature of {what} was not read", reason="error")
        result = judged(
            signature, author, committer, validity=self.validity, unknown_first_seen=self.unknown_first_seen
        )
        if against := objection(what, signature, result, self.formats):
            yield Violation(message=against, fix=_AGAIN)

    def _name(self, short: str, signed: str) -> Iterator[Violation]:
        if signed != short and not (self.tag_name == "last-part" and signed == short.rpartition("/")[2]):
            yield Violation(
                message=f'what was signed is the tag "{signed[:60]}", its ref is "{short[:60]}"',
                fix="push the tag under the name that it was made with",
            )

    def _target(self, update: RefUpdate) -> Iterator[Violation]:
        if self.target == "any":
            return
        if update.kind != "commit":
            yield Violation(message=f"the tag leads to a {update.kind}, not to a commit", fix="tag a commit: git tag -s")
        elif self.target == "signed":
            commit = update.target
            if commit is None:
                raise Undecided("the commit to which the tag leads was not read", reason="error")
            what = f"the commit {update.peeled[:12]} to which the tag leads"
            yield from self._signature(what, commit.signature, commit.author, commit.committer)
