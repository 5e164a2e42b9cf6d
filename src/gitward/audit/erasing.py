"""Erasing what is behind commitments: the values, their salts, and push certificates that name the person.

The erasure is recorded first, and then done: an interrupted one leaves a log that says too much, never values that went without
a word, and can be run again. The lines of the log are left as they are, so every proof and every checkpoint holds as before.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os

from gitward.audit import checkpoints, evidence, folder, log, personal, reading
from gitward.audit.happenings import act
from gitward.canonical import canonical, raw
from gitward.durable import sync_folder
from gitward.errors import GitwardError, Undecided, UsageError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from gitward.audit.personal import Value

LEAST = 3  # characters of a person's name: a letter would be in everything
_IN_EVENT = 40_000  # bytes of the list of what was erased; a longer one is kept as evidence
_CERTIFICATE = b"certificate version "
_INDEX = ("index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "index.sqlite-journal")


@record
class Wanted:
    """What is to go: every value that holds `person` ('' for nobody), letters of either case, and all values of `events`."""

    person: str = ""
    events: frozenset[str] = frozenset()

    def takes(self, event_id: str, value: Value) -> bool:
        if event_id in self.events:
            return True
        return bool(self.person) and value.value is not None and self.person.casefold() in _shown(value.value).casefold()


@record
class Erased:
    """What was erased: event id to paths; digests of certificates; in which repositories these events were."""

    values: dict[str, tuple[str, ...]]
    certificates: tuple[str, ...]
    repositories: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(map(len, self.values.values()))


def find(directory: str, wanted: Wanted) -> Erased:
    """What there is to erase. Raises OSError, ValueError for a log that cannot be read."""
    values: dict[str, tuple[str, ...]] = {}
    for segment in folder.segments(directory):
        for event_id, found in personal.table(directory, segment.first):
            if paths := tuple(each.path for each in found if wanted.takes(event_id, each)):
                values[event_id] = (*values.get(event_id, ()), *paths)
    events = list(_events(directory, {*values, *wanted.events}))
    named = {name for event in events if event["id"] in wanted.events for name in _certificate_of(event)
             if os.path.exists(os.path.join(directory, "evidence", name))}  # fmt: skip
    repositories = {json.dumps(each) if isinstance(each, dict) else each for event in events if (each := event.get("repository"))}
    certificates = tuple(sorted(named | set(_certificates(directory, wanted.person))))
    return Erased(values=values, certificates=certificates, repositories=tuple(sorted(repositories)))


def erase(directory: str, wanted: Wanted, reason: str) -> Erased:
    """Record that what is wanted is erased, and erase it. Raises GitwardError where there is nothing, or it cannot be done."""
    if wanted.person and len(wanted.person) < LEAST:
        raise UsageError(f"{LEAST} characters at least tell one person from another")
    if wanted.person and wanted.person.casefold() in reason.casefold():
        raise UsageError("the reason stays in the log for good: say it without naming who is erased")
    try:
        if not folder.is_live(directory):
            raise Undecided(f"{directory} is no log, or the copy of one", "run it where the log is written", "log-damaged")
        found = find(directory, wanted)
        if not found.values and not found.certificates:
            raise GitwardError("the log holds no such value", "gitward audit list shows what it holds")
        _record(directory, found, reason)
        with log.locked(directory):
            for segment in folder.segments(directory):
                _rewrite(directory, segment.first, wanted)
            for name in found.certificates:
                _remove(os.path.join(directory, "evidence", name))
            for name in _INDEX:
                _remove(os.path.join(directory, name))
    except OSError as problem:
        words = f"not everything could be erased: {problem.strerror or problem}"
        fix = "look at the disk and permissions of the log's folder, and run it again"
        raise Undecided(words, fix, "log-unavailable") from problem
    checkpoints.take(directory)  # nobody believes an erasure that no checkpoint covers
    return found


def _record(directory: str, found: Erased, reason: str) -> None:
    values = [{"event": event_id, "paths": list(paths)} for event_id, paths in sorted(found.values.items())]
    blob = canonical(values)
    out_of_line = len(blob) > _IN_EVENT
    about: dict[str, Any] = {
        "reason": reason[:1_000],
        "values": [] if out_of_line else values,
        "value_count": found.count,
        "values_evidence": {"sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob)} if out_of_line else None,
        "certificates": list(found.certificates)[:200],
        "certificate_count": len(found.certificates),
    }
    if out_of_line:
        evidence.keep(directory, blob)
    log.append_all(directory, (act("log.erased", log=about),))


def _rewrite(directory: str, first: int, wanted: Wanted) -> None:
    """The side table of a segment without these values, in the place of the old one. What is torn in it goes too."""
    path = folder.personal_path(directory, first)
    kept, changed = [], False
    for event_id, values in personal.table(directory, first):
        left = [each for each in values if not wanted.takes(event_id, each)]
        changed = changed or len(left) < len(values)
        kept.append(personal.line_of(event_id, left))
    if not changed:
        return
    beside, was = f"{path}.new", os.stat(path)
    with open(beside, "wb", opener=lambda name, flags: os.open(name, flags | os.O_CLOEXEC, 0o600)) as file:
        if os.geteuid() == 0:
            os.fchown(file.fileno(), was.st_uid, was.st_gid)
        file.write(b"".join(line + b"\n" for line in kept if line))
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    sync_folder(os.path.dirname(path))


def _remove(path: str) -> None:
    if os.path.lexists(path):
        os.unlink(path)
        sync_folder(os.path.dirname(path))


def _events(directory: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The events with these ids."""
    wanted = set(ids)
    if wanted:
        yield from (entry.event for entry in reading.entries(directory) if entry.event.get("id") in wanted)


def _certificate_of(event: dict[str, Any]) -> Iterator[str]:
    """The digest of an event's push certificate: it becomes a name of a file, so it is looked at."""
    try:
        name = event["session"]["push_certificate"]["sha256"]
        if len(name) == 64 and set("0123456789abcdef").issuperset(name):
            yield name
    except (KeyError, TypeError):
        return


def _certificates(directory: str, person: str) -> Iterator[str]:
    """The push certificates in the evidence that name somebody."""
    place = os.path.join(directory, "evidence")
    for name in sorted(os.listdir(place)) if person and os.path.isdir(place) else ():
        with open(os.path.join(place, name), "rb") as file:
            if file.read(len(_CERTIFICATE)) == _CERTIFICATE and raw(person).lower() in file.read().lower():
                yield name


def _shown(value: Any) -> str:
    """A value as text; bytes that are no UTF-8 as surrogates."""
    if not isinstance(value, dict):
        return str(value)
    try:
        return base64.b64decode(str(value.get("b64", ""))).decode("utf-8", "surrogateescape")
    except ValueError:
        return ""
