"""Refs as somebody saw them (`ref.read`), and hooks and settings as somebody left them (`config.changed`)."""

from __future__ import annotations

import hashlib

from gitward.audit.happenings import act
from gitward.audit.log import Item
from gitward.audit.session import session_id
from gitward.canonical import canonical, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Literal

    Installed = tuple[Mapping[str, Any], bytes]

KEPT = 50  # updates that stand in an event; of more the whole list is evidence


def refs_read(repository: str, refs: Iterable[tuple[str, str | None, str | None]], action: Literal["snapshot", "moved"]) -> Item:
    """(ref, the value that was known, the value that is there), None where there is none; `snapshot` lists every ref."""
    listed = [{"ref": text(ref), "alias": "", "old": old, "new": new, "ancestry": None} for ref, old, new in refs]
    whole = canonical(listed)
    is_long = len(listed) > KEPT
    return act(
        "ref.read",
        action=action,
        repository=text(repository),
        session={"id": session_id()},
        updates=listed[:KEPT],
        update_count=len(listed),
        updates_evidence={"sha256": hashlib.sha256(whole).hexdigest(), "bytes": len(whole)} if is_long else None,
        evidence=(whole,) if is_long else (),
    )


def config_changed(
    repository: str, action: Literal["installed", "removed"], after: Mapping[str, str], policies: Iterable[Installed] = ()
) -> Item:
    """What decides whether a push is judged, by name, each with its SHA-256 (installer.digests), as it is from now on.

    `policies` are those that judge, each with its files in one piece: what they said is known when they have changed.
    """
    found = tuple(policies)
    change = {"after": dict(after), **({"policies": [said for said, _ in found]} if found else {})}
    pieces = tuple(piece for _, piece in found if piece)
    return act("config.changed", action=action, repository=text(repository), config_change=change, evidence=pieces)
