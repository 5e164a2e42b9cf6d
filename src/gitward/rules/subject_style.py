"""`subject-style`: no full stop, no stray white space, one case, and a blank second line.

## What it checks

The subject, without a leading `fixup! `, `squash! ` or `amend! `. Each check has its own switch:

- `trailing_punctuation`: the characters that must not end the subject, default `.,:;…` and their wide forms; an empty
  text turns the check off. Question and exclamation marks are fine.
- `white_space`: no white space at either end, no tab, no two blanks in a row; default `true`.
- `case`: `any` (the default), `lower` or `sentence`: how the first word begins. A prefix such as `feat(api): ` or
  `net: ipv4: ` is not that word. Judged are plain words only: what begins with a digit or a quote, a name such as
  `iPhone`, `README` or `read_file`, and scripts without case are right in either.
- `blank_second_line`: the line after the subject is empty; default `true`.
- `merges`: `skip`, or `judge` to judge merge commits too.

## Why

A subject is a headline: it stands in lists beside others. git reads everything up to the first blank line as the
subject, so that without one the whole first paragraph turns up in `git log --oneline` and in the title of a mail.

## Rejected

```text
Handle UTF-8.
```

```text
Handle  UTF-8
```

```text
Handle UTF-8
and UTF-16 too
```

```text case=lower
feat(api): Handle UTF-8
```

```text case=sentence
handle UTF-8
```

## Accepted

```text
Can we handle UTF-8?
```

```text case=lower
README: say how UTF-8 is handled
```

```text case=sentence
64 bit numbers in `read_file`
```

```text case=lower
处理 UTF-8
```

## Limits

Under `lower` a first word that is a name, as in `Python 3.14 support`, cannot be told from one that is not: begin with
another word, or quote it. Blanks of other scripts, such as U+3000, may stand alone between words.
"""

from __future__ import annotations

from gitward.conventional import Header, header
from gitward.message import BLANK
from gitward.model import Violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gitward.model import Commit, Message


@record
class SubjectStyle:
    trailing_punctuation: str = ".,:;…。，、：；．"
    white_space: bool = True
    case: Literal["any", "lower", "sentence"] = "any"
    blank_second_line: bool = True
    merges: Literal["skip", "judge"] = "skip"

    name = "subject-style"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        subject = message.subject
        if not subject:
            return
        if self.white_space and subject != " ".join(subject.split()):
            yield from _white_space(message)
        last = subject.rstrip()[-1:]
        if last and last in self.trailing_punctuation:
            yield _violation(message, f'the subject ends with "{last}"', "take it off", len(subject.rstrip()) - 1)
        if self.case != "any":
            yield from self._case(message)
        below = message.subject_index + 1
        if self.blank_second_line and below < len(message.lines) and message.lines[below].strip(BLANK):
            yield Violation(
                message="the line after the subject is not blank",
                fix="leave one blank line below the subject",
                line=below + 1,
                column=1,
            )

    def _case(self, message: Message) -> Iterator[Violation]:
        at = _after_prefixes(message.subject)
        word = message.subject[at:].partition(" ")[0]
        if not word:
            return
        first = word[0]
        if self.case == "lower":
            if first.lower() != first and (word[1:].islower() or word == "A") and _is_plain(word):
                yield _violation(message, f'"{word[:60]}" begins with a capital letter', "begin with a small letter", at)
        elif word.islower() and first.title() != first and _is_plain(word):
            yield _violation(message, f'"{word[:60]}" begins with a small letter', "begin with a capital letter", at)


def _violation(message: Message, text: str, fix: str, at: int) -> Violation:
    """A violation at the character with this index in the subject."""
    return Violation(message=text, fix=fix, line=message.subject_index + 1, column=len(message.marks) + at + 1)


def _white_space(message: Message) -> Iterator[Violation]:
    """The first white space that is too much, if there is any."""
    subject = message.subject
    for at, character in enumerate(subject):
        if not character.isspace():
            continue
        if at == 0 or at + 1 == len(subject) or subject[at + 1].isspace():
            where = "begins with" if at == 0 else "ends with" if not subject[at:].strip() else "has repeated"
            yield _violation(message, f"the subject {where} white space", "keep single blanks between words only", at)
            return
        if character < " ":
            yield _violation(message, "the subject has a tab or a control character", "write a blank instead", at)
            return


def _after_prefixes(subject: str) -> int:
    """Where the text begins after every `type(scope): ` and `subsystem: `."""
    at = 0
    while ": " in (ahead := subject[at : at + 200]) and isinstance(found := header(ahead), Header):
        at += found.at
    return at


def _is_plain(word: str) -> bool:
    """Whether a word is letters of a script with case; it may hold apostrophes and hyphens, and a comma at its end."""
    letters = word.rstrip(",;:.!?…").replace("'", "").replace("’", "").replace("-", "")
    return letters.isalpha() and letters.lower() != letters.upper()
