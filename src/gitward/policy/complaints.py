"""What is wrong with a policy file, in words: `file:line:column: message`, with the nearest valid name."""

from __future__ import annotations

from gitward.errors import PolicyError
from gitward.policy.compose import nearest
from gitward.policy.grammar import Extension, File
from gitward.policy.hints import hints, inner, keys_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from gitward.policy.compose import Document, Path

_EXPECTED = {
    "string_type": ("one text is expected here", ""),
    "tuple_type": ("a list is expected here", "write [{value}]"),
    "list_type": ("a list is expected here", "write [{value}]"),
    "dict_type": ("a mapping is expected here", "write {{key: value}}"),
    "too_short": ("an empty list is refused", "name at least one, or leave the key out"),
    "string_too_short": ("an empty text is refused", "leave the key out"),
    "too_long": ("the list is too long, at most {max_length} items", ""),
    "string_too_long": ("the text is too long, at most {max_length} characters", ""),
    "greater_than_equal": ("{value} is too small, at least {ge}", ""),
    "greater_than": ("{value} is too small, more than {gt}", ""),
    "less_than_equal": ("{value} is too large, at most {le}", ""),
    "less_than": ("{value} is too large, less than {lt}", ""),
}
_ADD = {"version": "begin with: version: 1", "policy": "for example policy: {id: payments}"}


def tag(shape: str) -> str:
    """How an alternative of this shape is named in the place of an error."""
    return f"a {shape}"


_STEPS = ("[key]", tag("text"), tag("list"), tag("mapping"))  # what pydantic adds to the way to a value


def raise_first(problems: Iterable[PolicyError]) -> None:
    """Raise the first problem, in the order of the files and of their lines, with the rest as its `others`."""
    found = list(problems)
    if not found:
        return
    files = list(dict.fromkeys(problem.file for problem in found))
    first, *others = sorted(found, key=lambda problem: (files.index(problem.file), problem.line, problem.column))
    first.others = tuple(others)
    raise first


def in_words(errors: Iterable[Any], document: Document, base: Path, *records: type) -> Iterator[PolicyError]:
    """pydantic's errors about the value at `base`, which was read as these records, as errors of the file."""
    # a list is also called too short for the items that are wrong, each of which is complained about
    errors = [error for error in errors if not (error["type"] == "too_short" and error["input"])]
    unknown = {error["loc"][:-1] for error in errors if error["type"] == "extra_forbidden"}
    for error in errors:
        path = (*base, *(step for step in error["loc"] if step not in _STEPS))
        kind, context = error["type"], error.get("ctx", {})
        if kind == "extra_forbidden":
            message, fix = _unknown(path, base, records)
            yield document.error(message, path, fix, key=True)
        elif kind == "missing":
            if error["loc"][:-1] not in unknown:  # else it stands there under a wrong name
                yield document.error(f"the key {path[-1]!r} is missing", path[:-1], _ADD.get(str(path[-1]), ""))
        elif kind == "value_error":
            problem = context["error"]
            yield document.error(str(problem), path, getattr(problem, "fix", ""), key="[key]" in error["loc"])
        elif kind == "union_tag_invalid":
            expected = context["expected_tags"].replace("'", "").replace(", ", " or ")
            yield document.error(f"{expected} is expected here", path)
        else:
            message, fix = _EXPECTED.get(kind, (error["msg"].lower(), ""))
            words = {**context, "value": _short(error["input"])}
            yield document.error(message.format(**words), path, "" if "..." in words["value"] else fix.format(**words))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else "..."
    return text if len(text) <= 40 and text.isprintable() else "..."


def _unknown(path: Path, base: Path, records: tuple[type, ...]) -> tuple[str, str]:
    """Why a key is not one: where it belongs, or the nearest."""
    key = str(path[-1])
    if Extension in records and key in hints(File):
        return f"`{key}` stands in the policy itself, not in a file that it extends", "move it there"
    known = keys_at(records, path[len(base) : -1])
    return f"unknown key {key!r}{nearest(key, known)}", f"known here: {', '.join(known)}" if known else ""


def keys_at(records: tuple[type, ...], steps: Path) -> tuple[str, ...]:
    """The keys that may stand in the mapping at this place in a value that was read as these records."""
    places: list[Any] = list(records)
    for step in steps:
        places = [found for place in places if (found := inner(place, step)) is not None]
    return tuple(dict.fromkeys(key for place in places for key in keys_of(place)))
