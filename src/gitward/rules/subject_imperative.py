"""`subject-imperative`: the subject begins with a command, not with a past tense, a gerund or a third person.

## What it checks

The first word of the subject, after a leading `fixup! `, `squash! ` or `amend! `, after `[tag]`, after signs such as
`*`, and after every prefix: `type(scope)!: `, `subsystem: `, `path/file.c: `, and up to four words such as
`git gui: `. The word is judged by its form, and lists say which words only look like one: `embed` and `bring` are
commands, `status` and `process` are no third person. A word that is a noun or an adjective as often as a verb, such as
`tests`, `logging` or `nested`, is told by what follows it. Not judged are words that begin with a digit, a quote or a
backtick, acronyms and names such as `README` or `read_file`, and words with letters beyond ASCII.

- `allow`: words that are accepted, whatever their form.
- `merges`: `skip`, or `judge` to judge merge commits too.

## Why

A commit is a change to be applied, reverted or picked: `git revert` and `git merge` write commands, and a list of
subjects reads well when people do the same. "Fixed the parser" leaves open whether the commit does it or reports it.

## Rejected

```text
fixed the parser
```

```text
feat(api): adding a cache
```

```text
[PATCH] net: ipv4: Fixes the checksum
```

```text
* made names unique
```

## Accepted

```text
fix(api): add a cache
```

```text
status report of the nightly build
```

```text
process x before y, embed z
```

```text
always use the short form
```

```text
tests for renamed files
```

```text
`added` is no keyword
```

```text
64 bits were not enough
```

```text allow=deprecated
api: deprecated functions
```

## Limits

It refuses three forms; it does not prove that what is left is a command: "new parser", "the parser works now" and
"also fixed names" pass. So do forms that are the verb itself (`set`, `put`, `read`), and of the words that are also
nouns or adjectives those that nothing tells apart ("testing names", "shared code"). Where one word before a colon is
itself a form, as in `Fixed: names`, it is read as a prefix. The lists are English: words of other languages in plain
ASCII, such as the Norwegian "oppdatering", may look like a form; name them under `allow`, or leave the rule out.
"""

from __future__ import annotations

from gitward.model import violation
from gitward.record import record
from gitward.verbs import form, imperative, is_base, may_be_form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gitward.model import Commit, Violation
    from gitward.rules.options import Text

_HEAD = 400  # characters of a subject in which prefixes are looked for
_LONGEST = 24  # letters of a word that is judged
_PREFIX_WORDS = 4
_QUOTES = "\"'`"
_ENDS = ",;.!"  # what may stand right behind a word


@record
class SubjectImperative:
    allow: tuple[Text, ...] = ()
    merges: Literal["skip", "judge"] = "skip"

    name = "subject-imperative"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        found = _first_form(message.subject[:_HEAD])
        if found is None:
            return
        at, word, form_of = found
        if self.allow and word.lower() in [allowed.lower() for allowed in self.allow]:
            return
        base = imperative(word.lower().removeprefix("re-"))
        yield violation(
            message=f'"{word}" is {form_of}, not a command',
            fix=f'say what the commit does: "{base} ..."' if base else "begin with a command: add, fix, remove ...",
            line=message.subject_index + 1,
            column=len(message.marks) + at + 1,
        )


def _first_form(subject: str) -> tuple[int, str, str] | None:
    """The first word where it is a form that is refused: (its index, the word, the form)."""
    at = 0
    while True:
        if not subject[at : at + 1].isalpha():
            at = _word(subject, at)
        blank, colon = subject.find(" ", at), subject.find(": ", at)
        if 0 <= colon < blank:  # one word, and what most prefixes are
            at = blank + 1
            continue
        word, following = (subject[at:blank], subject[blank + 1 :]) if blank > 0 else (subject[at:], "")
        is_prefix = colon > 0 and _is_prefix(subject[at:colon])
        # no object of a verb stands in a prefix
        if found := _form(word, "of" if is_prefix else following):
            return at, word.rstrip(_ENDS), found
        if not is_prefix:
            return None
        at = colon + 2


def _form(word: str, following: str) -> str:
    """The form of a word as it stands in a subject, '' for what is a command or is not judged."""
    if not word[1:].islower() or len(word) > _LONGEST:
        return ""
    plain = word.rstrip(_ENDS).lower().removeprefix("re-")
    if not may_be_form(plain) or not (plain.isascii() and plain.isalpha()):
        return ""
    return form(plain, following.partition(" ")[0].rstrip(_ENDS + ":").lower())


def _word(subject: str, at: int) -> int:
    """Where the first word begins: after white space, `[tag]`, and words without a letter, a digit or a quote."""
    end = len(subject)
    while at < end:
        if subject[at].isspace():
            at += 1
        elif subject[at] == "[" and (close := subject.find("]", at)) > 0:
            at = close + 1
        else:
            word = subject[at:].partition(" ")[0]
            if word[0] in _QUOTES or any(map(str.isalnum, word)):
                break
            at += len(word)
    return at


def _is_prefix(before: str) -> bool:
    """Whether several words before a colon name a place; else a command stands there, and the rest explains it."""
    words = before.split()
    if len(words) > _PREFIX_WORDS or any(quote in before for quote in _QUOTES):
        return False
    return len(words) < 2 or words[1].startswith("-") or not is_base(words[0].lower())
