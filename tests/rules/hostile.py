"""Messages that anybody can put into a commit, and what rules make of them."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from typing import Any

from judging import assert_well_formed, commit, judge

from gitward.model import Commit
from gitward.rules import load


@cache
def every_class() -> str:
    """One line with three assigned characters of each Unicode category, surrogates and line feed left out."""
    found: dict[str, list[str]] = {}
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        some = found.setdefault(unicodedata.category(character), [])
        if len(some) < 3 and character != "\n" and not 0xD800 <= code <= 0xDFFF:
            some.append(character)
    return "".join(character for some in found.values() for character in some)


# What anybody can put into a commit, by name. A test file of a message rule says which of these the rule refuses.
BAD: dict[str, bytes] = {
    "empty": b"",
    "only blank lines": b"\n \n\t\n",
    "one byte": b"x",
    "one line feed": b"\n",
    "not UTF-8": b"fix: caf\xe9 of \xff\xfe\x80\n\nbody \xc3\n",
    "NUL": b"fix: handle a\0b\n\nbody\0\n",
    "long line": b"fix: " + b"a" * (1 << 20),
    "long prose": b"fix: x y z\n\n" + b"word " * (1 << 18) + b"\n",
    "100,000 lines": b"fix: handle lines\n\n" + b"a line of the body\n" * 100_000,
    "100,000 blank lines": b"fix: handle lines" + b"\n" * 100_000 + b"body",
    "100,000 trailers": b"fix: handle lines\n\n" + b"Refs: PROJ-12\n" * 100_000,
    "every class": f"fix: {every_class()}\n\n{every_class()}\n".encode(),
    "CRLF": b"fix: handle CRLF, PROJ-12\r\n\r\nThe body has more to say.\r\n",
    "lone CR": b"fix: handle CR\rand no LF\r\rbody\r",
    "emoji": "fix: handle 👩🏽‍💻 and 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and ❤️ PROJ-12\n\nbody 👨‍👩‍👧‍👦\n".encode(),
    "brackets": b"fix: " + b"](" * 200_000 + b"\n\n" + b"[" * 200_000 + b"](" * 100_000 + b" )\n",
    "fences": b"fix: handle fences\n\n" + b"```a\n~~~ b\n" * 50_000,
    "keys": b"x" + b"A" * 400_000 + b"-1 " + b"UTF-8 " * 60_000,
    "marks": b"fixup! " * 50_000 + b"x",
    "colons": b"a: " * 200_000,
    "joiners": ("fix: " + "\u200d" * 100_000 + "\ufe0f" * 100_000 + "👩\u200d" * 50_000).encode(),
}


@cache
def bad(name: str) -> Commit:
    return commit(BAD[name])


def refused_bad(rule: str, **options: Any) -> set[str]:
    """The names in BAD that a rule refuses. Each must come out, and every violation be well formed."""
    judge_by = load(rule)(**options)
    refused = set()
    for name in BAD:
        subject = bad(name)
        for violation in judge(judge_by, subject)[:100]:
            assert_well_formed(violation, subject)
            refused.add(name)
    return refused
