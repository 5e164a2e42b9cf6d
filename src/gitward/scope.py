"""Which commits each entry judges: refs, then what is already judged, then `since`.

A forced or fast-forward update brings `old..new`, whatever other refs hold: commits parked elsewhere are judged by the
rules of the ref they land on. A new ref brings, per entry, what no existing ref in that entry's own `refs` reaches.
Commits are named once, and an entry judges each at most once, however many refs bring it.
"""

from __future__ import annotations

from itertools import chain, groupby, islice

from gitward.batches import Batch
from gitward.engine import entries_of
from gitward.integrity import namespace, vouches
from gitward.patterns import matches_ref
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitward.model import Commit, Entry, Oid, Policy, Range
    from gitward.repository import Repository

    Span = tuple[tuple[str, ...], tuple[str, ...]]  # what is included, what is excluded


@record
class Run:
    """A stretch of commits with one scope; `at` is the place of the first in the order of all commits, oldest lowest."""

    length: int
    ref: str
    scope: tuple[str, ...]
    at: int


@record
class Piece:
    """Commits to be read in one go, oldest first; `runs` cut them, in order."""

    oids: tuple[Oid, ...]
    runs: tuple[Run, ...]

    def batches(self, commits: Iterable[Commit]) -> Iterator[Batch]:
        """The same commits, read, for the engine."""
        stream = iter(commits)
        for run in self.runs:
            yield Batch(ref=run.ref, scope=run.scope, commits=islice(stream, run.length), at=run.at)


class Plan:
    """Every walk that the entries need, each once, and which entry wants which."""

    def __init__(
        self,
        policies: tuple[Policy, ...],
        ranges: tuple[Range, ...],
        existing: Mapping[str, str],
        baseline: tuple[Oid, ...],
    ) -> None:
        self.bits: dict[Span, int] = {}
        self.refs: dict[int, str] = {}  # bit -> ref, where one ref alone brings the walk
        self.entries: list[tuple[int, int | None]] = []  # (bits of the walks, bits of those less `since`)
        memo: dict[tuple[tuple[str, ...], tuple[Oid, ...]], tuple[int, int | None]] = {}
        for _, entry in entries_of(policies):
            if not hasattr(entry.rule, "check_commit"):
                self.entries.append((0, None))
                continue
            since = _since(entry, baseline)
            key = (entry.refs, since)
            if key not in memo:
                spans = _spans(entry, ranges, existing)
                memo[key] = (self._mask(spans), self._mask(spans, since) if since else None)
            self.entries.append(memo[key])

    def _mask(self, spans: dict[Span, str], since: tuple[Oid, ...] = ()) -> int:
        mask = 0
        for (include, exclude), ref in spans.items():
            bit = self.bits.setdefault((include, (*exclude, *since)), 1 << len(self.bits))
            self.refs[bit] = ref
            mask |= bit
        return mask

    def scope(self, found: int) -> tuple[str, ...]:
        """Per entry: '' to judge a commit that these walks found, else the reason not to."""
        words = []
        for wanted, fresh in self.entries:
            if not wanted & found:
                words.append("refs")
            elif fresh is not None and not fresh & found:
                words.append("since")
            else:
                words.append("")
        return tuple(words)

    def pieces(self, repository: Repository, size: int, *, asking: bool = False) -> Iterator[Piece]:
        """The commits in pieces of at most `size`. One walk streams; several are joined first.

        Oldest first, parents before children, but for a walk down to the roots of a long history: it streams the newest
        first, as git comes to them, so that judging begins at once. `asking` says that questions about the history are
        to come, for which such a walk is remembered.
        """
        if len(self.bits) == 1:
            ((include, exclude), bit), *_ = self.bits.items()
            down = iter(()) if exclude else repository.walk_down(include, remember=asking)
            newest = tuple(islice(down, size))
            is_long = len(newest) == size
            walk = chain(newest, down) if is_long else repository.walk(include, exclude, ignore_missing=True)
            yield from _cut(((oid, bit) for oid in walk), self, size, newest_first=is_long)
            return
        found: dict[Oid, int] = {}
        for (include, exclude), bit in sorted(self.bits.items()):  # an order that is none of the entries'
            for oid in repository.walk(include, exclude, ignore_missing=True):
                found[oid] = found.get(oid, 0) | bit
        yield from _cut(found.items(), self, size)


def _cut(found: Iterable[tuple[Oid, int]], plan: Plan, size: int, *, newest_first: bool = False) -> Iterator[Piece]:
    stream, at = iter(found), 0
    while chunk := tuple(islice(stream, size)):
        if newest_first:
            chunk = chunk[::-1]
            at -= len(chunk)
        runs, place = [], at
        for bits, run in groupby(bits for _, bits in chunk):
            length = sum(1 for _ in run)
            runs.append(Run(length=length, ref=plan.refs.get(bits, ""), scope=plan.scope(bits), at=place))
            place += length
        yield Piece(oids=tuple(oid for oid, _ in chunk), runs=tuple(runs))
        if not newest_first:
            at = place


def _since(entry: Entry, baseline: tuple[Oid, ...]) -> tuple[Oid, ...]:
    return (*entry.since, *baseline) if entry.since_baseline else entry.since


def judged_tips(entry: Entry, existing: Mapping[str, str], new: str) -> tuple[str, ...]:
    """The values of the refs that an entry judges, sorted: the ref `new`, which is made, brings to it what they do not reach."""
    judged = {oid for ref, oid in existing.items() if vouches(ref, new) and matches_ref(entry.refs, ref)}
    return tuple(sorted(judged))


def _spans(entry: Entry, ranges: tuple[Range, ...], existing: Mapping[str, str]) -> dict[Span, str]:
    """What an entry's refs bring, ranges of equal exclusion joined into one walk; with the ref where it is one alone."""
    joined: dict[tuple[str, ...], list[Range]] = {}
    known: dict[str, tuple[str, ...]] = {}  # by namespace
    for brought in ranges:
        if not any(matches_ref(entry.refs, name) for name in brought.names):
            continue
        exclude = brought.exclude
        if exclude is None:
            where = namespace(brought.ref)
            if where not in known:
                known[where] = judged_tips(entry, existing, brought.ref)
            exclude = known[where]
        joined.setdefault(exclude, []).append(brought)
    spans: dict[Span, str] = {}
    for exclude, same in joined.items():
        include = tuple(dict.fromkeys(tip for brought in same for tip in brought.include))
        refs = {brought.ref for brought in same}
        spans[include, exclude] = refs.pop() if len(refs) == 1 else ""
    return spans
