"""Does the log allow a ref update? Asked while git holds the lock on the ref, a moment after the push was decided."""

from __future__ import annotations

import json
import os

from gitward.audit import folder, recorder
from gitward.audit.session import session_id
from gitward.canonical import canonical, text
from gitward.errors import Undecided
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from gitward.audit.patience import Patience

    Updated = tuple[str, str, str]

_LARGEST = 256 << 20  # bytes of a list of ref updates
_TAILS = (256 << 10, 16 << 20)  # bytes of the newest lines: some hundred decisions, then some ten thousand


def unallowed(target: str, updates: Sequence[Updated], patience: Patience | None = None) -> list[Updated]:
    """Those of (ref, old, new) that no decision of this very push allows. Raises Undecided where the log cannot be read."""
    plain = [[text(ref), old, new] for ref, old, new in updates]
    if path := recorder.socket_of(target):
        from gitward.audit.daemon import client

        found = client.ask(path, "unallowed", session_id().encode(), canonical(plain), patience=patience)
    else:
        found = unallowed_of(target, session_id(), plain)
    return [updates[place] for place in found]


def unallowed_of(directory: str, session: str, updates: Sequence[Sequence[Any]]) -> list[int]:
    """The places of those of [text(ref), old, new] that no decision of the session allows. Raises Undecided."""
    wanted = {_key(*each): place for place, each in enumerate(updates)}
    try:
        for size in _TAILS if session else ():
            for event in _decisions(directory, session, size):
                for key in _keys(directory, event):
                    wanted.pop(key, None)
            if not wanted:
                break
    except OSError as problem:
        raise Undecided(f"the log cannot be read: {problem.strerror or problem}", "", "log-unavailable") from None
    return list(wanted.values())


def _decisions(directory: str, session: str, size: int) -> Iterator[dict[str, Any]]:
    """The decisions of a session that allow, among the last `size` bytes of the two newest segments."""
    for segment in folder.segments(directory)[-2:]:
        with opened(segment.path, 1 << 16) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - size))
            lines = file.read(size).split(b"\n")
        for line in lines:
            if session.encode() not in line:
                continue
            try:
                event = json.loads(line)["event"]
                if (
                    event["event"]["class"] == "decision.receive"
                    and event["event"]["outcome"] == "allowed"
                    and event["session"]["id"] == session
                ):
                    yield event
            except (ValueError, KeyError, TypeError, RecursionError):
                continue  # the first line may be cut; what is not readable allows nothing


def _keys(directory: str, event: dict[str, Any]) -> Iterator[bytes]:
    """Every update that the event allows; of many, the whole list is kept as evidence."""
    updates = event["updates"]
    if event.get("updates_evidence"):
        updates = _evidence(directory, event["updates_evidence"]["sha256"])
    for each in updates:
        yield _key(each["ref"], each["old"], each["new"])


def _evidence(directory: str, name: str) -> list[dict[str, Any]]:
    from gitward.audit.evidence import kept

    blob = kept(directory, name, _LARGEST)
    if blob is None:
        raise Undecided("the evidence of the decision is damaged", "", "log-damaged")
    return json.loads(blob)  # type: ignore[no-any-return]


def _key(ref: Any, old: str, new: str) -> bytes:
    return canonical([ref, old, new])
