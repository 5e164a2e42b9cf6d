"""One entry of the log, with all that is known of it, as text for people. Every line is escaped."""

from __future__ import annotations

from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_INDENT = "  "


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A title, and the lines below it, indented."""
    yield visible(title) + "\n"
    for line in lines:
        yield f"{_INDENT}{shown(line)}\n".replace(_INDENT + "\n", "\n")


def shown(line: str) -> str:
    """A line with all but its tabs made visible: a patch keeps its columns."""
    return "\t".join(map(visible, line.split("\t")))


def outline(value: Any, depth: int = 0) -> Iterator[str]:
    """A JSON value as indented lines: what is empty is left out, and a commitment whose value is gone says so."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _named(name, inner, depth)
    elif isinstance(value, list):
        for inner in value:
            lines = list(outline(inner, depth + 1)) or [""]
            yield f"{_INDENT * depth}- {lines[0].lstrip(' ')}"
            yield from lines[1:]
    else:
        yield f"{_INDENT * depth}{_scalar(value)}"


def _named(name: str, value: Any, depth: int) -> Iterator[str]:
    if value in (None, "", [], {}):
        return
    if isinstance(value, dict) and value.keys() == {"commitment"}:
        yield f"{_INDENT * depth}{name}: (erased, or never kept) {value['commitment']}"
    elif isinstance(value, dict | list):
        yield f"{_INDENT * depth}{name}:"
        yield from outline(value, depth + 1)
    else:
        yield f"{_INDENT * depth}{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return visible(str(value))
