"""`body-required`: the message says more than its subject.

## What it checks

The body: what stands between the subject and the trailers. Trailers do not count, nor do blank lines and blanks around
lines.

- `min`: fewest characters, default 1.
- `unless_types`: types of Conventional Commits that need no body, such as `docs` or `style`, in any case. git's own
  revert form has the type `revert`.
- `merges`: `skip`, or `judge` to judge merge commits too.

## Why

The diff shows what was changed; why it was changed stands in the body or nowhere.

## Rejected

```text
fix: handle UTF-8
```

```text
fix: handle UTF-8

Signed-off-by: Ann <ann@example.com>
```

```text min=20
fix: handle UTF-8

It was broken.
```

## Accepted

```text
fix: handle UTF-8

File names in other encodings made the walk stop half way.

Signed-off-by: Ann <ann@example.com>
```

```text unless_types=docs,style
docs(readme): name the author
```

## Limits

Whether the body says anything is for people to judge; the rule counts. A last paragraph that has the form of trailers
is taken for trailers, as git does. A long prefix that is no Conventional Commit header has no type.
"""

from __future__ import annotations

from gitward.conventional import Header, header
from gitward.model import violation
from gitward.record import record
from gitward.reverts import is_revert

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from gitward.bounds import Ge, Le
    from gitward.model import Commit, Violation
    from gitward.rules.options import Text


@record
class BodyRequired:
    min: Annotated[int, Ge(1), Le(100_000)] = 1
    unless_types: tuple[Text, ...] = ()
    merges: Literal["skip", "judge"] = "skip"

    name = "body-required"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        length = 0
        for line in message.body:
            length += len(line.strip())
            if length >= self.min:
                return
        if self.unless_types and self._needs_none(message.subject):
            return
        if length:
            yield violation(
                message=f"the body has {length} characters, at least {self.min} needed",
                fix="say why the change is made",
                line=message.body_index + 1,
                column=1,
            )
        else:
            yield violation(
                message="there is no body" + (", only trailers" if message.trailers else ""),
                fix="leave a blank line below the subject, then say why the change is made",
            )

    def _needs_none(self, subject: str) -> bool:
        found = header(subject)
        kind = found.type if isinstance(found, Header) else "revert" if is_revert(subject) else ""
        return kind.lower() in (name.lower() for name in self.unless_types)
