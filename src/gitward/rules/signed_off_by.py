"""`signed-off-by`: the author or the committer signs off, as the Developer Certificate of Origin asks.

## What it checks

That a trailer `Signed-off-by: NAME <ADDRESS>` stands in the trailer block, with the name and the address of the commit's
author or committer. The key and the address are compared without regard to case, the name as it is written, but for
white space. Further sign-offs, of whoever else the change went through, are welcome. The same line twice is refused.

- `by`: whose sign-off counts: `either` (the default), `author` or `committer`.
- `merges`: `skip`, or `judge` to judge merge commits too.

## Why

With the line a contributor says that they may contribute the change (https://developercertificate.org). A name in the
middle of a sentence, or that of somebody else, says nothing of the kind.

## Rejected

```text
fix: handle UTF-8
```

```text
fix: handle UTF-8

Signed-off-by: Ann
```

```text
fix: handle UTF-8

Signed-off-by: Ann <ann@example.com>

But this paragraph ends the message, so the line above is text.
```

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Ann <ann@example.com> 1700000000 +0000

fix: handle UTF-8

Signed-off-by: Bob <bob@example.com>
```

## Accepted

```text
fix: handle UTF-8

Signed-off-by: Ann <ann@example.com>
```

```commit
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author Ann <ann@example.com> 1700000000 +0000
committer Bob <bob@example.com> 1700000000 +0000

fix: handle UTF-8

Signed-off-by: Carol <carol@example.com>
signed-off-by: Ann <Ann@Example.com>
```

## Limits

In commit-msg nobody knows yet who the author will be: there a sign-off must be there and have its form, and whose it is
is judged from pre-push on. A remediation commit, which signs off for an earlier one, does not count: sign off with
`git rebase --signoff`. The line says who agreed; that they wrote it, only a signature can show.
"""

from __future__ import annotations

from gitward.model import Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gitward.model import Commit, Ident, Message, Trailer

_KEY, _AS_WRITTEN = "signed-off-by", "Signed-off-by"
_FIX = "git commit --amend --signoff writes it"


@record
class SignedOffBy:
    by: Literal["either", "author", "committer"] = "either"
    merges: Literal["skip", "judge"] = "skip"

    name = "signed-off-by"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        found = [trailer for trailer in commit.message.trailers if trailer.key == _AS_WRITTEN or trailer.key.lower() == _KEY]
        if not found:
            yield _missing(commit.message)
            return
        if len(found) > 1:
            yield from _twice(found)
        for ident in (commit.author, commit.committer) if self.by == "either" else ():
            line = f"{ident.name} <{ident.email}>" if ident else ""
            if any(trailer.value == line for trailer in found) and _person(line):
                return  # letter by letter, as git writes it: most commits are done with here
        signed = {trailer.line: who for trailer in found if (who := _person(trailer.value))}
        wanted = self._wanted(commit)
        if not signed:
            yield Violation(
                message="the sign-off is not of the form NAME <ADDRESS>", fix=_FIX, line=found[0].line, column=1
            )
        elif wanted and not any(_same(who, ident) for who in signed.values() for ident in wanted):
            whose = "author or the committer" if self.by == "either" else self.by
            name, address = wanted[0].name[:60], wanted[0].email[:60]
            yield Violation(
                message=f"no sign-off by the {whose}", fix=f"add Signed-off-by: {name} <{address}>",
                line=next(iter(signed)), column=1,
            )  # fmt: skip

    def _wanted(self, commit: Commit) -> list[Ident]:
        """Whose sign-off counts; nobody where the commit does not exist yet."""
        idents = {"author": commit.author, "committer": commit.committer}
        return [ident for role, ident in idents.items() if ident is not None and self.by in ("either", role)]


def _missing(message: Message) -> Violation:
    for number, line in enumerate(message.lines, 1):
        if line[: len(_KEY) + 1].lower() == f"{_KEY}:":
            text = "the sign-off does not stand in the trailers, the last paragraph of the message"
            return Violation(message=text, fix="move it to the end", line=number, column=1)
    return Violation(message="there is no Signed-off-by trailer", fix=_FIX)


def _twice(found: list[Trailer]) -> Iterator[Violation]:
    seen: set[str] = set()
    for trailer in found:
        if trailer.value in seen:
            yield Violation(message="the same sign-off stands there twice", fix="keep one", line=trailer.line, column=1)
            return
        seen.add(trailer.value)


def _person(value: str) -> tuple[str, str] | None:
    """Name and address of `NAME <ADDRESS>`, None for anything else; neither may be empty."""
    name, bracket, rest = value.partition("<")
    address = rest.removesuffix(">")
    name = " ".join(name.split())
    is_whole = bracket and rest.endswith(">") and name and address.strip() == address != ""
    return (name, address) if is_whole and not any(mark in address for mark in "<> ") else None


def _same(who: tuple[str, str], ident: Ident) -> bool:
    return who[0] == " ".join(ident.name.split()) and who[1].lower() == ident.email.lower()
