"""Answers kept for a while, in a folder that this user alone can write: one small file each, and never more than 4,096.

The file of a ticket is found by a digest of the ticket and of where it was looked up; another ticket may take its place.
What is kept is data, and is believed only where it is whole, about this very ticket, and young enough. A good answer
lives longest; the others half a minute, because somebody is about to open the ticket and to push again. That there was
no answer is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
import time

from gitward.lookup import NoAnswer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.lookup.settings import Settings
    from gitward.model import TicketState

_SLOT = 3  # hexadecimal digits of a file's name
_MAX_BYTES = 4_096
_BAD_SECONDS = 30
_STATES: tuple[TicketState, ...] = ("open", "closed", "absent", "moved")


class Cache:
    """The answers of one look-up. Raises NoAnswer where the folder cannot be used."""

    def __init__(self, settings: Settings, user: int | None = None) -> None:
        self.folder, self.seconds = settings.cache, settings.cache_seconds
        self.where = [settings.kind, settings.url, *settings.repositories, *settings.command]
        self._check(user)

    def get(self, ticket: str) -> TicketState | None:
        """What is known of a ticket, None where nothing is."""
        try:
            with open(self._path(ticket), "rb") as file:
                kept = json.loads(file.read(_MAX_BYTES))
            if kept["where"] != self.where or kept["ticket"] != ticket:
                return None
            state = next(state for state in _STATES if state == kept["state"])
            age = time.time() - kept["time"]
        except (OSError, ValueError, LookupError, TypeError, StopIteration, RecursionError):
            return None  # not there, or not whole: it is as good as absent
        return state if 0 <= age < self._lives(state) else None

    def put(self, ticket: str, state: TicketState) -> None:
        """Keep an answer. Nothing depends on it: where it cannot be kept, the tracker is asked again."""
        path = self._path(ticket)
        draft = f"{path}.{os.getpid()}"
        kept: dict[str, Any] = {"where": self.where, "ticket": ticket, "state": state, "time": int(time.time())}
        with contextlib.suppress(OSError):
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(kept, file)
            os.replace(draft, path)

    def _lives(self, state: TicketState) -> int:
        return self.seconds if state == "open" else min(self.seconds, _BAD_SECONDS)

    def _path(self, ticket: str) -> str:
        key = "\0".join((*self.where, ticket)).encode("utf-8", "surrogateescape")
        return os.path.join(self.folder, f"{hashlib.sha256(key).hexdigest()[:_SLOT]}.json")

    def _check(self, user: int | None) -> None:
        """Whether the folder is one, no link to one, that the user (None: this one) owns and nobody else can write."""
        try:
            status = os.lstat(self.folder)
        except OSError as problem:
            raise NoAnswer(f"has no cache: {self.folder}: {problem.strerror}") from None
        theirs = sys.platform != "win32" and (status.st_uid != (os.geteuid() if user is None else user) or status.st_mode & 0o022)
        if theirs or not stat.S_ISDIR(status.st_mode):
            raise NoAnswer(f"has no cache: {self.folder} is not a folder that this user alone can write")
