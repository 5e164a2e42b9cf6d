"""What exports have in common: that they are recorded, lines with their seq, files that take their names when they are whole."""

from __future__ import annotations

import os

from gitward.audit import folder, log, reading
from gitward.audit.happenings import act
from gitward.errors import GitwardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def recorded(directory: str, **what: str | int) -> bool:
    """Append `log.exported` where the log is live; False on a copy, which is never written. Raises Undecided, OSError."""
    if not folder.is_live(directory):
        return False
    log.append_all(directory, (act("log.exported", log=what),))
    return True


def numbered(directory: str, first: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The lines of the entries from `first` to before `end`, with their seq, none left out, none parsed.

    Raises GitwardError where lines are missing, ValueError for one that is too long, OSError.
    """
    wanted = first
    segments = folder.segments(directory)
    for segment, following in zip(segments, [*segments[1:], None], strict=True):
        if segment.first > wanted:
            break
        if following is not None and following.first <= first:
            continue
        for seq, line in enumerate(reading.lines(segment.path), segment.first):
            if seq >= end:
                return
            if following is not None and seq >= following.first:
                break  # what stands behind the end of a segment was never released
            if seq == wanted:
                yield seq, line
                wanted += 1
    if wanted < end:
        raise GitwardError(f"the log ends, or has a gap, at entry {wanted} of {end}", "restore the segments from a copy")


def minimum(directory: str) -> int:
    """The seq of the first line that is there: 0 unless the log was pruned. Raises GitwardError where there is none, OSError."""
    segments = folder.segments(directory)
    if not segments:
        raise GitwardError(f"{directory} holds no segments of a log")
    return segments[0].first


def outside(directory: str, output: str) -> None:
    """That an export does not go into the log itself. Raises UsageError."""
    log_folder = os.path.realpath(directory)
    if os.path.commonpath([log_folder, os.path.realpath(output)]) == log_folder:
        raise UsageError(f"--output {output}: an export does not go into the folder of the log", "name a folder elsewhere")


def place(output: str, name: str, data: bytes) -> None:
    """Write a file below `output`, whole or not at all. Raises OSError."""
    path = os.path.join(output, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(f"{path}.part", "wb") as file:
        file.write(data)
    os.replace(f"{path}.part", path)
