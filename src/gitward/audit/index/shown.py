"""An entry as reports show it: a row of a table, or a JSON object."""

from __future__ import annotations

from gitward.audit.updates import plain, updates_of
from gitward.render.entries import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.audit.index.reading import Found


def row(directory: str, found: Found) -> Row:
    """What a table shows of an entry, personal values joined."""
    event = found.joined
    what, actor, decision = (_part(event.get(name)) for name in ("event", "actor", "decision"))
    updates = updates_of(directory, event)
    first = updates[0] if updates else None
    return Row(
        seq=found.seq,
        received_time=found.received_time,
        class_=plain(what.get("class")),
        outcome=plain(what.get("outcome")),
        actor=next((name for key in ("id", "display", "claim") if (name := plain(actor.get(key)))), ""),
        repository=plain(event.get("repository")),
        ref=first.ref if first else "",
        old=first.old if first else "",
        new=first.new if first else "",
        updates=len(updates),
        reason=plain(what.get("reason_code")) or plain(_part(decision.get("failure")).get("reason")),
        id=plain(event.get("id")),
    )


def document(found: Found) -> dict[str, Any]:
    """An entry as JSON: the event as it was recorded, and beside it what is behind its commitments."""
    peer = {"peer": found.peer} if found.peer else {}
    return {"seq": found.seq, "received_time": found.received_time, "event": found.event, **peer,
            "personal": [{"path": path, "value": value} for path, value in personal(found.event, found.joined)]}  # fmt: skip


def personal(event: Any, joined: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The commitments of an event by their paths, with the value of each: None where it was erased, or never kept."""
    if isinstance(event, dict):
        if event.keys() == {"commitment"}:
            yield path, None if joined == event else joined
            return
        for name, value in event.items():
            yield from personal(value, joined[name], f"{path}/{name}")
    elif isinstance(event, list):
        for index, value in enumerate(event):
            yield from personal(value, joined[index], f"{path}/{index}")


def _part(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
