"""Globs of paths, as a policy writes them: bytes of a tree against patterns, in linear time whatever either holds.

    /docs/*.md     at the top of the tree
    *.pem          at any depth, as without a leading `/` every pattern is
    docs/**/*.md   `**` across parts: docs/x.md, docs/a/b/x.md
    vendor/        all that is below such a folder; a file, a link or a submodule of that name is `vendor`
    !vendor/own/   takes out what the others match; the order makes no difference

`*` stands for what is within one part, and everything else for itself. A pattern's text is compared as UTF-8; a path
may be any bytes, and `*` and `**` stand for any of them, a line feed too.
"""

from __future__ import annotations

import re2

from gitward.errors import UsageError
from gitward.secretshapes import masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_PATTERNS = 1_000
SHOWN = 100  # characters of a path that a message quotes
_MEMORY = 16 << 20
_compiled: dict[tuple[tuple[str, ...], bool], tuple[Any, Any]] = {}  # a memo of a pure function


def matches_path(patterns: tuple[str, ...], path: bytes, *, ignore_case: bool = False) -> bool:
    """Whether a path is in a list of patterns: matched by one of them, and by none that begins with `!`.

    `ignore_case` is about the letters of ASCII. Raises UsageError where the patterns are too many or too large.
    """
    programs = _compiled.get((patterns, ignore_case))
    if programs is None:
        programs = _compiled[patterns, ignore_case] = _programs(patterns, ignore_case)
    wanted, unwanted = programs
    if ignore_case:
        path = path.lower()
    return wanted is not None and bool(wanted.fullmatch(path)) and not (unwanted and unwanted.fullmatch(path))


def only_takes_out(**lists: tuple[str, ...]) -> str:
    """Why lists of patterns, by the names of their options, cannot stand: one of them takes out of nothing. '' if none."""
    for name, patterns in lists.items():
        if patterns and all(pattern.startswith("!") for pattern in patterns):
            return f"`{name}` only takes out, and there is nothing to take it from"
    return ""


def too_large(patterns: tuple[str, ...]) -> str:
    """Why a list of patterns cannot be matched, '' where it can."""
    try:
        matches_path(patterns, b"")
    except UsageError as problem:
        return problem.message
    return ""


def pattern_of(patterns: tuple[str, ...], path: bytes, *, ignore_case: bool = False) -> str:
    """The first of the patterns that matches a path which `matches_path` has found to be in the list, else ''."""
    if not matches_path(patterns, path, ignore_case=ignore_case):
        return ""
    wanted = (pattern for pattern in patterns if not pattern.startswith("!"))
    return next(pattern for pattern in wanted if matches_path((pattern,), path, ignore_case=ignore_case))


def shown(path: bytes) -> str:
    """A path as a message quotes it, in quotes; of a long one the end. Its bytes are kept: renderers escape them.

    A token in it is not shown, only its kind: a secret is in no output.
    """
    text = masked(path)[0].decode("utf-8", "surrogateescape")
    return f'"{text}"' if len(text) <= SHOWN else f'"...{text[3 - SHOWN :]}"'


def _programs(patterns: tuple[str, ...], ignore_case: bool) -> tuple[Any, Any]:
    if len(patterns) > MAX_PATTERNS:
        raise UsageError(f"a list of path patterns is at most {MAX_PATTERNS}, this one is {len(patterns)}", "use * and **")
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return _program(wanted, ignore_case), _program(unwanted, ignore_case)


def _program(patterns: list[str], ignore_case: bool) -> Any:
    """One RE2 program for all, so that a path is read once; None for no pattern."""
    if not patterns:
        return None
    options = re2.Options()
    options.max_mem, options.log_errors, options.encoding = _MEMORY, False, re2.Options.Encoding.LATIN1
    options.dot_nl = True
    source = b"|".join(_regex(pattern.encode("utf-8", "surrogateescape"), ignore_case) for pattern in patterns)
    try:
        return re2.compile(source, options)
    except re2.error:
        raise UsageError("the path patterns are too large together", "write fewer or shorter ones") from None


def _regex(pattern: bytes, ignore_case: bool) -> bytes:
    """A glob as RE2 in Latin-1, where a byte is a character."""
    if ignore_case:
        pattern = pattern.lower()
    top = b"" if pattern.startswith(b"/") else b"(?:.*/)?"
    pattern = pattern.removeprefix(b"/")
    if not pattern or pattern.endswith(b"/"):
        pattern += b"**"
    parts = pattern.split(b"/")
    regex = b"".join(
        b"(?:.*/)?" if part == b"**" and number < len(parts) else _part(part) + (b"/" if number < len(parts) else b"")
        for number, part in enumerate(parts, 1)
    )
    return top + regex


def _part(part: bytes) -> bytes:
    return b".*".join(b"[^/]*".join(map(_escaped, across.split(b"*"))) for across in part.split(b"**"))


def _escaped(text: bytes) -> bytes:
    """Itself as RE2 in Latin-1; RE2's own `escape` leaves bytes above ASCII alone, as a pattern in UTF-8 wants them."""
    return b"".join(b"%c" % byte if chr(byte).isascii() and chr(byte).isalnum() else b"\\x%02x" % byte for byte in text)
