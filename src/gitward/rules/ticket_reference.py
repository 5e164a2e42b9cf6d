r"""`ticket-reference`: the message names a ticket.

## What it checks

That enough different tickets are named where the policy wants them. A ticket is a whole word that matches: no letter,
digit or `_` before or after it, nor a number that goes on. Words inside a URL, a path of a site, a fragment or a mail
address are none.

Some words look like tickets and never are: `UTF-8`, `SHA-256`, `ISO-8859`, `CVE-2024`, `RFC-822` and their like. They
do not count under a pattern of one's own either.

- `pattern`: an RE2 regular expression, default `[A-Z][A-Z0-9_]+-[1-9][0-9]*`, the keys of Jira and its like.
- `in`: where to look: any of `subject`, `body`, `trailers`; default subject and trailers. A trailer counts with its
  key, unless it names people (`...-by`, `Cc`).
- `count`: how many different tickets, default 1.
- `allow`: words before the number, such as `CVE`, that count although they are on the list above.
- `merges`: `skip`, or `judge` to judge merge commits too.

Patterns for other trackers: `#[1-9][0-9]*` for `#12`, `([\w.-]+/[\w.-]+)?#[1-9][0-9]*` for `owner/repo#3` as well,
`(?i)gh-[1-9][0-9]*` for `gh-4`.

## Why

The ticket says who wanted the change, and who agreed. Auditors follow it from the release to the request.

## Rejected

```text
fix: handle UTF-8
```

```text
fix: PROJ-012, xPROJ-12 and PROJ-12abc are no tickets, abc-123 neither
```

```text
fix: see https://tickets.example.com/browse/PROJ-12
```

```text in=trailers
PROJ-12: handle UTF-8
```

```text pattern='[A-Z]+-[0-9]+'
fix: handle SHA-256
```

## Accepted

```text
fix: PROJ-12 handle UTF-8
```

```text
fix: handle UTF-8

Refs: PROJ-12, PROJ-13
```

```text pattern='([\w.-]+/[\w.-]+)?#[1-9][0-9]*' in=body count=2
fix: handle UTF-8

Closes #1, owner/repo#3
```

```text allow=CVE pattern='CVE-[0-9]{4}-[0-9]+'
fix: CVE-2024-12345
```

## Limits

Whether the ticket exists is not looked up. Of a text with more than 10,000 words that match and do not count, the rest
is not read. Before and after a word, `-` is a part of it only when another word or number goes on there: `X-PROJ-12`
and `PROJ-12-34` are no tickets, `PROJ-12-handle-the-file` names one.
"""

from __future__ import annotations

from functools import lru_cache

from gitward.model import violation
from gitward.record import record
from gitward.tickets import KEYS, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from annotated_types import Ge, Le, MinLen

    from gitward.model import Commit, Message, Violation
    from gitward.rules.options import Pattern, Text

_PLACES = {"subject": "the subject", "body": "the body", "trailers": "the trailers"}


@record
class TicketReference:
    pattern: Pattern = KEYS
    in_: Annotated[tuple[Literal["subject", "body", "trailers"], ...], MinLen(1)] = ("subject", "trailers")
    count: Annotated[int, Ge(1), Le(100)] = 1
    allow: tuple[Text, ...] = ()
    merges: Literal["skip", "judge"] = "skip"

    name = "ticket-reference"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        found: set[str] = set()
        for place in self.in_:
            for text in _texts(message, place):
                for ticket in self.tickets(text):
                    found.add(ticket)
                    if len(found) == self.count:
                        return
        places = _named(self.in_)
        yield violation(
            message=f"{len(found)} of {self.count} tickets in {places}" if found else f"no ticket in {places}",
            fix=self._fix(),
        )

    def tickets(self, text: str) -> Iterator[str]:
        """The tickets that a text names, in order, a branch's name for instance."""
        return find(text, self.pattern, self.allow)

    def _fix(self) -> str:
        ticket, hint = "PROJ-123", ""
        if self.pattern != KEYS:
            ticket, hint = "...", f", where ... matches {self.pattern}"
        if "trailers" in self.in_:
            return f'add a line such as "Refs: {ticket}"{hint}'
        return f'name it in the {"body" if "body" in self.in_ else "subject"}, such as "{ticket}"{hint}'


@lru_cache(maxsize=64)
def _named(places: tuple[str, ...]) -> str:
    return " or ".join(_PLACES[place] for place in _PLACES if place in places)


def _texts(message: Message, place: str) -> tuple[str, ...]:
    """The texts of one place, in which tickets are looked for."""
    if place == "subject":
        return (message.subject,)
    if place == "body":
        return ("\n".join(message.body),)
    return tuple(
        f"{trailer.key}: {trailer.value}"
        for trailer in message.trailers
        if not _names_people(trailer.key)
    )


@lru_cache(maxsize=256)
def _names_people(key: str) -> bool:
    return key.lower().endswith("-by") or key.lower() == "cc"
