"""The signatures of a stretch of history, one result a commit, in the order in which git walks it.

In this process or in several: each reads its own objects and verifies by the same trust store.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

from gitward.record import record
from gitward.repository import open_at
from gitward.signatures.signers import Signers
from gitward.validity import judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from gitward.model import Oid, SignatureResult, Signer, UnknownFirstSeen, Validity
    from gitward.repository import Location, Repository
    from gitward.signatures.moments import Moments

_PIECE = 500
_AHEAD = 4  # pieces in flight per process


@record
class Choice:
    """Which clock counts, and whose address is asked for: as the options of `signed-commit`."""

    validity: Validity = "first-seen"
    unknown_first_seen: UnknownFirstSeen = "now"
    signer: Signer = "committer"


@record
class Survey:
    """What is the same for every commit. `trust` is a trust store in its plain form; `cache` a folder for proofs, or ''."""

    trust: str
    moments: Moments
    choice: Choice
    cache: str = ""


def surveyed(
    repository: Repository, oids: Iterable[Oid], survey: Survey, jobs: int, progress: Callable[[int], None] | None = None
) -> Iterator[SignatureResult]:
    """The result of each commit, in order. Raises Undecided where a signature or an object cannot be decided on."""
    pieces = _pieces(oids)
    done = 0
    for results in _in_order(repository.location, survey, pieces, jobs):
        yield from results
        done += len(results)
        if progress:
            progress(done)


class _Surveyor:
    """What one process needs."""

    def __init__(self, location: Location, survey: Survey) -> None:
        self.repository, self.survey = open_at(location), survey
        self.signers = Signers(survey.trust, survey.moments, survey.cache)

    def results(self, piece: tuple[Oid, ...]) -> list[SignatureResult]:
        commits = list(self.repository.commits(piece))
        choice = self.survey.choice
        return [
            judged(
                signature, commit.author, commit.committer, oid=commit.oid, validity=choice.validity,
                unknown_first_seen=choice.unknown_first_seen, signer=choice.signer,
            )
            for commit, signature in zip(commits, self.signers.commits(commits), strict=True)
        ]  # fmt: skip

    def close(self) -> None:
        self.signers.close()
        self.repository.close()


def _pieces(oids: Iterable[Oid]) -> Iterator[tuple[Oid, ...]]:
    stream = iter(oids)
    while piece := tuple(islice(stream, _PIECE)):
        yield piece


_surveyor: list[_Surveyor] = []  # one per worker process, set when it starts


def _start(location: Location, survey: Survey) -> None:
    from multiprocessing.util import Finalize

    from gitward.workerprocess import end_with_parent

    end_with_parent()
    surveyor = _Surveyor(location, survey)
    _surveyor.append(surveyor)
    Finalize(None, surveyor.close, exitpriority=1)  # a worker process ends without running what atexit was told


def _work(piece: tuple[Oid, ...]) -> list[SignatureResult]:
    return _surveyor[0].results(piece)


def _in_order(
    location: Location, survey: Survey, pieces: Iterator[tuple[Oid, ...]], jobs: int
) -> Iterator[list[SignatureResult]]:
    first = tuple(islice(pieces, jobs))  # a short history is not worth a second process
    if jobs == 1 or len(first) == 1:
        surveyor = _Surveyor(location, survey)
        try:
            for piece in (*first, *pieces):
                yield surveyor.results(piece)
        finally:
            surveyor.close()
        return
    from concurrent.futures import ProcessPoolExecutor

    waiting: deque[Future[list[SignatureResult]]] = deque()
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(location, survey)) as pool:
        for piece in first:
            waiting.append(pool.submit(_work, piece))
        for piece in pieces:
            waiting.append(pool.submit(_work, piece))
            if len(waiting) > jobs * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
