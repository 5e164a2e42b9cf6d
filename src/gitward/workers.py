"""Judging commits in pieces, in this process or in several. The tallies come back in order, so nothing depends on speed."""

from __future__ import annotations

import gc
from collections import deque

from gitward.engine import judge_commits, new_tallies
from gitward.facts import ask, in_repository
from gitward.repository import open_at
from gitward.tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from gitward.model import Policy
    from gitward.repository import Repository
    from gitward.scope import Piece

PIECE = 1_000
_AHEAD = 4  # pieces in flight per worker: enough to keep it busy, few enough to keep memory flat


class Bench:
    """What one process needs to judge pieces: an open repository, the policies, the facts that the stage can know."""

    def __init__(
        self, repository: Repository, policies: tuple[Policy, ...], known: frozenset[str], message_bytes: int
    ) -> None:
        self.repository, self.policies, self.known, self.limit = repository, policies, known, message_bytes
        gc.set_threshold(50_000)  # records make no cycles: looking for them was a tenth of the time

    def judge(self, piece: Piece) -> list[Tally]:
        commits = self.repository.commits(piece.oids, limit=self.limit)
        asked = ask(self.policies, commits, in_repository(self.repository))
        return judge_commits(self.policies, piece.batches(asked), self.known)


_bench: list[Bench] = []  # one per worker process, set when it starts


def _start(location: object, policies: tuple[Policy, ...], known: frozenset[str], message_bytes: int) -> None:
    _bench.append(Bench(open_at(location), policies, known, message_bytes))  # type: ignore[arg-type]


def _work(piece: Piece) -> list[Tally]:
    return _bench[0].judge(piece)


def judge_pieces(
    bench: Bench, pieces: Iterable[Piece], *, jobs: int, progress: Callable[[int], None] | None
) -> tuple[list[Tally], int]:
    """The tallies of all pieces, and how many commits there were."""
    total, commits = new_tallies(bench.policies), 0
    results = _in_order(bench, pieces, jobs) if jobs > 1 else ((piece, bench.judge(piece)) for piece in pieces)
    for piece, tallies in results:
        for sum_, part in zip(total, tallies, strict=True):
            sum_.merge(part)
        commits += len(piece.oids)
        if progress:
            progress(commits)
    return total, commits


def _in_order(bench: Bench, pieces: Iterable[Piece], jobs: int) -> Iterator[tuple[Piece, list[Tally]]]:
    from concurrent.futures import ProcessPoolExecutor

    waiting: deque[tuple[Piece, Future[list[Tally]]]] = deque()
    start = (bench.repository.location, bench.policies, bench.known, bench.limit)
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=start) as pool:
        for piece in pieces:
            waiting.append((piece, pool.submit(_work, piece)))
            if len(waiting) > jobs * _AHEAD:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()
