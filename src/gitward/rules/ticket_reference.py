r"""`ticket-reference`: the message names a ticket, which exists and is open where a look-up is named.

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
- `lookup`: the name of a look-up, whose address and token are the server's own settings ([look-ups](lookup.md)). At
  pre-receive and in CI the tracker is then asked about the tickets, and `count` of them must be as `state` says.
- `state`: `open`, or `exists` where a closed ticket will do.
- `on_outage`: what becomes of a commit when the tracker gives no answer of use in time: `deny` leaves it undecided,
  which lets no push in; `warn` and `allow` let it go as exempt, counted, `warn` with a line in the report.

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

commit-msg and pre-push look no ticket up: they judge the message alone. Of a message that names more than ten tickets the
first ten are looked up, or `count`, where that is more; of a push a hundred, and what hangs on another is undecided. What
counts is the state when the push arrives: a ticket that is closed later makes a later `gitward check` of the same commit
say so. Whoever can make the tracker fail gets by under `allow` and `warn`.

Of a text with more than 10,000 words that match and do not count, the rest
is not read. Before and after a word, `-` is a part of it only when another word or number goes on there: `X-PROJ-12`
and `PROJ-12-34` are no tickets, `PROJ-12-handle-the-file` names one.
"""

from __future__ import annotations

from functools import lru_cache

from gitward.errors import Excused, Undecided
from gitward.model import Question, violation
from gitward.record import record
from gitward.tickets import KEYS, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Annotated, Literal

    from gitward.bounds import Ge, Le, MinLen
    from gitward.model import Answer, Commit, Message, Violation
    from gitward.rules.options import Pattern, Text

_LOOKED_UP = 10  # tickets of one message, or `count` where that is more
_MAX_LENGTH = 200  # characters of a ticket; what is longer is asked about by its first ones, and is in no tracker
_SHOWN = 3  # tickets that a violation names, the rest is counted
_WORDS = {"closed": "is closed", "absent": "does not exist", "moved": "has moved to another name"}
_UNKNOWN = ("unusable", "too-many", "outage")
_PLACES = {"subject": "the subject", "body": "the body", "trailers": "the trailers"}


@record
class TicketReference:
    pattern: Pattern = KEYS
    in_: Annotated[tuple[Literal["subject", "body", "trailers"], ...], MinLen(1)] = ("subject", "trailers")
    count: Annotated[int, Ge(1), Le(100)] = 1
    allow: tuple[Text, ...] = ()
    merges: Literal["skip", "judge"] = "skip"
    lookup: Text | None = None
    state: Literal["open", "exists"] = "open"
    on_outage: Literal["deny", "warn", "allow"] = "deny"

    name = "ticket-reference"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def conflict(self) -> str:
        if not self.lookup and (self.state, self.on_outage) != ("open", "deny"):
            return "`state` and `on_outage` are about a `lookup`, and none is named"
        return ""

    def asks(self, commit: Commit) -> Sequence[Question]:
        """What the tracker says of the tickets, where one is to be asked and enough of them are named."""
        if not self.lookup or (commit.merge and self.merges == "skip"):
            return ()
        found = self.named_in(commit.message, max(self.count, _LOOKED_UP))
        if len(found) < self.count:
            return ()
        return tuple(Question(kind="ticket", value=ticket[: _MAX_LENGTH + 1], source=self.lookup) for ticket in found)

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        found = self.named_in(commit.message, self.count)
        if len(found) < self.count:
            places = _named(self.in_)
            yield violation(
                message=f"{len(found)} of {self.count} tickets in {places}" if found else f"no ticket in {places}",
                fix=self._fix(),
            )
        elif self.lookup:
            yield from self._check_states({question: commit.answers.get(question) for question in self.asks(commit)})

    def named_in(self, message: Message, at_most: int) -> dict[str, None]:
        """The different tickets, in order, as far as they matter."""
        found: dict[str, None] = {}
        for place in self.in_:
            for text in _texts(message, place):
                for ticket in self.tickets(text):
                    found[ticket] = None
                    if len(found) == at_most:
                        return found
        return found

    def _check_states(self, states: dict[Question, Answer]) -> Iterator[Violation]:
        """Whether enough tickets are as they should be, or could be, for all that is known. `True` is "as it should be"."""
        wanted: tuple[Answer, ...] = (True, "open", "closed") if self.state == "exists" else (True, "open")
        name = (self.lookup or "")[:40]
        short = self.count - sum(state in wanted for state in states.values())
        unknown = [state for state in states.values() if state is None or state in _UNKNOWN]
        if short <= 0:
            return
        if len(unknown) < short:
            yield self._violation(states, wanted)
        elif None in unknown or "unusable" in unknown:
            raise Undecided(f"the look-up {name} is not set up here, or cannot be used", reason="no-lookup")
        elif "too-many" in unknown:
            raise Undecided("the push names too many tickets to look all of them up", reason="too-large")
        elif self.on_outage == "deny":
            raise Undecided(f"the look-up {name} gives no answer", reason="outage")
        else:
            raise Excused(f"the look-up {name} gives no answer")

    def _violation(self, states: dict[Question, Answer], wanted: tuple[Answer, ...]) -> Violation:
        wrong = [f"{question.value[:30]} {_WORDS[state]}" for question, state in states.items() if state in _WORDS
                 and state not in wanted]  # fmt: skip
        more = f", and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        needed = f" ({self.count} needed)" if self.count > 1 else ""
        fix = "name a ticket that exists" + (" and is open" if self.state == "open" else "")
        return violation(message=", ".join(wrong[:_SHOWN]) + more + needed, fix=fix)

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
