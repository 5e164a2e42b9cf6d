"""The log's heartbeat, its checkpoint and its witnesses: whether the timer that makes them runs."""

from __future__ import annotations

import time

from gitward import clock
from gitward.doctor.finding import fail, ok, warn
from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding

LATE = 2 * 3600  # seconds; a heartbeat comes at least hourly
_TIMER = "hourly, by cron or a systemd timer: gitward audit checkpoint --log {} --heartbeat"


def check_heartbeat(given: list[str]) -> Iterator[Finding]:
    """The newest heartbeat of the hook's log, and what its witnesses vouch for. That a log is not there is said elsewhere."""
    if not given or given[-1].startswith("unix:"):
        return
    directory = given[-1]
    from gitward.audit import folder, heartbeat, reading

    try:
        folder.about(directory)
        newest = heartbeat.newest(directory)
        first = newest or next(reading.entries(directory), None)
    except (GitwardError, OSError, ValueError):
        return
    try:
        age = time.time() - clock.seconds(first.received_time) if first else 0
    except ValueError:
        age = float("inf")
    fix = _TIMER.format(directory)
    if age > LATE:
        words = f"the last is of {newest.received_time}" if newest else "there was never one, no timer makes them"
        yield warn("heartbeat", f"{directory}: {words}: a log that stands still looks like one where nothing happens", fix)
    else:
        yield ok("heartbeat", f"{directory}: {newest.received_time}" if newest else f"{directory}: the log is new")
    yield from _witnesses(directory)


def _witnesses(directory: str) -> Iterator[Finding]:
    from gitward.audit import witnesses

    try:
        found = witnesses.of_newest(directory)
    except (GitwardError, OSError) as problem:
        yield fail("witnesses", str(problem), getattr(problem, "fix", ""))
        return
    if found is None:
        return
    settings, said = found
    for each in said:
        words = f"{each.kind} {each.name} {each.detail}{f', {each.time}' if each.time else ''}"
        yield (fail if each.contradicts else ok if each.ok else warn)("witnesses", words)
    if not witnesses.is_met(said, settings):
        yield warn("witnesses", f"{sum(each.ok for each in said)} of the {settings.needed} that must vouch do",
                   f"gitward audit checkpoint --log {directory} --witness")  # fmt: skip
