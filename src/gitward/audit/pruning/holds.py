"""Holds: ranges of entries that no pruning may take, each an entry `log.hold` until another with action `released` names it."""

from __future__ import annotations

import os

from gitward import clock
from gitward.audit import folder, log, reading
from gitward.audit.entry import read
from gitward.audit.happenings import act
from gitward.canonical import text
from gitward.durable import sync_folder
from gitward.errors import GitwardError, UsageError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.audit.entry import Entry

CLASS, PLACED, RELEASED = "log.hold", "placed", "released"
LOCK = "prune.lock"
_MARK = b'"class":"log.hold"'
_LONGEST = 1000  # characters of a reason


@record
class Hold:
    """Entries `first` to `last` are held; `id` is what the release names."""

    id: str
    first: int
    last: int


def active(directory: str) -> list[Hold]:
    """The holds that stand, by all lines and landmarks. Raises OSError, ValueError for a line that is none."""
    held: dict[str, Hold] = {}
    for entry in _entries(directory):
        part = entry.event.get("log")
        name = part.get("hold") if isinstance(part, dict) else None
        if not isinstance(part, dict) or not isinstance(name, str):
            continue
        if entry.event["event"].get("action") == RELEASED:
            held.pop(name, None)
        elif type(part.get("from")) is int and type(part.get("to")) is int:
            held[name] = Hold(id=name, first=part["from"], last=part["to"])
    return list(held.values())


def place(directory: str, first: int, last: int, reason: str) -> int:
    """Hold a range; the seq of the entry that says so. Raises UsageError, Undecided."""
    with log.locked(directory, LOCK):
        if not 0 <= first <= last:
            raise UsageError(f"--from {first} --to {last} is no range", "the first and the last seq, both are held")
        if not reason.strip():
            raise UsageError("a hold needs a reason", "--reason 'case 2026-17'")
        there = folder.segments(directory)
        if there and first < there[0].first:
            raise UsageError(f"entries before {there[0].first} are pruned already", f"--from {there[0].first}, or later")
        return _append(directory, PLACED, Hold(id=clock.new_id(), first=first, last=last), reason)


def release(directory: str, first: int, last: int, reason: str) -> int:
    """Release the hold on exactly this range; the seq of the entry that says so. Raises UsageError, Undecided."""
    with log.locked(directory, LOCK):
        found = [hold for hold in active(directory) if (hold.first, hold.last) == (first, last)]
        if not found:
            there = ", ".join(f"{hold.first} to {hold.last}" for hold in active(directory)[:20]) or "none"
            raise UsageError(f"no hold is on entries {first} to {last}", f"held are: {there}")
        return [_append(directory, RELEASED, hold, reason) for hold in found][-1]


def _append(directory: str, action: str, hold: Hold, reason: str) -> int:
    if not folder.is_live(directory):
        raise GitwardError(f"{directory} is no log, or the copy of one", "run it where the log is written")
    part = {"hold": hold.id, "from": hold.first, "to": hold.last, "reason": text(reason[:_LONGEST])}
    (seq,) = log.append_all(directory, (act(CLASS, action=action, log=part),))
    sync_folder(directory)
    return seq


def _entries(directory: str) -> Iterator[Entry]:
    """The entries that speak of holds."""
    landmarks = os.path.join(directory, folder.LANDMARKS)
    paths = ([landmarks] if os.path.exists(landmarks) else []) + [segment.path for segment in folder.segments(directory)]
    for path in paths:
        for line in reading.lines(path):
            if _MARK in line:
                entry = read(line)
                if isinstance(entry.event.get("event"), dict) and entry.event["event"].get("class") == CLASS:
                    yield entry
