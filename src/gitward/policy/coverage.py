"""Whether one list of refs takes in all that another does. What cannot be shown is not claimed.

A pattern covers another when it matches whatever the other one matches: `*` takes text of one part and other `*`, `**`
takes anything. That is sound, and it misses only pairs that nobody writes (`a*` and `**` in another order).
"""

from __future__ import annotations

from functools import lru_cache

import re2

from gitward.patterns import matches_ref, matches_whole
from gitward.policy.refsets import are_apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    Refs = tuple[str, ...]

_ONE, _MANY = "\x01", "\x02"  # `*` and `**` of a covered pattern; no ref and no pattern holds them
_LONGEST = 10_000  # characters of globs in one pattern
_SAMPLES = ("gitward-sample", "gitward-sample/gitward-sample")


def covers(new: Refs, old: Refs) -> bool:
    """True only if every ref in the list `old` is in the list `new`: patterns, some with a leading `!`."""
    return set(old) == set(new) or not _uncovered(new, old)


@lru_cache(maxsize=1024)
def _uncovered(new: Refs, old: Refs) -> Refs:
    """The patterns of `old` of which it cannot be shown that `new` takes in all that they do."""
    wanted, unwanted = _split(new)
    known, taken_out = _split(old)
    return tuple(
        pattern
        for pattern in known
        if not _is_covered(pattern, wanted)
        or not all(are_apart(out, pattern) or _is_covered(out, taken_out) for out in unwanted)
    )


def lost(new: Refs, old: Refs) -> Refs:
    """Refs, made up for the patterns of `old`, that are in `old` and not in `new`: proof that something is lost."""
    known, _ = _split(old)
    _, unwanted = _split(new)
    names = [_sample(pattern, text) for pattern in (*known, *unwanted) for text in _SAMPLES]
    return tuple(name for name in dict.fromkeys(names) if matches_ref(old, name) and not matches_ref(new, name))


def _split(refs: Refs) -> tuple[Refs, Refs]:
    wanted = tuple(ref for ref in refs if not ref.startswith("!"))
    return wanted, tuple(ref[1:] for ref in refs if ref.startswith("!"))


def _is_covered(pattern: str, wanted: Refs) -> bool:
    """Whether one of the patterns covers another one."""
    text = pattern.replace("**", _MANY).replace("*", _ONE)
    return pattern in wanted or any(matches_whole(union, text) for union in _unions(wanted))


@lru_cache(maxsize=256)
def _unions(patterns: Refs) -> Refs:
    """Ref globs that take other globs too, many in one RE2 pattern: all of them are tried at once.

    A glob that would make it too large for RE2 is left out: then it covers nothing.
    """
    unions: list[list[str]] = [[]]
    size = 0
    for pattern in patterns:
        if len(pattern) > _LONGEST:
            continue
        size += len(pattern)
        if size > _LONGEST:
            unions.append([])
            size = len(pattern)
        unions[-1].append(
            ".*".join(f"[^/{_MANY}]*".join(map(re2.escape, across.split("*"))) for across in pattern.split("**"))
        )
    return tuple("(?s)" + "|".join(union) for union in unions if union)


def _sample(pattern: str, text: str) -> str:
    return pattern.replace("**", text).replace("*", _SAMPLES[0])
