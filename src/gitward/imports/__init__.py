"""From the settings of another tool to a gitward policy. One module per source; nothing is dropped without a word.

A source's module makes a `Found` of the bytes; `write` makes a policy of it that loads.
"""

from __future__ import annotations

import os
import re

from gitward.errors import UsageError
from gitward.imports import commitlint, github, gitlab, gitlint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.imports.found import Found

SOURCES: dict[str, Callable[[bytes, str], Found]] = {
    "gitlint": gitlint.read,
    "commitlint": commitlint.read,
    "gitlab": gitlab.read,
    "github": github.read,
}
# what stands in a file of each kind and in no other, looked for in this order
_SIGNS = (
    ("gitlab", re.compile(rb'"(commit_message_regex|branch_name_regex|deny_delete_tag|reject_unsigned_commits)"')),
    ("github", re.compile(rb'"(enforcement|ruleset_id|bypass_actors|ref_name)"')),
    ("commitlint", re.compile(rb'(?:^|[{,])\s*["\']?(rules|extends|parserPreset|commitlint)["\']?\s*:', re.M)),
    ("gitlint", re.compile(rb"^\[[^\]\n]+\]\s*$", re.M)),
)
_HEAD = 64 << 10  # bytes that are looked through for a sign


def read(data: bytes, name: str, kind: str = "") -> Found:
    """What stands in a file; `kind` is one of SOURCES, '' to go by name and content. Raises UsageError."""
    return SOURCES[kind or _kind(data, name)](data, name)


def _kind(data: bytes, name: str) -> str:
    base = os.path.basename(name).lower()
    if base.endswith(commitlint.PROGRAMS) or "commitlint" in base:
        return "commitlint"
    if "gitlint" in base:
        return "gitlint"
    for kind, sign in _SIGNS:
        if sign.search(data, 0, _HEAD):
            return kind
    raise UsageError(f"{name}: nothing tells whose settings these are", f"say --from {'|'.join(SOURCES)}")
