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

from gitward.errors import UsageError
from gitward.model import violation
from gitward.patterns import compiled
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Any, Literal

    from annotated_types import Ge, Le, MinLen

    from gitward.model import Commit, Message, Violation
    from gitward.rules.options import Pattern, Text

_KEYS = "[A-Z][A-Z0-9_]+-[1-9][0-9]*"
# what may stand before and after a whole word; `-`, `.` and `@` only when no word or number goes on behind them. ASCII
# alone: with every letter of Unicode the program would be a hundred times as large; `_joins_letter` looks at the others
_WHOLE = r"(?:^|[^\w&-])-*({})(?:[^\w.@-]|[.@-](?:\W|$)|-[A-Za-z]|$)"
_DENIED = frozenset((
    "UTF", "UCS", "SHA", "ISO", "IEC", "IEEE", "RFC", "BCP", "CVE", "CWE", "GHSA", "ECMA", "ANSI", "NIST", "FIPS",
    "PKCS", "KOI", "CP", "TLS", "SSL", "IPV", "PEP", "UTC", "GMT", "COVID", "GPL", "LGPL", "AGPL", "X86", "AES", "DES",
    "HMAC", "CRC", "MD", "BASE-16", "BASE-32", "BASE-58", "BASE-64", "BASE-85", "AMD-64", "ARM-32", "ARM-64", "X-509",
    "RSA-1024", "RSA-2048", "RSA-3072", "RSA-4096", "ED-448", "ED-25519", "GB-2312", "GB-18030", "LATIN-1",
    "WINDOWS-1252",
))  # fmt: skip
_LOOK_BACK = 2_000  # bytes of a word that are looked at for a URL; keeps the time linear
_MAX_WORDS = 10_000  # candidates in one text that are looked at before it counts as holding no more
_PLACES = {"subject": "the subject", "body": "the body", "trailers": "the trailers"}


@record
class TicketReference:
    pattern: Pattern = _KEYS
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
        if self.pattern == _KEYS and "-" not in text:
            return  # most texts are done with at once
        data = text.encode("utf-8", "replace")  # positions in bytes: each search starts where the last one ended
        program = _whole(self.pattern)
        match = program.search(data)
        looked = 0
        while match is not None and looked < _MAX_WORDS:
            start, end = match.span(1)
            word = data[start:end].decode("utf-8", "replace")
            if word and not (self._is_denied(word) or _in_address(data, start) or _joins_letter(data, start, end)):
                yield word
            looked += 1
            at = max(end, start + 1)
            match = program.search(data, at) if at <= len(data) else None

    def _is_denied(self, word: str) -> bool:
        name = word.upper()
        head = name.partition("-")[0]
        if head == name:
            head = head.rstrip("0123456789")
        if head not in _DENIED and name not in _DENIED:
            return False
        return not any(allow.upper() in (head, name) for allow in self.allow)

    def _fix(self) -> str:
        ticket, hint = "PROJ-123", ""
        if self.pattern != _KEYS:
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


@lru_cache(maxsize=64)
def _whole(pattern: str) -> Any:
    r"""The program that finds whole words; a pattern may leave a `\Q` open, which would quote our own part too."""
    try:
        return compiled(_WHOLE.format(pattern))
    except UsageError:
        return compiled(_WHOLE.format(pattern + r"\E"))


def _joins_letter(data: bytes, start: int, end: int) -> bool:
    """Whether a letter or digit that is not ASCII stands right before or after a word."""
    around = data[max(0, start - 4) : start], data[end : end + 4]
    if around[0].isascii() and around[1].isascii():
        return False
    before, after = (part.decode("utf-8", "ignore") for part in around)
    return before[-1:].isalnum() or after[:1].isalnum()


def _in_address(data: bytes, start: int) -> bool:
    """Whether what stands before a word, back to white space, makes it a part of a URL or a fragment."""
    if not start or data[start - 1] in b" \n":
        return False
    before = data[max(0, start - _LOOK_BACK) : start]
    for stop in b" \t\n<>\"')]":
        before = before[before.rfind(stop) + 1 :]
    site = before.lstrip(b"([{*_`").partition(b"/")
    if b"://" in before or b"www." in before or (site[1] and b"." in site[0].strip(b".")):
        return True
    return before.endswith(b"#") and len(before) > 1 and (before[-2:-1].isalnum() or before[-2:-1] in b"/_-")
