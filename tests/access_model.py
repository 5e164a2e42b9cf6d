"""What grants mean, said once more and as plainly as it can be: nothing is indexed or compiled, and none of ours imported.

A policy here is plain data: `principals` (name -> roles), `groups` (name -> members), `refsets`, and `access`, a list of grants
with `who`, `may`, and perhaps `refs`, `paths`, `after` and `before`.
"""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def glob(pattern: str, text: str) -> bool:
    """`**` is any text, `*` any text without a slash, and everything else is itself, from the first character to the last."""
    if not pattern:
        return not text
    if pattern.startswith("**"):
        return any(glob(pattern[2:], text[start:]) for start in range(len(text) + 1))
    if pattern.startswith("*"):
        ends = range(len(text.partition("/")[0]) + 1)
        return any(glob(pattern[1:], text[end:]) for end in ends)
    return text[:1] == pattern[0] and glob(pattern[1:], text[1:])


@cache
def path_glob(pattern: str, path: str) -> bool:
    """A leading slash is the top of the tree, else any folder is; a slash at the end is all below; `**/` may be nothing."""
    if pattern.endswith("/"):
        pattern += "**"
    if not pattern.startswith("/"):
        starts = [0, *(place + 1 for place, letter in enumerate(path) if letter == "/")]
        return any(path_glob("/" + pattern, path[start:]) for start in starts)
    return glob(pattern[1:], path) or ("/**/" in pattern and path_glob(pattern.replace("/**/", "/"), path))


def in_list(patterns: list[str], text: str, match: Any) -> bool:
    taken_out = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    taken_in = [pattern for pattern in patterns if not pattern.startswith("!")]
    return any(match(pattern, text) for pattern in taken_in) and not any(match(pattern, text) for pattern in taken_out)


def is_for_ref(policy: Any, grant: Any, ref: str) -> bool:
    patterns: list[str] = []
    for item in grant.get("refs", ["refs/**"]):
        mark, name = ("!", item[1:]) if item.startswith("!") else ("", item)
        patterns += [mark + pattern for pattern in policy["refsets"].get(name, [name])]
    return in_list(patterns, ref, glob)


def is_theirs(policy: Any, grant: Any, who: str, now: int) -> bool:
    roles = set(policy["principals"][who]) | {name for name, members in policy["groups"].items() if who in members}
    return bool(set(grant["who"]) & ({who} | roles)) and grant.get("after", now) <= now < grant.get("before", now + 1)


def action_of(move: str, ref: str) -> str:
    """`move` is new, forward, rewind or gone."""
    is_tag = ref.startswith("refs/tags/")
    if move == "new":
        return "tag" if is_tag else "create"
    return {"forward": "force" if is_tag else "update", "rewind": "force", "gone": "delete"}[move]


def may(policy: Any, who: str, move: str, ref: str, paths: list[str], now: int) -> bool:
    if who not in policy["principals"]:
        return False
    action = action_of(move, ref)
    for_ref = [grant for grant in policy["access"] if is_for_ref(policy, grant, ref)]
    theirs = [grant for grant in for_ref if is_theirs(policy, grant, who, now) and action in grant["may"]]
    if action in ("delete", "tag") or not paths:
        return bool(theirs)  # a policy with `paths` beside these two does not load
    for path in paths:
        naming = [grant for grant in for_ref if "paths" in grant and in_list(grant["paths"], path, path_glob)]
        if not any(grant in naming if naming else "paths" not in grant for grant in theirs):
            return False
    return True


def may_read(policy: Any, who: str, now: int) -> bool:
    return any("read" in grant["may"] and is_theirs(policy, grant, who, now) for grant in policy["access"])
