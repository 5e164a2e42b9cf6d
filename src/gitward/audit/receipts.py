"""Receipts for whoever pushed: after a checkpoint, one blob per allowed push, as `refs/gitward/receipts/DECISION`.

A push is waited for until its outcome is there, an hour at most; `receipts.json` in the log's folder says where to go on. Refs go
after thirty days. No hook runs: receipts prove themselves.
"""

from __future__ import annotations

import json
import os

from gitward import clock, git
from gitward.audit import folder, reading, receipt
from gitward.errors import GitwardError
from gitward.regularfile import opened
from gitward.tlog import checkpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gitward.audit.entry import Entry

PREFIX = "refs/gitward/receipts/"
STATE = "receipts.json"
KEPT_SECONDS, WAIT_SECONDS = 30 * 86_400, 3_600
_MOST_OUTCOMES = 1_000  # of one push: git before 2.50 makes a transaction of each ref
_MOST_LIST = 2 << 20  # bytes of lists of updates in one receipt


class Push:
    """An allowed decision and what the log says that git did with it."""

    def __init__(self, decision: Entry) -> None:
        self.decision = decision
        self.outcomes: list[Entry] = []

    @property
    def id(self) -> str:
        return str(self.decision.event["id"])


def write(directory: str, signed: str) -> tuple[int, tuple[str, ...]]:
    """Write the receipts of what the signed checkpoint covers and none has: how many, and what could not be written, in words.

    Raises GitwardError, OSError for a log that cannot be read.
    """
    size, now = checkpoint.read(signed.encode()).size, clock.seconds(clock.now())
    state = _state(directory)
    pushes, following = _pushes(directory, state["next"], size, now)
    repositories: dict[str, list[Push]] = {path: [] for path in state["repositories"]}
    for push in pushes:
        path = _repository(push)
        if path:
            repositories.setdefault(path, []).append(push)
    written, problems, kept = 0, [], []
    for path, of_repository in sorted(repositories.items()):
        try:
            count, left = _write_all(directory, path, of_repository, signed, now)
            written += count
            if left:
                kept.append(path)
        except (GitwardError, OSError, ValueError) as problem:
            problems.append(f"{path}: {problem}")
            kept.append(path)
    _keep(directory, {"next": following, "repositories": kept})
    return written, tuple(problems)


def _pushes(directory: str, first: int, size: int, now: int) -> tuple[list[Push], int]:
    """The pushes whose receipt can be written, and the seq at which to begin next time."""
    found: dict[str, Push] = {}
    for entry in reading.entries(directory, first):
        if entry.seq >= size:
            break
        kind, session = _about(entry)
        if kind == "decision.receive":
            found[session] = Push(entry)
        elif kind == "ref.updated" and session in found:
            found[session].outcomes.append(entry)
    ready, following = [], size
    for push in found.values():
        age = now - clock.seconds(push.decision.received_time)
        if push.outcomes or age > WAIT_SECONDS:
            ready += [push] if age < KEPT_SECONDS else []
        else:
            following = min(following, push.decision.seq)
    return ready, following


def _about(entry: Entry) -> tuple[str, str]:
    """The class and the session of an entry that a receipt may hold, twice '' else."""
    event = entry.event
    try:
        kind, session = event["event"]["class"], event["session"]["id"]
        if session and (kind == "ref.updated" or (kind == "decision.receive" and event["event"]["outcome"] == "allowed")):
            return str(kind), str(session)
    except (KeyError, TypeError):
        pass
    return "", ""


def _repository(push: Push) -> str:
    """Where it went; '' where neither event says so, or the repository is gone."""
    for entry in (push.decision, *push.outcomes):
        found = entry.event.get("repository")
        path = receipt.plain(found) if found else ""
        if os.path.isabs(path) and os.path.isdir(os.path.join(path, "objects")):
            return path
    return ""


def _write_all(directory: str, path: str, pushes: list[Push], signed: str, now: int) -> tuple[int, int]:
    """How many receipts were written to a repository, and how many are there now. Raises GitwardError, OSError, ValueError."""
    blobs = {}
    for push in pushes:
        entries = (push.decision, *push.outcomes[:_MOST_OUTCOMES])
        blobs[push.id] = receipt.made(directory, entries, signed, _lists(directory, entries))
    return _as_owner(path, lambda: _store(path, blobs, now))


def _as_owner(path: str, work: Callable[[], tuple[int, int]]) -> tuple[int, int]:
    """Work in a repository as whoever it belongs to: what root leaves there, its owner could not take away."""
    owner = os.stat(path)
    if os.geteuid() != 0 or owner.st_uid == 0:
        return work()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        answer = '"it ended without an answer"'
        try:
            os.setgroups([])
            os.setgid(owner.st_gid)
            os.setuid(owner.st_uid)
            answer = json.dumps(work())
        except (GitwardError, OSError, ValueError) as problem:
            answer = json.dumps(str(problem))
        finally:
            os.write(writer, answer.encode()[:4096])
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        found = json.loads(pipe.read() or b'"it was killed"')
    os.waitpid(child, 0)
    if isinstance(found, str):
        raise GitwardError(found)
    return found[0], found[1]


def _store(path: str, blobs: dict[str, bytes], now: int) -> tuple[int, int]:
    """Those that are not there yet come, those that are too old go."""
    there = git.run(["for-each-ref", "--format=%(refname)", PREFIX], git_dir=path).decode().split()
    old = [ref for ref in there if _age(ref.removeprefix(PREFIX), now) > KEPT_SECONDS]
    new = [name for name in blobs if f"{PREFIX}{name}" not in there]
    commands = [f"delete {ref}\n" for ref in old]
    for name in new:
        oid = git.run(["hash-object", "-w", "--stdin"], git_dir=path, stdin=blobs[name]).decode().strip()
        commands.append(f"create {PREFIX}{name} {oid}\n")
    if commands:
        git.run(["-c", f"core.hooksPath={os.devnull}", "update-ref", "--stdin"], git_dir=path, stdin="".join(commands).encode())
    return len(new), len(there) - len(old) + len(new)


def _lists(directory: str, entries: tuple[Entry, ...]) -> list[bytes]:
    """The lists of updates that the lines name, as long as they fit."""
    found, room = [], _MOST_LIST
    for name in dict.fromkeys((entry.event.get("updates_evidence") or {}).get("sha256") for entry in entries):
        if not name:
            continue
        with opened(os.path.join(directory, "evidence", os.path.basename(str(name))), 1 << 16) as file:
            blob = file.read(room + 1)
        if len(blob) <= room:
            found.append(blob)
            room -= len(blob)
    return found


def _age(identity: str, now: int) -> int:
    """The age in seconds of what has this ULID; none for what has not."""
    return now - seconds if (seconds := clock.seconds_of_id(identity)) else 0


def _state(directory: str) -> dict[str, Any]:
    try:
        with open(os.path.join(directory, STATE), "rb") as file:
            plain = json.load(file)
        if type(plain["next"]) is int and all(isinstance(path, str) for path in plain["repositories"]):
            return plain  # type: ignore[no-any-return]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # all that is young enough is looked at again; what is there is left as it is
    found = folder.segments(directory)
    return {"next": found[0].first if found else 0, "repositories": []}


def _keep(directory: str, state: dict[str, Any]) -> None:
    place = os.path.join(directory, STATE)
    with open(f"{place}.new", "w", encoding="utf-8", errors="surrogateescape") as file:
        json.dump(state, file)
    os.replace(f"{place}.new", place)
