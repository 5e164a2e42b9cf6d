"""How far pruning may go: whole segments only, under a kept checkpoint, not past a hold, a cursor, or what was asked for."""

from __future__ import annotations

import os

from gitward.audit import folder, reading
from gitward.audit.entry import read
from gitward.audit.pruning import holds
from gitward.audit.segment import BUNDLE
from gitward.errors import GitwardError

CURSORS = "cursors"


def limits(directory: str, before: int, covered: int) -> list[tuple[int, str]]:
    """What keeps entries from this seq on, each with the reason. Raises GitwardError for a cursor that cannot be read."""
    found = [(before, "asked for"), (covered, "the kept checkpoint covers no more")]
    found += [(hold.first, f"entries {hold.first} to {hold.last} are held") for hold in holds.active(directory)]
    return found + _cursors(directory)


def end(directory: str, limit: int) -> int:
    """The largest seq up to which whole segments can go: one begins there, at a multiple of 256. The first seq for none."""
    firsts = [segment.first for segment in folder.segments(directory)]
    return max((first for first in firsts if first <= limit and first % BUNDLE == 0), default=firsts[0] if firsts else 0)


def seq_at(directory: str, time: str) -> int:
    """The first seq that was received at this time or later, whatever the clock said afterwards. Raises OSError, ValueError."""
    last = 0
    for segment in folder.segments(directory):
        for seq, line in enumerate(reading.lines(segment.path), segment.first):
            if read(line).received_time >= time:
                return seq
            last = seq + 1
    return last


def _cursors(directory: str) -> list[tuple[int, str]]:
    """`cursors/SINK` holds the seq of the next entry that this sink is to be sent."""
    place = os.path.join(directory, CURSORS)
    found = []
    for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
        try:
            with open(os.path.join(place, name), encoding="ascii") as file:
                found.append((int(file.read(64)), f"the sink {name} was not sent more"))
        except ValueError:
            raise GitwardError(f"{CURSORS}/{name} holds no seq", "mend it, or take it away if there is no such sink") from None
    return found
