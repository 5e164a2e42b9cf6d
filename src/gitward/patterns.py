"""Every pattern that a policy brings runs on RE2: linear time, whatever the text. Refs are matched here too."""

from __future__ import annotations

import re2

from gitward.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MEMORY = 8 << 20
_compiled: dict[tuple[str, bool], Any] = {}  # memos of pure functions
_globs: dict[str, str] = {}


def _readable(text: str) -> str:
    """The same text, character for character, with bytes that were no UTF-8 shown as U+FFFD: RE2 reads UTF-8 only."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def compiled(pattern: str, *, ignore_case: bool = False) -> Any:
    """The RE2 program of a pattern; raises UsageError with RE2's reason where it is none."""
    key = (pattern, ignore_case)
    if key not in _compiled:
        options = re2.Options()
        options.max_mem, options.log_errors, options.case_sensitive = _MEMORY, False, not ignore_case
        try:
            _compiled[key] = re2.compile(pattern, options)
        except (re2.error, UnicodeError) as problem:
            reason = problem.args[0] if problem.args else problem
            reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
            raise UsageError(
                f"pattern {pattern!r} is not one that RE2 takes: {reason}",
                "RE2 has no look-around and no back-references: https://github.com/google/re2/wiki/Syntax",
            ) from None
    return _compiled[key]


def search(pattern: str, text: str, start: int = 0) -> tuple[int, int] | None:
    """Where a pattern is first found at or after `start`: (start, end) in characters, or None."""
    # in bytes RE2 has no positions to convert, and for ASCII they are the same
    found = compiled(pattern).search(text.encode() if text.isascii() else _readable(text), start)
    return found.span() if found else None


def matches_whole(pattern: str, text: str) -> bool:
    return compiled(pattern).fullmatch(_readable(text)) is not None


def _glob(pattern: str) -> str:
    """A ref glob as RE2: `*` within a part, `**` across, everything else is itself."""
    if pattern not in _globs:
        parts = ("[^/]*".join(map(re2.escape, across.split("*"))) for across in pattern.split("**"))
        _globs[pattern] = "(?s)" + ".*".join(parts)
    return _globs[pattern]


def _is_matched(pattern: str, ref: str) -> bool:
    """Most patterns have their stars at the end, and then need no RE2, which takes ten times as long."""
    fixed, star, rest = pattern.partition("*")
    if not star:
        return pattern == ref
    if rest == "*":
        return ref.startswith(fixed)
    if not rest:
        return ref.startswith(fixed) and "/" not in ref[len(fixed) :]
    return matches_whole(_glob(pattern), ref)


def matches_ref(patterns: tuple[str, ...], ref: str) -> bool:
    """Whether a ref is in a list of patterns: matched by one of them, and by none that begins with `!`."""
    is_in = False
    for pattern in patterns:
        if pattern.startswith("!"):
            if _is_matched(pattern[1:], ref):
                return False
        elif not is_in:
            is_in = _is_matched(pattern, ref)
    return is_in
