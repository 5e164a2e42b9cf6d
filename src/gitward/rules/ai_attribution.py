"""`ai-attribution`: help by an AI is named where the policy wants it, and an AI never signs off.

## What it checks

The traces of coding agents and language models: in the trailers, in the lines that tools write about themselves, and in
the author and committer.

- `want`: what becomes of them.
    - `disclosed` (the default): an AI is named in `Assisted-by: AGENT:MODEL [TOOLS]`, the form of the Linux kernel, and
      nowhere else: not as a co-author, not in a footer, not as the author. A commit that names none passes.
    - `forbidden`: no trace of an AI anywhere.
    - `allowed`: an AI may be named anywhere but in a sign-off.
- `agents`: addresses of further agents, such as those of your own, as in `agent@corp.example`.

In every mode a `Signed-off-by` of an AI is refused: it certifies origin, and only a person can.

An AI is known by an address or account that a tool commits with, or by a name with a version, a model or a word such as
`agent` in it. `Assisted-by: NAME <ADDRESS>` of a person is a person's help.

## Why

Who answers for a change, who holds its copyright, and how much of it a machine wrote: a history says so in one form that
can be searched for, or not at all. A co-author is a person who can be asked.

## Rejected

```text
fix: handle UTF-8

Co-authored-by: Claude Opus 4.5 (1M context) <noreply@anthropic.com>
```

```text
fix: handle UTF-8

Assisted-by: Claude Code
```

```text
fix: handle UTF-8

\U0001f916 Generated with [Claude Code](https://claude.com/claude-code)
```

```text want=allowed
fix: handle UTF-8

Signed-off-by: Gemini 2.5 Pro
```

```text want=forbidden
fix: handle UTF-8

Assisted-by: Claude:claude-3-opus
```

## Accepted

```text
fix: handle UTF-8

Assisted-by: Claude:claude-3-opus coccinelle sparse
Signed-off-by: Ann <ann@example.com>
```

```text want=forbidden
fix: handle UTF-8

Co-authored-by: Claude Dubois <claude@example.com>
Co-authored-by: Devin Booker <devin@example.com>
```

```text want=allowed
fix: handle UTF-8

Co-authored-by: Copilot <123+Copilot@users.noreply.github.com>
```

## Limits

It finds what tools and people say. Who uses an agent and says nothing is not found; nor is an agent that is not in
gitward's table, unless `agents` names it. A name alone that people have too, such as `Claude`, is taken for a person's
where an address stands beside it that is not a tool's. Prose about a tool is no trace. In commit-msg the author is not
known yet: who that is is judged from pre-push on.
"""

from __future__ import annotations

import re

from gitward.assistants import KEYS, credited, is_assistant, may_name_one, written
from gitward.model import violation
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gitward.model import Commit, Message, Violation
    from gitward.rules.options import Text

_ASSISTED, _SIGNED = "assisted-by", "signed-off-by"
_CREDITS = ("-by", "-with")  # how the keys end whose values say who, or with what
_FORM = re.compile(r"[^\s:<>][^:<>]*:[^\s:<>/][^\s<>]*(\s[^<>]*)?")
_DISCLOSE = "write Assisted-by: AGENT:MODEL, the tools behind it, and nothing else"
_TAKE_OUT = "take the line out"


@record
class AiAttribution:
    want: Literal["forbidden", "disclosed", "allowed"] = "disclosed"
    agents: tuple[Text, ...] = ()

    name = "ai-attribution"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        text = commit.message.text
        if may_name_one(text) or (self.agents and self._names_listed(text.lower())):
            yield from self._message(commit.message)
        if self.want != "allowed":
            yield from self._people(commit)

    def _message(self, message: Message) -> Iterator[Violation]:
        for trailer in message.trailers:
            key = trailer.key.lower()
            if key.endswith(_CREDITS) or key in KEYS:
                yield from self._credit(key, trailer.key[:40], trailer.value, trailer.line)
        others = [(index, message.lines[index]) for index in _other_lines(message)]
        for index, line in others:
            key, colon, value = line.partition(":")
            key = key.rstrip()
            if colon and key.lower().endswith(_CREDITS) and key.replace("-", "").isalnum():
                yield from self._credit(key.lower(), key[:40], value, index + 1)
        if self.want != "allowed":
            for index in written(others):
                yield self._trace("a line that an AI's tool wrote about itself", index + 1)

    def _credit(self, key: str, shown: str, value: str, line: int) -> Iterator[Violation]:
        """A trailer, or a line that has the form of one, that says who helped."""
        if key == _ASSISTED:
            yield from self._assisted(value.strip(), line)
        elif key in KEYS:
            if self.want != "allowed":
                yield self._trace(f"the trailer {shown} is what an AI's tool writes", line)
        elif self._is_ai(value):
            if key == _SIGNED:
                text, fix = f"{_shown(value)} is an AI, and cannot sign off", "sign off for it: git commit --amend --signoff"
                yield violation(message=text, fix=fix, line=line, column=1)
            elif self.want != "allowed":
                yield self._trace(f"{_shown(value)} is an AI, named in {shown}", line)

    def _assisted(self, value: str, line: int) -> Iterator[Violation]:
        if self.want == "allowed" or (not self._is_ai(value) and credited(value)[1]):
            return
        if self.want == "forbidden":
            yield self._trace("the help of an AI is named in Assisted-by", line)
        elif not _FORM.fullmatch(value):
            text = "the form of Assisted-by is AGENT:MODEL [TOOLS]"
            yield violation(message=text, fix="write for example Assisted-by: Claude:claude-3-opus", line=line, column=1)

    def _people(self, commit: Commit) -> Iterator[Violation]:
        for role, ident in (("author", commit.author), ("committer", commit.committer)):
            if role == "committer" and ident is commit.author:
                return
            if ident and (is_assistant(ident.name, ident.email) or self._is_listed(ident.email)):
                fix = "let a person commit it: git commit --amend --reset-author"
                yield violation(message=f'the {role} is an AI: "{ident.name[:60]}"', fix=fix)

    def _trace(self, text: str, line: int) -> Violation:
        fix = _TAKE_OUT if self.want == "forbidden" else _DISCLOSE
        return violation(message=text, fix=fix, line=line, column=1)

    def _is_ai(self, value: str) -> bool:
        name, address = credited(value)
        return is_assistant(name, address) or self._is_listed(address)

    def _names_listed(self, small: str) -> bool:
        """Whether the address of a listed agent stands anywhere in a text in small letters."""
        return any(agent.lower() in small for agent in self.agents)

    def _is_listed(self, address: str) -> bool:
        return bool(self.agents) and address.lower() in (agent.lower() for agent in self.agents)


def _shown(value: str) -> str:
    return f'"{(credited(value)[0] or credited(value)[1])[:60]}"'


def _other_lines(message: Message) -> range | list[int]:
    """Where the lines below the subject are that are no trailers: a squash merge leaves trailers in mid-text."""
    below, end = message.subject_index + 1, len(message.lines)
    if end - message.trailer_index == len(message.trailers):
        return range(below, message.trailer_index)
    trailers = {trailer.line - 1 for trailer in message.trailers}
    return [index for index in range(below, end) if index not in trailers]
