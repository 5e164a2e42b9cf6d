"""Objects through `git cat-file`: for every repository that git can read, and the faster way where there are many.

A process answers as long as it is asked. Questions run ahead of the answers, but never by more than a pipe holds, so
neither side waits for the other for ever. Source: git-cat-file(1), BATCH OUTPUT; pipe(7), pipe capacity.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from itertools import chain, islice

from gitward.errors import BudgetExceeded, MissingObject
from gitward.git import last_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitward.git import Process
    from gitward.repository.plumbing import Plumbing

    Found = tuple[str, int, bytes]  # type, size, content ('' where only the header is asked for)

SHORTER = {
    "commit": 'shorten its message: git rebase -i, mark it "reword"',
    "tag": "make the tag anew, with a shorter message",
    "blob": "make the file smaller",
}  # the fix for an object over its limit
_BULK = 1_000
_AHEAD = 4096 // 65  # the smallest pipe on the systems that gitward runs on, in lines that hold a SHA-256 oid


class PlumbingReader:
    """Reads objects by full ids, which the caller has checked. `advice` says what to do where one is missing."""

    def __init__(self, plumbing: Plumbing, advice: Callable[[], str]) -> None:
        self._plumbing, self.advice = plumbing, advice
        self._idle: dict[str, list[Process]] = {}

    def headers(self, oids: Iterable[str]) -> Iterator[tuple[str, int] | None]:
        """Type and size in bytes of each object, in order; None where it is not there."""
        for _, found in self._ask("--batch-check", oids, None):
            yield found and found[:2]

    def read(self, oid: str, limit: int | None = None) -> tuple[str, bytes]:
        """Type and content of one object. Raises MissingObject, and BudgetExceeded where it has over `limit` bytes."""
        ((_, kind, data),) = self.read_many((oid,), limit)
        return kind, data

    def read_many(self, oids: Iterable[str], limit: int | None = None) -> Iterator[tuple[str, str, bytes]]:
        """(oid, type, content) of each, in order; errors as in `read`. A content over the limit is never taken in."""
        source = iter(oids)
        first = list(islice(source, _AHEAD + 1))
        if len(first) > _AHEAD and self._plumbing.queues_commands:
            yield from self._in_bulk(chain(first, source), limit)
            return
        for oid, found in self._ask("--batch", chain(first, source), limit):
            if found is None:
                raise self._missing(oid)
            yield oid, found[0], found[2]

    def _in_bulk(self, oids: Iterable[str], limit: int | None) -> Iterator[tuple[str, str, bytes]]:
        """The same, a thousand at a time. git reads questions up to `flush` before it answers any, so neither side can
        wait for the other; and what it would write object by object it writes in blocks, at half the price."""
        source = iter(oids)
        with self._conversation("--batch-command", "--buffer") as process:
            while questions := list(islice(source, _BULK)):
                process.write(("".join([f"contents {oid}\n" for oid in questions]) + "flush\n").encode("ascii"))
                for oid in questions:
                    if (found := self._answer(process, oid, limit, has_content=True)) is None:
                        raise self._missing(oid)
                    yield oid, found[0], found[2]

    def _missing(self, oid: str) -> MissingObject:
        return MissingObject(f"object {oid} is not in the repository", self.advice())

    def _ask(self, mode: str, oids: Iterable[str], limit: int | None) -> Iterator[tuple[str, Found | None]]:
        """Each oid with its answer."""
        source = iter(oids)
        if not (first := list(islice(source, 1))):
            return
        with self._conversation(mode) as process:
            for oid in _questions(process, chain(first, source)):
                yield oid, self._answer(process, oid, limit, has_content=mode == "--batch")

    @contextmanager
    def _conversation(self, *options: str) -> Iterator[Process]:
        """A `cat-file` to talk to. It has one conversation at a time, and is ended where that breaks off."""
        idle = self._idle.setdefault(options[0], [])
        process = idle.pop() if idle else self._plumbing.start(["cat-file", *options])
        is_whole = False
        try:
            yield process
            is_whole = True
        finally:
            if is_whole:
                idle.append(process)
            else:
                process.close()

    def _answer(self, process: Process, oid: str, limit: int | None, *, has_content: bool) -> Found | None:
        head = process.output.readline().decode("ascii", "replace").split()
        if len(head) == 2 and head == [oid, "missing"]:
            return None
        if len(head) != 3 or head[0] != oid:
            raise self._broken(process, oid)
        size = int(head[2])
        if limit is not None and size > limit:
            raise BudgetExceeded(f"{head[1]} {oid} has {size} bytes, the limit is {limit}", SHORTER.get(head[1], ""))
        if not has_content:
            return head[1], size, b""
        data = process.output.read(size + 1)
        if len(data) != size + 1:
            raise self._broken(process, oid)
        return head[1], size, data[:-1]

    def _broken(self, process: Process, oid: str) -> MissingObject:
        """git has stopped in an answer: the object, or one that it is stored as a difference from, is damaged."""
        process.output.read()
        words = last_line(process.finish().error)
        return MissingObject(f"object {oid} cannot be read{': ' if words else ''}{words}", self.advice())


def _questions(process: Process, oids: Iterable[str]) -> Iterator[str]:
    """Send the oids ahead, and name each when its answer is to be read."""
    source = iter(oids)
    sent: deque[str] = deque()
    while True:
        if len(sent) <= _AHEAD // 2:
            fresh = list(islice(source, _AHEAD - len(sent)))
            if not fresh and not sent:
                return
            if fresh:
                process.write("".join(f"{oid}\n" for oid in fresh).encode("ascii"))
                sent.extend(fresh)
        yield sent.popleft()
