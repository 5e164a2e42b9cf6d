"""`body-line-length`: the lines of the body fit a terminal.

## What it checks

The width of every line between the subject and the trailers, in columns. Some lines cannot be broken, or must not be,
and pass at any length:

- a line of one word, with or without a list marker;
- a URL, a Markdown link or a word wider than `max`, with a few words beside it: a third of `max` at most;
- trailers, and lines such as `Co-authored-by: ...` wherever they stand;
- tables: lines that begin with a bar, or have two with blanks around them, and grid lines of `+-`;
- code: between fences of three back-ticks or tildes, and lines indented by a tab or four blanks below a blank line, a
  line that ends with a colon, or another such line;
- quotes: lines that begin with `>`;
- git's own line `This reverts commit OID.`, which a SHA-256 oid makes 85 columns wide.

Options:

- `max`: most columns, default 72.
- `exempt_lines`: a pattern; lines in which it is found pass too.
- `merges`: `skip`, or `judge` to judge merge commits too.

## Why

git shows bodies as they are, indented by four columns. A long line is cut in `git log`, broken at the wrong place in a
mail, and scrolls sideways in a review.

## Rejected

```text
fix: handle UTF-8

This line of prose goes on and on, well beyond the column at which it should have been broken.
```

```text max=40
fix: handle UTF-8

The reason for it stands in this bug report, https://example.com/bugs/1, and it is a good one.
```

## Accepted

```text max=40
fix: handle UTF-8

The reason for it stands in this report:
https://example.com/bugs/a-very-long-name-for-a-bug-report-that-nobody-can-type

- [the whole discussion](https://example.com/lists/2024/11/the-very-long-subject-of-a-mail)

Co-authored-by: Somebody With A Long Name <somebody@a-long-domain.example.com>
```

````text max=40
fix: handle UTF-8

```
Traceback (most recent call last): a line that nobody should break
```

| encoding | length | what becomes of it in the end |
````

```text max=40 exempt_lines='^Call Trace'
fix: handle UTF-8

Call Trace of the crash, as the kernel wrote it into its log
```

## Limits

A fence that nothing closes is no fence. Chinese and Japanese are written without blanks, so a whole sentence is one
word here. Tabs count as one column.
"""

from __future__ import annotations

from gitward.model import violation
from gitward.patterns import search
from gitward.record import record
from gitward.width import columns, fitting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Annotated, Literal

    from gitward.bounds import Ge, Le
    from gitward.model import Commit, Violation
    from gitward.rules.options import Pattern

_MARKERS = ("-", "*", "+", "•", "–")
_FENCES = ("```", "~~~")
_MAX_TARGET = 2_000  # characters of a link's target; keeps the time linear


@record
class BodyLineLength:
    max: Annotated[int, Ge(20), Le(10_000)] = 72
    exempt_lines: Pattern | None = None
    merges: Literal["skip", "judge"] = "skip"

    name = "body-line-length"
    needs = ("message",)
    default_refs = ("refs/heads/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        message = commit.message
        body = message.body
        longest = max(map(len, body), default=0)
        # no character takes more columns than it has bytes in UTF-8, and none has more than four
        if longest <= self.max and (message.text.isascii() or longest <= self.max // 4 or all(map(str.isascii, body))):
            return
        wide = [index for index, line in enumerate(body) if (len(line) if line.isascii() else columns(line)) > self.max]
        if not wide:
            return
        breakable = [index for index in wide if not (_is_whole(body[index]) or self._cannot_break(body[index]))]
        has_code = any(fence in message.text for fence in _FENCES) or any(body[index][0] in "\t " for index in breakable)
        code = _code(body) if has_code else ()
        for index in breakable:
            line = body[index]
            if index in code:
                continue
            if self.exempt_lines is not None and search(self.exempt_lines, line):
                continue
            yield violation(
                message=f"the line has {columns(line)} columns, {self.max} allowed",
                fix="break it at a blank",
                line=message.body_index + index + 1,
                column=fitting(line, self.max) + 1,
            )

    def _cannot_break(self, line: str) -> bool:
        """Whether what makes the line long is one word, URL or link, with not much beside it."""
        beside = _without_links(line)
        words = beside.split()
        if words and (words[0] in _MARKERS or words[0].strip("()[].:").isdigit()):
            words.pop(0)
        if len(words) + (beside != line) <= 1:
            return True
        if beside == line and "://" not in line and line.isascii() and max(map(len, words)) <= self.max:
            return False  # plain prose, as most long lines are
        prose = [word for word in words if "://" not in word and columns(word) <= self.max]
        is_long = beside != line or len(prose) < len(words)
        return is_long and columns(" ".join(prose)) <= self.max // 3


def _without_links(line: str) -> str:
    """The line without its Markdown links, text and target."""
    kept = []
    at = 0
    while (middle := line.find("](", at)) >= 0:
        start = line.rfind("[", at, middle)
        end = line.find(")", middle, middle + _MAX_TARGET)
        if start < 0 or end < 0 or " " in line[middle:end]:
            kept.append(line[at : middle + 2])
            at = middle + 2
        else:
            kept.append(line[at:start])
            at = end + 1
    return "".join(kept) + line[at:]


def _is_whole(line: str) -> bool:
    """Whether a line is a quote, a part of a table, git's own line of a revert, or names a person as a trailer does."""
    text = line.lstrip()
    if line.startswith("This reverts commit ") and len(line.split()) <= 5:  # the fifth is "reversing", of a merge
        return True
    if text.startswith((">", "|", "+-", "+=")) or text.count(" | ") > 1:
        return True
    key = text.partition(": ")[0]
    return key.lower().endswith("-by") and key.replace("-", "").isalpha()


def _code(body: Sequence[str]) -> set[int]:
    """The indices of lines in fenced or indented code."""
    code: set[int] = set()
    closing: dict[str, int] = {}
    fence = ""
    above_is_code = True
    for index, line in enumerate(body):
        text = line.strip()
        if fence:
            code.add(index)
            fence = "" if text.startswith(fence) and not text.strip(fence[0]) else fence
        elif text.startswith(_FENCES) and index < _closing(body, text[:3], closing):
            fence = text[:3]
            code.add(index)
        elif text:
            indented = line.startswith(("\t", "    ")) and above_is_code
            if indented:
                code.add(index)
            above_is_code = indented or text.endswith(":")
        else:
            above_is_code = True
    return code


def _closing(body: Sequence[str], fence: str, known: dict[str, int]) -> int:
    """The index of the last line that can close a fence, -1 where there is none; looked for once."""
    if fence not in known:
        known[fence] = _last(body, fence)
    return known[fence]


def _last(body: Sequence[str], fence: str) -> int:
    for index in range(len(body) - 1, -1, -1):
        text = body[index].strip()
        if text.startswith(fence) and not text.strip(fence[0]):
            return index
    return -1
