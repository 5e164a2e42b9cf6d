"""What a review needs of an entry, read with care: a log is data from outside, and any field may be of any type."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from gitward.audit.entry import Entry

    Evidence = Callable[[str], "list[Any] | None"]


@record
class Move:
    """One ref update that an event speaks of; '' is no oid."""

    ref: str
    old: str
    new: str


@record
class Happened:
    """An entry about a repository: who acted, what they were told, and which refs moved."""

    seq: int
    time: str
    name: str
    outcome: str
    repository: str
    session: str
    actor: str
    id: str
    moves: tuple[Move, ...] | None
    action: str = ""


def happened(entry: Entry, evidence: Evidence) -> Happened:
    """`moves` is None where the updates stand in evidence that is not there."""
    event = entry.event
    return Happened(
        seq=entry.seq,
        time=entry.received_time,
        name=word(event, "event", "class"),
        outcome=word(event, "event", "outcome"),
        repository=word(event, "repository"),
        session=word(event, "session", "id"),
        actor=word(event, "actor", "id"),
        id=word(event, "id"),
        moves=_moves(event, evidence),
        action=word(event, "event", "action"),
    )


def word(plain: Any, *path: str) -> str:
    """A text below a path of keys, as `canonical.text` wrote it; '' where there is none."""
    found = within(plain, *path)
    if isinstance(found, dict) and isinstance(found.get("b64"), str):
        from base64 import b64decode

        try:
            return b64decode(found["b64"], validate=True).decode("utf-8", "surrogateescape")
        except ValueError:
            return ""
    return found if isinstance(found, str) else ""


def within(plain: Any, *path: str) -> Any:
    """What stands below a path of keys; None where nothing does."""
    for key in path:
        plain = plain.get(key) if isinstance(plain, dict) else None
    return plain


def _moves(event: dict[str, Any], evidence: Evidence) -> tuple[Move, ...] | None:
    digest = word(event, "updates_evidence", "sha256")
    listed = evidence(digest) if digest else event.get("updates")
    if listed is None and digest:
        return None
    return tuple(_each(listed))


def _each(listed: Any) -> Iterator[Move]:
    for item in listed if isinstance(listed, list) else ():
        ref = word(item, "ref")
        if ref:
            yield Move(ref=ref, old=_oid(word(item, "old")), new=_oid(word(item, "new")))


def _oid(text: str) -> str:
    return text if text.strip("0") else ""


def seconds(time: str) -> float:
    """A time of the log in seconds since 1970; 0 for what is none."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        return 0.0
