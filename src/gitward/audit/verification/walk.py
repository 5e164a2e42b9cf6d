"""One walk over a log, from its first entry to its last line: every line once, and what stands beside it."""

from __future__ import annotations

import errno
from hashlib import sha256

from gitward.audit import folder, schema
from gitward.audit.entry import Entry
from gitward.audit.verification import segmentfiles, succession
from gitward.audit.verification.erased import erase
from gitward.audit.verification.evidence import Evidence
from gitward.audit.verification.findings import BROKEN, INCOMPLETE, UNVERIFIABLE
from gitward.audit.verification.growth import Growth
from gitward.audit.verification.landmarks import Landmarks
from gitward.audit.verification.lineform import parsed
from gitward.audit.verification.named import MARKS, commitments_and_evidence
from gitward.audit.verification.sayings import Sayings
from gitward.audit.verification.segmentfiles import SegmentFile
from gitward.audit.verification.values import Values
from gitward.record import record
from gitward.regularfile import why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.verification.claims import Claim
    from gitward.audit.verification.findings import Findings


@record
class Gap:
    """Entries `first` to `before` - 1 that no segment holds, and when the entries around them were received ('' unknown)."""

    first: int
    before: int
    after: str
    until: str


class Walk:
    """State of one walk. After `run`: `size` entries are there or accounted for, `lines` were read."""

    def __init__(self, directory: str, claims: list[Claim], tiled: int, findings: Findings) -> None:
        self.directory, self.claims, self.findings = directory, claims, findings
        self.growth = Growth(directory, tiled, findings)
        self.sayings = Sayings(findings)
        self.evidence = Evidence(directory, findings)
        self.values = Values(findings)
        self.landmarks = Landmarks(directory, findings)
        self.gaps: list[Gap] = []
        self.size = self.lines = self.segments = self.torn = 0
        self.received = ""  # of the last line
        self.times: dict[int, str] = {}  # when the entry just behind each claim was received
        self._prev: bytes | None = None  # the digest that the next line must name
        self._last: SegmentFile | None = None
        self.unread = 0  # why the last segment could not be read, as a code
        self._first_received = ""  # of the first line of the segment
        self._edges = frozenset(claim.said.size for claim in claims)
        self._sizes = sorted(self._edges, reverse=True)
        self._next_size = self._sizes[-1] if self._sizes else -1

    def run(self) -> None:
        """Raises OSError where the folder cannot be read, GitwardError for one that holds too much."""
        firsts, absurd = segmentfiles.firsts(self.directory)
        if absurd:
            self.findings.add("lines", BROKEN, "segments", f"{absurd} names claim a seq that no log has", segmentfiles.LARGEST)
        self._reach()
        for number, first in enumerate(firsts):
            following = firsts[number + 1] if number + 1 < len(firsts) else None
            self._segment(first, following)
        self._absent_end()
        self.landmarks.conclude()

    def _absent_end(self) -> None:
        """Where the lines end as a full segment does, the next one may be elsewhere: as far as tiles say what it held."""
        first, after = self.size, self.received
        last = self._last
        if first >= self.growth.tiled or self.unread or (last and not last.is_full(first, self.sayings.about)):
            return
        self._from_tiles(self.growth.tiled)
        if self.size > first:
            self.gaps.append(Gap(first=first, before=self.size, after=after, until=""))

    def _segment(self, first: int, following: int | None) -> None:
        file = SegmentFile(folder.segment_path(self.directory, first), first)
        before, missing = self.received, self.size
        if missing < first:
            self._bridge(first)
        self._first_received = ""
        try:
            self._lines(file, first, following)
        except OSError as problem:
            self.unread = UNVERIFIABLE if problem.errno != errno.EINVAL else INCOMPLETE
            self.findings.add("lines", self.unread, file.name, f"cannot be read: {why(problem)}", first)
            self._last = None
        else:
            self.unread = 0
            self._last = file
            self._ended(file, following)
        self.segments += 1
        if missing < first:
            self.gaps.append(Gap(first=missing, before=first, after=before, until=self._first_received))

    def _ended(self, file: SegmentFile, following: int | None) -> None:
        """The last line was read: is the segment whole?"""
        file.before = self.size
        if file.is_giant:
            self._found(file, "is longer than any that gitward writes", self.size)
        elif following is None:
            self.torn = file.torn
        elif file.torn and self.size < following:
            self._found(file, "does not end", self.size)
        elif self.size < following and self.size == file.first:
            self._found(file, f"is missing: the next segment begins with entry {following}", self.size)

    def _began(self, file: SegmentFile, event: dict[str, Any] | None) -> None:
        """The first entry of a segment was read: it says what the segment before it holds."""
        last, seq = self._last, file.first
        said = succession.said(event)
        if said is None:
            self._found(file, "does not name the segment before it", seq)
        elif said.first + said.entries != seq:
            self._found(file, f"names {said.entries} entries from {said.first} on as the segment before it", seq)
        elif last is not None and last.first == said.first:
            wrong = succession.compared(last, said, seq)
            if wrong:
                self._found(last, wrong, min(last.before, seq - 1))
            last.beyond = 0 if said.is_after_failure else last.beyond
        if last is not None and last.beyond:
            self._found(last, f"stands where the next segment has begun, with entry {seq}", seq)

    def _found(self, file: SegmentFile, message: str, seq: int, aspect: str = "lines") -> None:
        self.findings.add(aspect, BROKEN, file.place(seq), message, seq)

    def _lines(self, file: SegmentFile, first: int, following: int | None) -> None:
        name = f"{first:020d}"
        self.values.turn_to(folder.personal_path(self.directory, first), f"{folder.PERSONAL}/{name}.values")
        landmarks, grow = self.landmarks, self.growth.add
        self.growth.segment = first
        for line in file.lines():
            seq = self.size
            if seq == following:
                file.beyond = 1
                return
            leaf = sha256(b"\0" + line).digest()
            if seq == landmarks.next_seq:
                landmarks.compare(seq, leaf)
            grow(leaf)
            try:
                read = parsed(line)
            except ValueError as problem:
                self._found(file, str(problem), seq)
                if seq == first > 0:
                    self._began(file, None)
            else:
                self._entry(file, line, read)
                self.received = read[2]
                if seq == first:
                    self._first_received = self.received
                if seq in self._edges:
                    self.times[seq] = self.received
            self._prev = sha256(line).hexdigest().encode()
            self.size = seq + 1
            self.lines += 1
            if self.size == self._next_size:
                self._reach()

    def _entry(self, file: SegmentFile, line: bytes, read: tuple[int, bytes, str, dict[str, Any], bool]) -> None:
        said, prev, received, event, is_known = read
        seq = self.size
        if said != seq:
            self._found(file, f"says seq {said}, and is entry {seq}", seq)
        if prev != self._prev and self._prev is not None:
            message = f"entry {seq} does not name the line before it: one of the two was changed, or what stood between them"
            self._found(file, message, seq, "chain")
        if seq == file.first > 0:
            self._began(file, event)
        wrong = "" if is_known else schema.problem(event, newer=True)
        if wrong:
            self._found(file, f"entry {seq}: {wrong}", seq, "schema")
            return
        if seq == 0 or event["event"]["class"].startswith(("log.", "key.")):
            entry = Entry(seq=seq, prev=prev.decode(), received_time=received, event=event, line=line)
            self._says(entry, file.place(seq))
        if MARKS[0] in line or MARKS[1] in line:
            commitments, evidence = commitments_and_evidence(event)
            if commitments:
                self.values.look(event["id"], commitments, seq)
            for digest, size in evidence.items():
                self.evidence.look(digest, size, seq)

    def _says(self, entry: Entry, place: str) -> None:
        self.sayings.see(entry, place)
        if entry.event["event"]["class"] == "log.erased":
            erase(entry.event, self.values, self.evidence)

    def _bridge(self, before: int) -> None:
        """Entries that no segment holds, before one that does."""
        self._from_tiles(before)
        if self.size < before:
            self.growth.lose(before)
            self._grown(before - self.size)
            self.landmarks.skip(before)

    def _from_tiles(self, before: int) -> None:
        """Leaf hashes from the tiles, as far as these go; landmarks are held against them."""
        self._prev = None
        growth = self.growth
        growth.segment = -1
        while self.size < min(before, growth.tiled):
            index = self.size // 256
            leaves = growth.leaves(index)[self.size % 256 * 32 :]
            if leaves:
                for place in range(0, len(leaves), 32):
                    if self.size == before:
                        break
                    leaf = leaves[place : place + 32]
                    if self.size == self.landmarks.next_seq:
                        self._landmark(leaf)
                    growth.add(leaf)
                    self._grown(1)
            elif growth.unknown_from is None and index * 256 + 256 <= before and growth.graft(index):
                self.findings.add("tiles", INCOMPLETE, f"tile 0/{index}", "is missing, and so are its entries", self.size)
                self._grown(256)
                self.landmarks.skip(self.size)
            else:
                break

    def _landmark(self, leaf: bytes) -> None:
        entry = self.landmarks.entry(self.size, leaf)
        if entry is not None and not schema.problem(entry.event, newer=True):
            self._says(entry, self.landmarks.name)

    def _grown(self, count: int) -> None:
        self.size += count
        if self.size >= self._next_size >= 0:
            self._reach()

    def _reach(self) -> None:
        """The size of a checkpoint is reached: what is the root of the lines so far?"""
        while self._sizes and self._sizes[-1] <= self.size:
            size = self._sizes.pop()
            root = self.growth.root() if self.growth.size == size else None
            for claim in self.claims:
                if claim.said.size == size:
                    claim.root, claim.is_reached = root, True
        self._next_size = self._sizes[-1] if self._sizes else -1
