"""`ident`: author and committer are people, or agents, with a name and an address that can be theirs.

## What it checks

The name and the address in the author and committer of a commit. What a tool or a machine puts where nobody has
configured any is refused: an empty name or address, `root`, `unknown`, `Your Name`, a name that is an address,
`you@example.com`, `ann@localhost`, `ann@laptop`, `root@box.(none)`. So are characters that cannot be seen, and bytes that
are no UTF-8. The policy may ask for more:

- `who`: whose, of `author` and `committer`; left out, both.
- `names`: a pattern that matches every name whole.
- `emails`: a pattern that matches every address whole.
- `domains`: the domains that an address may have; `*.example.com` stands for all below it. Letters may be small or
  capital.
- `addresses`: the addresses that there are; the word `principals` stands for those of all principals of the policy.
- `mailmap`: a mailmap (gitmailmap(5)): a file beside the policy, or a list of its lines. Who stands in it must commit
  under the proper name and address. A `.mailmap` that a change brings is never read.
- `placeholders`: `refuse`, or `allow` to let pass what is refused above.

## Why

A history is read for years by people who want to know whom to ask. `root@localhost` answers nothing, and a private
address may not be what a contributor wants published.

## Rejected

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author root <root@localhost> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Your Name <you@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

```commit domains=corp.example
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@corp.example> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8
```

## Accepted

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Zoë Ö <zoe@mail.example.com> 1700000000 +0000

fix: handle UTF-8
```

```commit domains=example.com,*.example.com who=author
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@Mail.Example.com> 1700000000 +0000
committer GitHub <noreply@github.com> 1700000000 +0000

fix: handle UTF-8
```

## Limits

Both are claims: anybody can write any name and address, and only a signature shows who it was (`signed-commit`). With
`addresses: principals` the address is a known one, and may still be somebody else's. A merge that a forge makes has
the forge as its committer: add its domain, or judge the author alone. Of `example.com` and its like only addresses such
as `you@` are placeholders: list your domains to be strict.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gitward.errors import Undecided
from gitward.mailmap import Mailmap
from gitward.model import violation
from gitward.patterns import matches_whole
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from gitward.bounds import MinLen
    from gitward.model import Commit, Violation
    from gitward.model import Ident as Person
    from gitward.rules.options import Addresses, Beside, Domain, MailmapLine, Pattern, Text

_NAMES = frozenset(
    (
        "unknown", "root", "admin", "administrator", "user", "username", "user name", "name", "your name", "yourname", "you",
        "your full name", "full name", "first last", "firstname lastname", "author", "committer", "none", "null",
        "undefined", "nobody", "no name", "noname", "no author", "(no author)", "anonymous", "test", "localhost", "n/a", "-", "?",
        "ubuntu", "ec2-user", "vagrant",
    )
)  # fmt: skip
_LOCAL = frozenset(
    (
        "you", "your", "your.name", "your.email", "youremail", "your_email", "your-email", "yourname", "name", "user",
        "username", "email", "me",
    )
)  # fmt: skip
_EXAMPLES = ("example.com", "example.org", "example.net", "email.com", "domain.com")
# of one machine, or of none (RFC 2606, RFC 6761, RFC 6762)
_NOWHERE = (".localdomain", ".localhost", ".local", ".invalid", ".(none)")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_mailmaps: dict[int, tuple[tuple[str, ...], Mailmap]] = {}  # memo of a pure function, by the very tuple
_FIX = "git config user.{0} says who you are; then git commit --amend --reset-author"
_LONGEST = 320  # characters of a name or an address that are kept in mind (RFC 5321: no address is longer)


@record
class Ident:
    who: Annotated[tuple[Literal["author", "committer"], ...], MinLen(1)] = ("author", "committer")
    names: Pattern | None = None
    emails: Pattern | None = None
    domains: tuple[Domain, ...] = ()
    addresses: tuple[Text, ...] | Addresses = ()
    mailmap: tuple[MailmapLine, ...] | Beside = ()
    placeholders: Literal["refuse", "allow"] = "refuse"

    name = "ident"
    needs = ("object",)
    default_refs = ("refs/**",)
    first = False
    judges_malformed = True

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if commit.malformed:
            yield violation(message="the object is malformed: nobody can say for certain who made it")
            return
        for role in self.who:
            person = commit.author if role == "author" else commit.committer
            if person is not None:
                yield from self._judge(role, person)

    def _judge(self, role: str, person: Person) -> Iterator[Violation]:
        name, email = person.name, person.email
        if self.placeholders == "refuse":
            if text := _known_fault_of_name(name):
                yield _violation(role, "name", name, text)
            if text := _known_fault_of_email(email):
                yield _violation(role, "email", email, text)
        if self.names and not matches_whole(self.names, name):
            yield _violation(role, "name", name, "is not of the form that this project asks for")
        if self.emails and not matches_whole(self.emails, email):
            yield _violation(role, "email", email, "is not of the form that this project asks for")
        if self.domains and not self._is_listed(email.rpartition("@")[2].lower()):
            yield _violation(role, "email", email, "is of none of the domains of this project")
        if self.addresses and not _is_known(self.addresses, email):
            yield _violation(role, "email", email, "is none of those that the policy knows")
        if self.mailmap and (proper := _mailmap(self.mailmap).canonical(name, email)) != (name, email):
            text = f'the {role} "{name[:60]} <{email[:60]}>" goes by another name or address in the mailmap'
            yield violation(message=text, fix=f"commit as {proper[0][:60]} <{proper[1][:60]}>")

    def _is_listed(self, domain: str) -> bool:
        return any(
            domain.endswith(each[1:]) and len(domain) >= len(each) if each.startswith("*.") else domain == each
            for each in map(str.lower, self.domains)
        )


def _is_known(addresses: tuple[str, ...] | str, email: str) -> bool:
    if not isinstance(addresses, tuple):
        raise Undecided("the addresses of the principals were not read with the policy", reason="error")
    return email.casefold() in _folded(addresses)


@lru_cache(maxsize=8)
def _folded(addresses: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(str.casefold, addresses))


def _mailmap(lines: tuple[str, ...] | str) -> Mailmap:
    """The mailmap of a policy, taken apart once."""
    if not isinstance(lines, tuple):
        raise Undecided("the mailmap was not read with the policy", reason="error")
    known = _mailmaps.get(id(lines))
    if known is None or known[0] is not lines:
        _mailmaps.clear()
        known = _mailmaps[id(lines)] = (lines, Mailmap(lines))
    return known[1]


def _violation(role: str, part: str, value: str, text: str) -> Violation:
    what = "address" if part == "email" else "name"
    shown = f' "{value[:60]}"' if value else ""
    return violation(message=f"the {role}'s {what}{shown} {text}", fix=_FIX.format(part))


def _known_fault_of_name(name: str) -> str:
    return _fault_of_name(name) if len(name) <= _LONGEST else "is longer than a name can be"


def _known_fault_of_email(email: str) -> str:
    return _fault_of_email(email) if len(email) <= _LONGEST else "is longer than an address can be"


@lru_cache(maxsize=1024)
def _fault_of_name(name: str) -> str:
    """What is wrong with a name, '' where nothing is."""
    plain = " ".join(name.lower().split())
    if not plain:
        return "is empty"
    if text := _unseen(name):
        return text
    if plain in _NAMES:
        return "is what stands where nobody was configured"
    if _ADDRESS.fullmatch(plain.strip("<>")):
        return "is an address"
    return "" if any(character.isalnum() for character in plain) else "has no letter in it"


@lru_cache(maxsize=1024)
def _fault_of_email(email: str) -> str:
    """What is wrong with an address, '' where nothing is."""
    if not email.strip():
        return "is empty"
    if text := _unseen(email):
        return text
    local, at, domain = email.lower().rpartition("@")
    if not local or not at or not domain or not _ADDRESS.fullmatch(email):
        return "is no address"
    if domain.endswith(_NOWHERE) or "." not in domain.strip("."):
        return "is of one machine, and no mail reaches it"
    if local in _LOCAL and domain in _EXAMPLES:
        return "is an example"
    return ""


def _unseen(text: str) -> str:
    """Why a text cannot be read as it stands; joiners are right within the scripts that need them."""
    if text.isprintable():
        return ""
    if any("\udc80" <= character <= "\udcff" for character in text):
        return "is not UTF-8"
    rest = text.replace("\u200c", "").replace("\u200d", "")
    return "" if rest.isprintable() and not rest.isascii() else "holds a character that cannot be seen"
