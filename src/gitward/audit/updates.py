"""The ref updates of an event: those that stand in it, or all of them from the evidence beside the log where they are many."""

from __future__ import annotations

import base64
import json

from gitward.audit.evidence import kept
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_MOST = 64 << 20  # bytes of evidence that are read


@record
class Updated:
    """One ref update; the names may hold surrogates for bytes that are no UTF-8. `alias` is '' where there is none.

    `ancestry` is that of `model.RefUpdate`, '' where the event does not say.
    """

    ref: str
    alias: str
    old: str
    new: str
    ancestry: str = ""


def updates_of(directory: str, event: Mapping[str, Any]) -> list[Updated]:
    """The ref updates of an event, in order; what is no update is left out."""
    inside = event.get("updates")
    listed = _evidence(directory, event.get("updates_evidence"))
    return [found for each in (listed or (inside if isinstance(inside, list) else ())) if (found := _updated(each))]


def _evidence(directory: str, named: Any) -> list[Any]:
    """What was too long for the event; nothing where it is not there, or not what the event names."""
    digest = named.get("sha256") if isinstance(named, dict) else None
    try:
        blob = kept(directory, digest, _MOST)
        found = json.loads(blob) if blob else []
    except (OSError, ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _updated(found: Any) -> Updated | None:
    if not isinstance(found, dict):
        return None
    ref, alias, old, new, ancestry = (plain(found.get(name)) for name in ("ref", "alias", "old", "new", "ancestry"))
    return Updated(ref=ref, alias=alias, old=old, new=new, ancestry=ancestry) if ref else None


def plain(value: Any) -> str:
    """The text of a field, with surrogates for bytes that are no UTF-8; '' for what holds none. The inverse of canonical.text."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("b64"), str):
        try:
            return base64.b64decode(value["b64"]).decode("utf-8", "surrogateescape")
        except ValueError:
            return ""
    return ""
