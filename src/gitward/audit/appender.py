"""Writing to the newest segment, under the log's lock: one write and one sync for all that comes together.

The file may end in what was never released (torn), and its last sync may have failed (closed): either is said by the event
`log.recovered`, which is written and synced together with the event that comes next.
"""

from __future__ import annotations

import hashlib
import os

from gitward import clock
from gitward.audit import folder, reading, segment
from gitward.audit.entry import digest_of, line_of
from gitward.audit.happenings import happening
from gitward.audit.item import Item
from gitward.durable import replace_file, sync_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.segment import End


class Appender:
    """The newest segment, open to be written by who holds the lock. Raises OSError, Undecided."""

    def __init__(self, directory: str, *, is_settled: bool) -> None:
        """`is_settled`: since this start of the machine the lines that no checkpoint covers were looked at."""
        self._directory = directory
        self._segment = segment.newest(directory)
        self._file, is_closed = segment.opened(self._segment)
        try:
            if is_closed:
                segment.forget_pages(self._file)
            if is_settled and not is_closed:
                self._at(segment.end_of(self._file))
            else:
                checkpoint = reading.newest_checkpoint(directory)
                self._at(segment.settled_end(self._file, self._segment, checkpoint.size if checkpoint else 0))
            if is_closed:
                self._restart()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        os.close(self._file)

    def append(self, items: tuple[Item, ...]) -> list[int]:
        """Write these and sync them; their seqs. On an error they are taken back, as far as the disk lets us."""
        seqs: list[int] = []
        given = len(items)
        if self._torn:
            items = (Item(event=self._moved_aside()), *items)
        while items:
            room = self._room(len(items))
            if room == 0 and not self._torn:
                self._rotate()
                continue
            some, items = items[: room or segment.BUNDLE], items[room or segment.BUNDLE :]
            seqs += self._write(some)
        return seqs[len(seqs) - given :]

    def sync(self) -> int:
        """Sync what stands there, and say how many entries the log has. A torn tail is none of them."""
        self._sync_name()
        self._synced(lambda: os.fdatasync(self._file))
        return self._seq

    @property
    def next(self) -> int:
        """The seq of the entry that comes next."""
        return self._seq

    @property
    def is_settled(self) -> bool:
        """Whether the next writer finds the end by the last LF."""
        return b"\n" not in self._torn

    def _at(self, end: End) -> None:
        self._end, self._seq, self._prev, self._torn = end.offset, end.seq + 1, digest_of(end.line), end.torn

    def _room(self, count: int) -> int:
        """How many of `count` more lines stand in this segment before another one must begin."""
        border = -(-self._seq // segment.BUNDLE) * segment.BUNDLE
        if self._seq + count <= border:
            return count  # no border is reached, so it does not matter how large the segment is
        if self._end < segment.BYTES:
            least = self._segment.first + folder.about(self._directory).segment_entries
            border = max(border, -(-least // segment.BUNDLE) * segment.BUNDLE)
        return min(count, border - self._seq)

    def _write(self, items: tuple[Item, ...]) -> list[int]:
        self._sync_name()
        lines: list[bytes] = []
        prev, now = self._prev, clock.now()
        for item in items:
            lines.append(line_of(self._seq + len(lines), prev, now, item.event, item.peer))
            prev = digest_of(lines[-1])
        values = b"".join(item.personal + b"\n" for item in items if item.personal)
        if values:
            self._keep(values)
        data = b"\n".join(lines) + b"\n"
        try:
            _write_at(self._file, data, self._end)
            if len(self._torn) > len(data):
                os.ftruncate(self._file, self._end + len(data))
        except OSError:
            os.ftruncate(self._file, self._end + bool(self._torn))
            raise
        self._synced(lambda: os.fdatasync(self._file))
        seqs = list(range(self._seq, self._seq + len(lines)))
        self._end, self._seq, self._prev, self._torn = self._end + len(data), seqs[-1] + 1, prev, b""
        return seqs

    def _synced(self, sync: Any) -> None:
        """A sync that fails is final: what it was to save is not believed any more, and this segment is not written again."""
        try:
            sync()
        except OSError:
            segment.close(self._file, self._end + bool(self._torn))
            raise

    def _sync_name(self) -> None:
        """Sync the name of a segment with one line: whoever began it may have been killed before. Others have synced it."""
        if self._seq - self._segment.first == 1:
            self._synced(lambda: sync_folder(self._directory))

    def _keep(self, values: bytes) -> None:
        """Values behind commitments, before the lines that hold these; what a kill cut short stands on a line of its own."""
        path = folder.personal_path(self._directory, self._segment.first)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            end = os.fstat(file).st_size
            if end and os.pread(file, 1, end - 1) != b"\n":
                values = b"\n" + values
            _write_at(file, values, end)
            self._synced(lambda: os.fdatasync(file))
            self._synced(lambda: sync_folder(os.path.dirname(path)))  # next to nothing where the name is not new
        finally:
            os.close(file)

    def _moved_aside(self) -> bytes:
        """Keep what is torn in a file of its own, and the event that says so. Some of it stays until that is written."""
        aside = os.path.join(self._directory, folder.TORN)
        os.makedirs(aside, mode=0o700, exist_ok=True)
        found = hashlib.sha256(self._torn).hexdigest()
        name = f"{self._segment.first}-{self._end}-{found[:16]}"
        replace_file(os.path.join(aside, name), self._torn)
        sync_folder(aside)
        sync_folder(self._directory)
        if b"\n" in self._torn:
            os.ftruncate(self._file, self._end + self._torn.index(b"\n"))
            self._synced(lambda: os.fdatasync(self._file))
        return _about_the_log("log.recovered", cause="torn-tail", segment=self._segment.first, offset=self._end,
                              bytes=len(self._torn), sha256=found, kept=f"{folder.TORN}/{name}")  # fmt: skip

    def _rotate(self) -> None:
        """The next segment, with the event that says what the old one holds; that is synced first."""
        self._synced(lambda: os.fdatasync(self._file))
        self._begin(_about_the_log("log.rotated", **self._whole()))

    def _restart(self) -> None:
        """The next segment after a sync that failed. What may come to light behind the old one's end was never released."""
        behind = {"bytes": len(self._torn), "sha256": hashlib.sha256(self._torn).hexdigest()} if self._torn else None
        self._torn = b""
        self._begin(_about_the_log("log.recovered", cause="sync-failed", behind=behind, **self._whole()))

    def _whole(self) -> dict[str, Any]:
        found = segment.digest(self._file, self._end)
        return {"segment": self._segment.first, "entries": self._seq - self._segment.first, "bytes": self._end, "sha256": found}

    def _begin(self, event: bytes) -> None:
        line = line_of(self._seq, self._prev, clock.now(), event)
        following = segment.begin(self._directory, self._seq, line)
        file, _ = segment.opened(following)
        os.close(self._file)
        self._segment, self._file = following, file
        self._end, self._seq, self._prev = len(line) + 1, self._seq + 1, digest_of(line)


def _write_at(file: int, data: bytes, offset: int) -> None:
    while data:
        written = os.pwrite(file, data, offset)
        data, offset = data[written:], offset + written


def _about_the_log(name: str, **about: Any) -> bytes:
    return happening(name, log=about)
