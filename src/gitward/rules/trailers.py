"""`trailers`: which trailers a message has, how often, and with which values.

## What it checks

The trailer block, the last paragraph of the message, as `git interpret-trailers` reads it. Keys are compared without
regard to case. An empty value is none.

- `keys`: a list, one item for each key that is spoken of; it must be given. In an item:
    - `key`: the key, such as `Reviewed-by`;
    - `required`: `true` asks for the trailer at least once;
    - `unique`: `true` refuses it a second time, with whatever value;
    - `pattern`: an RE2 regular expression that each of its values matches from end to end.
- `others`: `refuse` allows no key that is not in the list; `allow` is the default.
- `merges`: `skip`, or `judge` to judge merge commits too.

## Why

Tools read trailers: who reviewed, which ticket, which change. A misspelt key or a value of another form is lost to them
without a word.

## Rejected

```text keys='[{key: Reviewed-by, required: true}]'
fix: handle UTF-8
```

```text keys='[{key: Reviewed-by, required: true}]'
fix: handle UTF-8

Reviewed-by: Ann <ann@example.com>

But this paragraph ends the message, so the line above is text.
```

```text keys='[{key: Change-Id, unique: true}]'
fix: handle UTF-8

Change-Id: I1
change-id: I2
```

```text keys='[{key: Refs, pattern: "PROJ-[0-9]+"}]'
fix: handle UTF-8

Refs: PROJ-12, the old one
```

```text keys='[{key: Reviewed-by}]' others=refuse
fix: handle UTF-8

Reviewd-by: Ann <ann@example.com>
```

## Accepted

```text keys='[{key: Reviewed-by, required: true}]'
fix: handle UTF-8

reviewed-by: Ann <ann@example.com>
Reviewed-by: Bob <bob@example.com>
Tested-by: Carol <carol@example.com>
```

```text keys='[{key: Refs, pattern: "PROJ-[0-9]+"}, {key: Change-Id, unique: true}]'
fix: handle UTF-8

Refs: PROJ-12
Refs: PROJ-13
Change-Id: I1
```

```text keys='[{key: Refs}]' others=refuse
fix: handle UTF-8

Note: this is text, because another paragraph follows.

Refs: PROJ-12
```

## Limits

git takes a last paragraph for a trailer block when all its lines have the form `Key: value`, so with `others: refuse` a
closing "Note: ..." is refused too. A line `(cherry picked from commit ...)` has no key and may always stand there. What
is asked for does not depend on the paths that a commit changes: commit-msg does not know them, and the rule would say
nothing there; write one entry for each set of branches. Who a trailer names is not verified; `signed-off-by` compares
a sign-off with the author.
"""

from __future__ import annotations

from gitward.model import violation
from gitward.patterns import matches_whole
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from gitward.bounds import MaxLen, MinLen
    from gitward.model import Commit, Message, Trailer, Violation
    from gitward.rules.options import Pattern, TrailerKey

_MOST_UNKNOWN = 10  # keys that are named when they are refused
_MOST_KEYS = 20  # keys that are named as known


@record
class Key:
    """What is asked of the trailers with one key."""

    key: TrailerKey
    required: bool = False
    unique: bool = False
    pattern: Pattern | None = None


@record
class Trailers:
    keys: Annotated[tuple[Key, ...], MinLen(1), MaxLen(100)]
    others: Literal["allow", "refuse"] = "allow"
    merges: Literal["skip", "judge"] = "skip"

    name = "trailers"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False
    records = {"keys": Key}  # noqa: RUF012  never written

    def conflict(self) -> str:
        names = [item.key.lower() for item in self.keys]
        for index, item in enumerate(self.keys):
            if names.index(item.key.lower()) < index:
                return f"the key {item.key!r} is in `keys` twice"
        if self.others == "allow" and not any(item.required or item.unique or item.pattern for item in self.keys):
            return "it asks for nothing: say `required`, `unique` or `pattern` of a key, or `others: refuse`"
        return ""

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        found: dict[str, list[Trailer]] = {}
        for trailer in message.trailers:
            found.setdefault(trailer.key.lower(), []).append(trailer)
        for item in self.keys:
            name = item.key.lower()
            if name in found:
                yield from _of_key(item, found[name])
            elif item.required:
                yield _missing(item, message)
        if found and self.others == "refuse":
            known = {item.key.lower() for item in self.keys}
            unknown = [trailers[0] for name, trailers in found.items() if name not in known]
            for trailer in unknown[:_MOST_UNKNOWN]:
                yield _at(trailer, f'no trailer "{trailer.key[:60]}" is known here', f"known here: {_known(self.keys)}")


def _of_key(item: Key, found: list[Trailer]) -> Iterator[Violation]:
    """What is wrong with the trailers of one key."""
    if item.required and not any(trailer.value for trailer in found):
        yield _at(found[0], f"the trailer {item.key} has no value", "say what it stands for")
        return
    if item.unique and len(found) > 1:
        yield _at(found[1], f"a second {item.key}, first in line {found[0].line}", "keep one of them")
    if item.pattern is not None:
        for trailer in found:
            if not matches_whole(item.pattern, trailer.value):
                shown = f'the value "{trailer.value[:60]}"' if trailer.value else "an empty value"
                yield _at(trailer, f"{shown} of {item.key} is of another form", f"it must match {item.pattern}")
                return


def _missing(item: Key, message: Message) -> Violation:
    lowered = "\n" + message.text.lower()
    at = lowered.find(f"\n{item.key.lower()}:")
    if at >= 0:
        text = f"a {item.key} does not stand in the trailers, the last paragraph of the message"
        return violation(message=text, fix="move it to the end", line=lowered.count("\n", 0, at) + 1, column=1)
    return violation(message=f"there is no {item.key} trailer", fix=f"add a line {item.key}: ... to the last paragraph")


def _at(trailer: Trailer, text: str, fix: str) -> Violation:
    return violation(message=text, fix=fix, line=trailer.line, column=1)


def _known(keys: tuple[Key, ...]) -> str:
    more = f", and {len(keys) - _MOST_KEYS} more" if len(keys) > _MOST_KEYS else ""
    return ", ".join(item.key for item in keys[:_MOST_KEYS]) + more
