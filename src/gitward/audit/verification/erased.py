"""What `log.erased` says is gone: values of events, and pieces of evidence."""

from __future__ import annotations

import hashlib
import json
import os

from gitward.regularfile import content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.verification.evidence import Evidence
    from gitward.audit.verification.values import Values

_LARGEST = 64 << 20  # bytes of a list that stands in evidence


def erase(event: dict[str, Any], values: Values, evidence: Evidence) -> None:
    """Take what an entry says is gone for erased, where it is missing."""
    events, pieces = erased_by(event, evidence.folder)
    for each in events:
        values.erase(each)
    for each in pieces:
        evidence.erase(each)


def erased_by(event: dict[str, Any], evidence: str) -> tuple[list[str], list[str]]:
    """The ids of the events whose values an entry says are gone, and the digests of pieces of evidence.

    `evidence` is the folder in which a list that is too long for the event stands; one that is not there says nothing.
    """
    part = event.get("log")
    if type(part) is not dict:
        return [], []
    kept = part.get("values_evidence")
    values = _listed(kept, evidence) if kept else part.get("values")
    return [name for each in _list(values) if type(name := _of(each)) is str], [
        each for each in _list(part.get("certificates")) if type(each) is str
    ]


def _of(value: Any) -> Any:
    return value.get("event") if type(value) is dict else None


def _list(value: Any) -> list[Any]:
    return value if type(value) is list else []


def _listed(kept: Any, folder: str) -> Any:
    digest = kept.get("sha256") if type(kept) is dict else None
    if type(digest) is not str or len(digest) != 64 or not digest.isalnum():
        return None
    try:
        data = content(os.path.join(folder, digest), _LARGEST)
        return json.loads(data) if hashlib.sha256(data).hexdigest() == digest else None
    except (OSError, ValueError, RecursionError):
        return None
