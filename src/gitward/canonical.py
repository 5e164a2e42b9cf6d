"""Canonical JSON: strings, booleans, null, integers below 2^53, lists, and objects with ASCII keys; no floats.

For these values sorted compact JSON is RFC 8785, byte for byte.
"""

from __future__ import annotations

import base64
import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def canonical(value: Any) -> bytes:
    """RFC 8785 for values without floats and with ASCII keys. Raises UnicodeEncodeError for a string that is no UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def text(value: str) -> str | dict[str, str]:
    """A string as it stands, or its bytes in base 64 where it holds bytes that are no UTF-8."""
    try:
        value.encode()
        return value
    except UnicodeEncodeError:
        return {"b64": base64.b64encode(value.encode("utf-8", "surrogateescape")).decode()}
