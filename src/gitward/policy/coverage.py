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
    text = pattern.replace("**", _MANY).replace("*", _ONE)
    return pattern in wanted or any("*" in other and matches_whole(_glob(other), text) for other in wanted)


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> str:
    """A ref glob that takes other globs too."""
    parts = (f"[^/{_MANY}]*".join(map(re2.escape, across.split("*"))) for across in pattern.split("**"))
    return "(?s)" + ".*".join(parts)


def _sample(pattern: str, text: str) -> str:
    return pattern.replace("**", text).replace("*", _SAMPLES[0])
