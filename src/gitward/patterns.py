"""Every pattern that a policy brings runs on RE2: linear time, whatever the text. Refs are matched here too."""

from __future__ import annotations

import re2

from gitward.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MEMORY = 8 << 20
_compiled: dict[tuple[str, bool], Any] = {}  # a memo of a pure function


def _readable(text: str) -> str:
    """The same text, character for character, with bytes that were no UTF-8 shown as U+FFFD: RE2 reads UTF-8 only."""
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)


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
    found = compiled(pattern).search(_readable(text), start)
    return found.span() if found else None


def matches_whole(pattern: str, text: str) -> bool:
    return compiled(pattern).fullmatch(_readable(text)) is not None


def _glob(pattern: str) -> str:
    """A ref glob as RE2: `*` within a part, `**` across, everything else is itself."""
    pieces = []
    for index, across in enumerate(pattern.split("**")):
        if index:
            pieces.append(".*")
        pieces.append("[^/]*".join(re2.escape(part) for part in across.split("*")))
    return "(?s)" + "".join(pieces)


def matches_ref(patterns: tuple[str, ...], ref: str) -> bool:
    """Whether a ref is in a list of patterns: matched by one of them, and by none that begins with `!`."""
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return any(matches_whole(_glob(pattern), ref) for pattern in wanted) and not any(
        matches_whole(_glob(pattern), ref) for pattern in unwanted
    )
