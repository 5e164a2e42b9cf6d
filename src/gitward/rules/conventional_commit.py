"""`conventional-commit`: the message follows Conventional Commits 1.0.0.

## What it checks

The subject is `type(scope)!: description` by the letter of the
[specification](https://www.conventionalcommits.org/en/v1.0.0/): a type, perhaps a scope in parentheses, perhaps `!`, a
colon, one space, and a description; a body begins after a blank line; a breaking-change note is upper case at the start
of a line, and says something. git's own revert form, `Revert "..."` or `Reapply "..."` with the line
`This reverts commit OID.` in the body, is accepted when that commit is an ancestor; of several, each.

- `types`: the types that may be used; left out, any.
- `case`: `ignore`, or `exact` to compare types and scopes with the lists letter by letter.
- `scopes`: the scopes that may be used; left out, any. In `feat(a,b): x` each part must be one of them.
- `require_scope`: `true` refuses a subject without a scope.
- `breaking`: `allow`; `explain` asks for a `BREAKING CHANGE: ...` note wherever there is a `!`; `forbid` refuses both.
- `merges`: `skip`, or `judge` to judge merge commits too.

## Why

Change logs and version numbers are worked out from these messages. A message that only nearly follows the form is
silently left out of them.

## Rejected

```text
feat:x
```

```text
feat (api): x
```

```text
feat(): x
```

```text
feat: x
on the second line
```

```text
Revert "feat: x"
```

```text types=feat,fix case=exact
Feat: x
```

```text breaking=explain
feat!: take the old form away
```

## Accepted

```text
feat(parser)!: read arrays
```

```text types=feat,fix scopes=a,b
Feat(a,b): x

Fixes: #123, #124
```

```text breaking=explain
feat!: take the old form away

BREAKING CHANGE: `read` no longer takes a path
```

```text
feat: squash of two

* BREAKING CHANGE: the first note
* fix: see BREAKING CHANGES: none of them is a note
```

## Limits

Any word is a type, and anything without parentheses a scope, unless the policy lists them. The specification says that
case does not matter: so `Feat` is `feat` unless `case: exact`. It says that the description follows the colon and the
space at once: two spaces are refused, although some tools take them. Where an ancestor cannot be looked up, a revert is
undecided.
"""

from __future__ import annotations

from functools import lru_cache

from gitward.conventional import Fault, Header, header, notes
from gitward.model import violation
from gitward.record import record
from gitward.reverts import is_revert, questions, reverted, strangers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    from gitward.model import Commit, Message, Question, Violation
    from gitward.rules.options import Text

_NOTE = "BREAKING CHANGE: and what changes for those who use it"


@record
class ConventionalCommit:
    types: tuple[Text, ...] = ()
    scopes: tuple[Text, ...] = ()
    case: Literal["ignore", "exact"] = "ignore"
    require_scope: bool = False
    breaking: Literal["allow", "explain", "forbid"] = "allow"
    merges: Literal["skip", "judge"] = "skip"

    name = "conventional-commit"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def asks(self, commit: Commit) -> Sequence[Question]:
        return questions(reverted(commit.message)) if is_revert(commit.message.subject) else ()

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        found = header(message.subject)
        if isinstance(found, Fault):
            if asked := self.asks(commit):
                yield from _revert(commit, asked)
            else:
                yield _no_header(message, found)
        else:
            yield from self._header(message, found)
        below = message.subject_index + 1
        if below == message.body_index < len(message.lines):
            yield violation(
                message="text right below the subject",
                fix="leave one blank line below the subject",
                line=below + 1,
                column=1,
            )
        if "BREAKING" in message.text or (isinstance(found, Header) and found.breaking):
            yield from self._breaking(message, isinstance(found, Header) and found.breaking)

    def _header(self, message: Message, found: Header) -> Iterator[Violation]:
        if self.types and not self._is_listed(found.type, self.types):
            text = f'"{found.type[:60]}" is no type of this project'
            yield _violation(message, text, f"types: {_some(self.types)}", 0)
        if self.require_scope and not found.scope:
            at = len(found.type)
            yield _violation(message, "no scope", f"write {found.type[:60]}(scope): ...", at)
        if self.scopes and found.scope and not self._is_listed(found.scope, self.scopes):
            for scope in found.scope.split(","):
                if not self._is_listed(scope.strip(), self.scopes):
                    text = f'"{scope.strip()[:60]}" is no scope of this project'
                    yield _violation(message, text, f"scopes: {_some(self.scopes)}", len(found.type) + 1)
                    break

    def _is_listed(self, word: str, names: tuple[str, ...]) -> bool:
        return word in names or (self.case == "ignore" and word.lower() in _lowered(names))

    def _breaking(self, message: Message, marked: bool) -> Iterator[Violation]:
        first = message.body_index
        explained = False
        for index, text in notes(message.lines[first:]):
            explained = True
            wrong = (
                "no colon and space after BREAKING CHANGE" if text is None
                else "breaking changes are not taken here" if self.breaking == "forbid"
                else "" if text
                else "the breaking-change note says nothing"
            )  # fmt: skip
            if wrong:
                fix = "" if self.breaking == "forbid" else f"write {_NOTE}"
                yield violation(message=wrong, fix=fix, line=first + index + 1, column=1)
        if marked and self.breaking == "forbid":
            yield _violation(message, "breaking changes are not taken here", "", message.subject.index("!"))
        if marked and self.breaking == "explain" and not explained:
            at = message.subject.index("!")
            yield _violation(message, "no BREAKING CHANGE note explains the !", f"add a line {_NOTE}", at)


@lru_cache(maxsize=64)
def _lowered(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


@lru_cache(maxsize=64)
def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:20]) + (f", and {len(names) - 20} more" if len(names) > 20 else "")


def _violation(message: Message, text: str, fix: str, at: int) -> Violation:
    """A violation at the character with this index in the subject."""
    return violation(message=text, fix=fix, line=message.subject_index + 1, column=len(message.marks) + at + 1)


def _no_header(message: Message, fault: Fault) -> Violation:
    fix = "write type: description, or type(scope): description"
    if not message.subject:
        return violation(message="there is no subject", fix=fix)
    if is_revert(message.subject):
        fix += "; a revert names its commit: This reverts commit OID."
    return _violation(message, fault.message, fix, fault.at)


def _revert(commit: Commit, asked: Sequence[Question]) -> Iterator[Violation]:
    """git's own revert form: right when each commit that it names is an ancestor."""
    for oid in strangers(commit, asked)[:1]:
        text = f"it reverts {oid[:12]}, which is no ancestor"
        yield _violation(commit.message, text, "name a commit of this branch: This reverts commit OID.", 0)
