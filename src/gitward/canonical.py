"""Canonical JSON: strings, booleans, null, integers below 2^53, lists, and objects with ASCII keys; no floats.

For these values sorted compact JSON is RFC 8785, byte for byte.
"""

from __future__ import annotations

import base64
import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    """RFC 8785 for values without floats and with ASCII keys. Raises UnicodeEncodeError for a string that is no UTF-8."""
    return _ENCODER.encode(value).encode()


def text(value: str) -> str | dict[str, str]:
    """A string as it stands, or its bytes in base 64 where it holds bytes that are no UTF-8.

    A surrogate that stands for no byte, from an escape in JSON or YAML, is written as the three bytes that it would be.
    """
    try:
        value.encode()
        return value
    except UnicodeEncodeError:
        return {"b64": base64.b64encode(raw(value)).decode()}


def raw(value: str) -> bytes:
    """The bytes that a string decoded with `surrogateescape` stands for, as `text` writes them."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b"".join(
            each.encode("utf-8", "surrogateescape" if "\udc80" <= each <= "\udcff" else "surrogatepass") for each in value
        )
