"""Judging commits in pieces, in this process or in several; a commit's place decides what is kept, not who was first.

Commits about which a rule asks something are set aside. When all pieces are judged, their questions are answered in one
go, and they are judged then: one walk through the history answers a thousand questions, at the price of a few.
"""

from __future__ import annotations

import gc
from collections import deque

from gitward.answers import answers
from gitward.batches import judge_commits
from gitward.engine import new_tallies
from gitward.facts import asked_in, asking
from gitward.loading import Loader
from gitward.model import Oid
from gitward.record import record, replace
from gitward.repository import open_at
from gitward.scope import Piece, Run
from gitward.tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from gitward.batches import Batch
    from gitward.brought import Gathering
    from gitward.comparison import Comparison
    from gitward.facts import Asks
    from gitward.lookup.ask import Lookups
    from gitward.model import Commit, Limits, Policy, Question
    from gitward.repository import Repository
    from gitward.signatures.moments import Moments
    from gitward.waivers.counting import Waivers

    Denied = list[set[int]]  # per policy the places of the commits that it denies; empty where nobody asks
    Judged = tuple[list[Tally], list["Aside"], Denied]

PIECE = 4_000
_AHEAD = 4  # pieces in flight per worker: enough to keep it busy, few enough to keep memory flat


@record
class Aside:
    """A commit that waits for answers, where it stands, and what is asked about it."""

    oid: Oid
    run: Run
    questions: tuple[Question, ...]


@record
class Task:
    """What is the same for all pieces: the facts that the stage can know, the budgets, when it is and when things were seen.

    `compares`: somebody asks which commits each policy denies. `waivers` are those that came with the change, None for none.
    """

    known: frozenset[str]
    limits: Limits
    moments: Moments
    compares: bool = False
    waivers: Waivers | None = None


class Bench:
    """What one process needs to judge pieces: an open repository and the policies."""

    def __init__(
        self,
        repository: Repository,
        policies: tuple[Policy, ...],
        task: Task,
        lookups: Lookups | None = None,
        gathering: Gathering | None = None,
    ) -> None:
        self.gathering = gathering  # for the log; it sees the commits that this process reads
        self.repository, self.policies, self.task = repository, policies, task
        self.loader = Loader(repository, policies, task.known, task.limits, task.moments)
        self.asks, self.lookups = asking(policies), lookups
        gc.set_threshold(1_000_000)  # records make no cycles: looking for them was a tenth of the time

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.loader.close()

    def judge(self, piece: Piece) -> Judged:
        """The tallies of a piece, without the commits that are set aside."""
        aside: list[Aside] = []
        denied = self._denied()
        commits = self.loader.commits(piece, self._named())
        batches = piece.batches(self.gathering.watch(commits) if self.gathering else commits)
        if asks := self.asks:
            batches = (replace(batch, commits=_setting_aside(batch, asks, aside)) for batch in batches)
        return judge_commits(self.policies, batches, self.task.known, denied, self.task.waivers), aside, denied

    def _named(self) -> frozenset[str]:
        """The commits that somebody may have waived: who signed one did not waive it."""
        return self.task.waivers.commits if self.task.waivers else frozenset()

    def _denied(self) -> Denied:
        return [set() for _ in self.policies] if self.task.compares else []

    def judge_aside(self, aside: list[Aside]) -> tuple[list[Tally], Denied]:
        """The tallies of what was set aside."""
        asked = ((each.oid, question) for each in aside for question in each.questions)
        found = answers(self.repository, asked, self.lookups)
        piece = Piece(oids=tuple(each.oid for each in aside), runs=tuple(each.run for each in aside))
        told = (
            replace(commit, answers={question: found[each.oid, question] for question in each.questions})
            for each, commit in zip(aside, self.loader.commits(piece, self._named()), strict=True)
        )
        denied = self._denied()
        return judge_commits(self.policies, piece.batches(told), self.task.known, denied, self.task.waivers), denied


def _setting_aside(batch: Batch, asks: Asks, aside: list[Aside]) -> Iterator[Commit | None]:
    """The commits of a batch, None for one about which an entry that judges it asks something."""
    questions_of = asked_in(asks, batch.scope)
    for at, commit in enumerate(batch.commits, batch.at):
        if commit and questions_of and not commit.malformed and (questions := questions_of(commit)):
            run = Run(length=1, ref=batch.ref, scope=batch.scope, at=at)
            aside.append(Aside(oid=Oid(commit.oid or ""), run=run, questions=tuple(questions)))
            yield None
        else:
            yield commit


_bench: list[Bench] = []  # one per worker process, set when it starts


def _start(location: object, policies: tuple[Policy, ...], task: Task) -> None:
    from multiprocessing.util import Finalize

    from gitward.workerprocess import end_with_parent

    end_with_parent()
    bench = Bench(open_at(location), policies, task)  # type: ignore[arg-type]
    _bench.append(bench)
    Finalize(None, bench.loader.close, exitpriority=1)  # a worker process ends without running what atexit was told


def _work(piece: Piece) -> Judged:
    return _bench[0].judge(piece)


def judge_pieces(
    bench: Bench,
    pieces: Iterable[Piece],
    *,
    jobs: int,
    progress: Callable[[int], None] | None,
    comparison: Comparison | None = None,
) -> tuple[list[Tally], int]:
    """The tallies of all pieces, and how many commits there were."""
    total, commits = new_tallies(bench.policies), 0
    waiting: list[Aside] = []
    results = _in_order(bench, pieces, jobs) if jobs > 1 else ((piece, bench.judge(piece)) for piece in pieces)
    for piece, (tallies, aside, denied) in results:
        _add(total, tallies)
        waiting += aside
        commits += len(piece.oids)
        if comparison:
            comparison.add(denied, piece)
        if progress:
            progress(commits)
    if waiting:
        tallies, denied = bench.judge_aside(waiting)
        _add(total, tallies)
        if comparison:
            oids, runs = tuple(each.oid for each in waiting), tuple(each.run for each in waiting)
            comparison.add(denied, Piece(oids=oids, runs=runs))
    if comparison:
        comparison.look_up(bench)
    return total, commits


def _add(total: list[Tally], part: list[Tally]) -> None:
    for sum_, tally in zip(total, part, strict=True):
        sum_.merge(tally)


def _in_order(bench: Bench, pieces: Iterable[Piece], jobs: int) -> Iterator[tuple[Piece, Judged]]:
    from concurrent.futures import ProcessPoolExecutor

    waiting: deque[tuple[Piece, Future[Judged]]] = deque()
    start = (bench.repository.location, bench.policies, bench.task)
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=start) as pool:
        for piece in pieces:
            waiting.append((piece, pool.submit(_work, piece)))
            if len(waiting) > jobs * _AHEAD:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()
