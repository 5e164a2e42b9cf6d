"""The daemon of a log, as the hook sees it: its socket, who runs it, and that the user who receives pushes is another."""

from __future__ import annotations

import os
import pwd
import stat

from gitward.doctor.finding import fail, ok, unknown, warn
from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.doctor.finding import Finding

_DENIES = "every push is denied"
_START = "start it: gitward audit serve, or systemctl start gitward-log"


def check_log_daemon(path: str, socket: str) -> Iterator[Finding]:
    """The repository at `path` records through the daemon at `socket`."""
    from gitward.audit.daemon import client
    from gitward.audit.patience import Patience

    pusher = os.stat(path)
    try:
        status = os.stat(socket)
    except OSError as problem:
        yield fail("log", f"{socket}: {problem.strerror}: {_DENIES}", _START)
        return
    groups = _groups(pusher.st_uid, pusher.st_gid)
    closed = next((place for place in _above(socket) if not _may(pusher.st_uid, groups, os.stat(place), 1)), "")
    if closed or not _may(pusher.st_uid, groups, status, 2):
        yield fail("log", f"user {pusher.st_uid}, who receives the pushes, cannot connect to {closed or socket}: {_DENIES}",
                   f"chmod o+x {closed}" if closed else "--group G of gitward audit serve: a group of that user's")  # fmt: skip
    try:
        about = client.ask(socket, "about", patience=Patience(seconds=5))
    except GitwardError as problem:
        yield fail("log", f"{socket}: {problem.message}: {_DENIES}", _START)
        return
    yield from _runs(socket, about, pusher.st_uid, groups)


def _runs(socket: str, about: dict[str, Any], pusher: int, groups: set[int]) -> Iterator[Finding]:
    """Who the daemon is, by its own word: systemd may have made the socket."""
    daemon, directory = int(about["uid"]), str(about["log"])
    if daemon == pusher:
        yield warn("log", f"the daemon runs as user {daemon}, who receives the pushes: what a hook runs can read the log's key",
                   "a user of its own: examples/systemd/gitward-log.service")  # fmt: skip
    elif pusher != 0:
        yield from _replaceable(socket, pusher, groups)
        try:
            key = os.path.join(directory, "signing.key")
            is_open = all(_may(pusher, groups, os.stat(place), 1) for place in _above(key))
            readable = is_open and _may(pusher, groups, os.stat(key), 4)
        except PermissionError:
            yield unknown("log", f"this user cannot see whether user {pusher} can read the key of {directory}", "run it as root")
            return
        except OSError as problem:
            yield fail("log", f"{directory}/signing.key: {problem.strerror}: nothing is signed", "put the key back")
            return
        if readable:
            words = f"user {pusher}, who receives the pushes, can read the key of {directory}"
            yield fail("log", words, f"chmod 700 {directory}")
            return
    yield ok("log", f"{socket}: {about['origin']}, by process {about['pid']} of user {daemon} in {directory}")


def _replaceable(socket: str, pusher: int, groups: set[int]) -> Iterator[Finding]:
    """Who can put another socket there can answer that everything is recorded."""
    for place in _above(socket):
        status = os.stat(place)
        if _may(pusher, groups, status, 2) and not status.st_mode & stat.S_ISVTX:
            yield fail("log", f"user {pusher}, who receives the pushes, can put another socket in place of {socket}: "
                       f"{place} is theirs to write", f"chown root {place}; chmod go-w {place}")  # fmt: skip
            return


def _above(path: str) -> Iterator[str]:
    """The folders that lead to a file, the nearest first."""
    place = os.path.dirname(os.path.realpath(path))
    while True:
        yield place
        if os.path.dirname(place) == place:
            return
        place = os.path.dirname(place)


def _groups(user: int, group: int) -> set[int]:
    try:
        found = pwd.getpwuid(user)
        return {group, *os.getgrouplist(found.pw_name, found.pw_gid)}
    except KeyError:
        return {group}


def _may(user: int, groups: set[int], status: os.stat_result, bit: int) -> bool:
    """Whether a user may read (4), write (2) or enter (1), by the mode alone. Root may do all."""
    if user == 0:
        return True
    shift = 6 if user == status.st_uid else 3 if status.st_gid in groups else 0
    return bool(status.st_mode >> shift & bit)
