"""What an event names that stands elsewhere: values behind commitments, evidence by its digest."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MARKS = (b'"commitment":', b'"sha256":')  # a line without them names nothing
_HEX = re.compile(r"[0-9a-f]{64}")


def commitments_and_evidence(event: dict[str, Any]) -> tuple[dict[str, str], dict[str, int]]:
    """JSON pointer -> commitment, and SHA-256 -> bytes, of all that the event names. What is malformed is not among them."""
    commitments: dict[str, str] = {}
    evidence: dict[str, int] = {}
    for pointer, part in _objects(event):
        if part.keys() == {"commitment"} and _is_digest(part["commitment"]):
            commitments[pointer] = part["commitment"]
        elif part.keys() == {"sha256", "bytes"} and _is_digest(part["sha256"]) and type(part["bytes"]) is int:
            evidence[part["sha256"]] = part["bytes"]
    return commitments, evidence


def _is_digest(value: object) -> bool:
    return type(value) is str and _HEX.fullmatch(value) is not None


def _objects(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in the event with its JSON pointer (RFC 6901; '~' and '/' in a name are written ~0 and ~1)."""
    todo: list[tuple[str, Any]] = [("", event)]
    while todo:
        pointer, part = todo.pop()
        if type(part) is dict:
            yield pointer, part
            todo += ((f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", inner)
                     for name, inner in part.items() if type(inner) in (dict, list))  # fmt: skip
        else:
            todo += ((f"{pointer}/{number}", inner) for number, inner in enumerate(part) if type(inner) in (dict, list))
