"""Pruning: old segments go, with the values and the evidence that only they name. For POSIX systems only.

The steps, each of which a crash may follow: the lines that a verifier still needs are written to `landmarks`; the log says what
goes, and a checkpoint covers that; a plan is written; segments go, the oldest first, then what stands beside them; the plan goes.
Whoever prunes next ends what a crash cut short.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress

from gitward.audit import checkpoints, folder, log, reading
from gitward.audit.entry import read
from gitward.audit.happenings import act
from gitward.audit.pruning import holds, limits
from gitward.audit.verification.evidence import FOLDER
from gitward.audit.verification.named import MARKS, commitments_and_evidence
from gitward.audit.verification.verify import verify
from gitward.canonical import canonical
from gitward.durable import replace_file, sync_folder
from gitward.errors import GitwardError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.entry import Entry
    from gitward.audit.verification.report import Report

PLAN = "pruning"
_STAY = ("log.started", "log.pruned", "log.hold", "log.erased", "log.recovered", "key.")


@record
class Pruned:
    """Entries `first` to `before` - 1 are gone, in so many segments; none where they are equal. `why` is what kept the rest."""

    first: int
    before: int
    segments: int
    why: str


class NotWhole(GitwardError):
    """The log does not hold against the checkpoint that was given: nothing was pruned. `report` says where."""

    def __init__(self, report: Report) -> None:
        super().__init__("the log is not whole: nothing is pruned", "gitward audit verify names the place")
        self.exit_code, self.report = report.code, report


def prune(directory: str, before: int | str, against: bytes) -> Pruned:
    """Prune what stands before a seq, or was received before a time, as far as it may. Raises GitwardError, OSError.

    `against` is a checkpoint that was kept elsewhere, or witnessed: the log is verified against it first, all of it.
    """
    with log.locked(directory, holds.LOCK):
        if not folder.is_live(directory):
            raise GitwardError(f"{directory} is no log, or the copy of one", "run it where the log is written")
        finish(directory)
        report = verify(directory, [("--against", against)])
        if report.code:
            raise NotWhole(report)
        covered = next(each.size for each in report.checkpoints if each.is_kept)
        first = folder.segments(directory)[0].first
        seq = limits.seq_at(directory, before) if isinstance(before, str) else before
        limit, why = min(limits.limits(directory, seq, covered))
        end = limits.end(directory, limit)
        if end <= first:
            return Pruned(first=first, before=first, segments=0, why=why)
        landmarks, evidence = _what_stays(directory, end)
        _keep_landmarks(directory, landmarks)
        gone = [segment.first for segment in folder.segments(directory) if segment.first < end]
        said = {"from": first, "before": end, "segments": len(gone), "size": covered}
        log.append_all(directory, (act("log.pruned", log=said),))
        checkpoints.take(directory)
        replace_file(os.path.join(directory, PLAN), canonical({"before": end, "evidence": sorted(evidence)}) + b"\n")
        sync_folder(directory)
        finish(directory)
        return Pruned(first=first, before=end, segments=len(gone), why=why)


def finish(directory: str) -> None:
    """Do what a plan says, if there is one; also what is left of it after a crash."""
    path = os.path.join(directory, PLAN)
    try:
        with open(path, "rb") as file:
            plan = json.load(file)
    except FileNotFoundError:
        return
    before, evidence = plan["before"], set(plan["evidence"])
    for segment in folder.segments(directory):
        if segment.first < before:
            os.unlink(segment.path)
            sync_folder(directory)
    _take_beside(os.path.join(directory, folder.PERSONAL), before, ".")
    _take_beside(os.path.join(directory, folder.TORN), before, "-")
    for digest in evidence - _named(directory, evidence):
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(directory, FOLDER, digest))
    os.unlink(path)
    sync_folder(directory)


def _what_stays(directory: str, end: int) -> tuple[list[bytes], set[str]]:
    """Of the entries before `end`: the lines that a verifier needs all the same, and the evidence that they name."""
    lines: list[bytes] = []
    evidence: set[str] = set()
    for entry in reading.entries(directory):
        if entry.seq >= end:
            break
        if _class(entry).startswith(_STAY):
            lines.append(entry.line)
        if MARKS[1] in entry.line:
            evidence.update(commitments_and_evidence(entry.event)[1])
    return lines, evidence


def _keep_landmarks(directory: str, lines: list[bytes]) -> None:
    """Those that are there, and after them the new ones; a crash may have left these there already."""
    path = os.path.join(directory, folder.LANDMARKS)
    there = list(reading.lines(path)) if os.path.exists(path) else []
    last = read(there[-1]).seq if there else -1
    whole = there + [line for line in lines if read(line).seq > last]
    replace_file(path, b"".join(line + b"\n" for line in whole))
    sync_folder(directory)


def _named(directory: str, evidence: set[str]) -> set[str]:
    """Those of these pieces that an entry which stays names as well, landmarks among them."""
    found: set[str] = set()
    landmarks = os.path.join(directory, folder.LANDMARKS)
    for path in (landmarks, *(segment.path for segment in folder.segments(directory))):
        for line in reading.lines(path):
            if MARKS[1] in line:
                found.update(evidence.intersection(commitments_and_evidence(read(line).event)[1]))
    return found


def _take_beside(place: str, before: int, separator: str) -> None:
    """Files of a segment that is gone: their names begin with its first seq."""
    for name in os.listdir(place) if os.path.isdir(place) else ():
        number = name.partition(separator)[0]
        if number.isascii() and number.isdigit() and int(number) < before:
            os.unlink(os.path.join(place, name))


def _class(entry: Entry) -> str:
    head = entry.event.get("event")
    name = head.get("class") if isinstance(head, dict) else None
    return name if isinstance(name, str) else ""
