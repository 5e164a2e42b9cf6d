"""The daemon's hand in the log: batches, a checkpoint over them, and the hourly sign of life."""

from __future__ import annotations

import time

from gitward.audit import checkpoints, evidence, heartbeat, log
from gitward.audit.patience import Patience
from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitward.audit.log import Item

_RETRY_SECONDS = 5.0
_PATIENCE = Patience(seconds=45.0)  # for a lock that another holds: a client is to hear of it before it gives up


class Scribe:
    """Writes to the log in `directory`. A checkpoint follows within `checkpoint_seconds`; with 0 it comes before each answer."""

    def __init__(
        self, directory: str, checkpoint_seconds: float = 1.0, heartbeat_seconds: float = heartbeat.SECONDS, *,
        tell: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.directory, self._tell = directory, tell
        self._checkpoint_seconds, self._heartbeat_seconds = checkpoint_seconds, heartbeat_seconds
        self._heartbeat_due = time.monotonic()
        self._signature_due: float | None = None
        self._signed = 0.0

    def append(self, items: Sequence[Item]) -> list[int | GitwardError]:
        """Append all of them together; for each its seq once it is durable, or why it is not recorded."""
        done: list[int | GitwardError] = [0] * len(items)
        kept = []
        for place, item in enumerate(items):
            try:
                for blob in item.evidence:
                    evidence.keep(self.directory, blob)
                kept.append(place)
            except GitwardError as problem:
                done[place] = problem
        if kept:
            for place, found in zip(kept, self._appended(tuple(items[place] for place in kept)), strict=True):
                done[place] = found
        return done

    def _appended(self, items: tuple[Item, ...]) -> Sequence[int | GitwardError]:
        try:
            seqs = log.append_all(self.directory, items, _PATIENCE)
        except GitwardError as problem:
            self._tell(problem.message)
            return [problem] * len(items)
        self._covered_by(self._checkpoint_seconds)
        return seqs

    def keep_time(self) -> float:
        """Do what is due; the seconds until the next thing is."""
        now = time.monotonic()
        if now >= self._heartbeat_due:
            try:
                heartbeat.beat(self.directory)
                self._heartbeat_due = now + self._heartbeat_seconds
                self._covered_by(0)
            except (GitwardError, OSError, ValueError) as problem:
                self._tell(f"no heartbeat: {problem}")
                self._heartbeat_due = now + _RETRY_SECONDS
        if self._signature_due is not None and now >= self._signature_due:
            self.sign()
        return max(0.0, min(self._heartbeat_due, self._signature_due or self._heartbeat_due) - time.monotonic())

    def sign(self) -> None:
        """Take a checkpoint over what is there. What is durable stays so without one: it is tried again."""
        try:
            checkpoints.take(self.directory)
            self._signature_due, self._signed = None, time.monotonic()
        except (GitwardError, OSError, ValueError) as problem:
            self._tell(f"no checkpoint: {problem}")
            self._signature_due = time.monotonic() + _RETRY_SECONDS

    def _covered_by(self, seconds: float) -> None:
        """A checkpoint is due this long after the last one."""
        if self._signature_due is None:
            self._signature_due = self._signed + seconds
        if seconds == 0:
            self.sign()
