"""Judging a history without deciding anything: by the judge that `check` uses, under policies that are loaded already."""

from __future__ import annotations

import os

from gitward.adapters import check
from gitward.errors import Undecided, UsageError
from gitward.judge import judge
from gitward.model import UNLIMITED, Host, Range, Request
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.comparison import Comparison
    from gitward.model import Decision, Oid, Policy
    from gitward.repository import Repository

    Progress = Callable[[int], None]


def history(repository: Repository, ranges: tuple[str, ...] = (), ref: str = "", since: str = "") -> Request:
    """What is to be judged: RANGEs as `check` takes them, all that a ref reaches, or all that any ref reaches.

    Without what the commit `since` reaches, itself included. Raises UsageError, Undecided for an unknown revision.
    """
    if ref and not ref.startswith("refs/"):
        raise UsageError(f"--ref {ref}: not a full ref", f"write refs/heads/{ref}")
    if ref and not ranges:
        oid = repository.ref(ref)
        if oid is None:
            raise UsageError(f"--ref {ref}: there is no such ref, and no RANGE to judge for it", "git for-each-ref shows them")
        request = Request(stage="ci", ranges=(Range(ref=ref, include=(repository.peel(oid)[1],)),))
    else:
        request = check.request(repository, ranges=ranges, ref=ref, all_refs=not ranges)
    if not since:
        return request
    _, start, _ = repository.peel(repository.resolve(since))
    return replace(
        request, ranges=tuple(replace(each, exclude=(*(each.exclude or ()), start)) for each in request.ranges)
    )


def size(repository: Repository, request: Request) -> int | None:
    """How many commits that is, None where git cannot say so within a second: for a progress bar, and nothing else."""
    counts: dict[tuple[str, ...], list[str]] = {}
    try:
        for each in request.ranges:
            counts.setdefault(each.exclude or (), []).extend(each.include)
        return sum(repository.count(include, exclude, seconds=1.0) for exclude, include in counts.items())
    except Undecided:
        return None


def rehearse(
    repository: Repository,
    request: Request,
    policies: tuple[Policy, ...],
    comparison: Comparison,
    *,
    baseline: tuple[Oid, ...] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Decision:
    """The decision, which nobody enforces. Raises Undecided where there is no judgement at all."""
    host = Host(
        repository=repository.path,
        baseline=baseline,
        limits=UNLIMITED,
        lookups=None,
        jobs=jobs or min(os.cpu_count() or 1, 8),
    )
    decision = judge(request, host, progress, policies=policies, comparison=comparison)
    if failure := decision.failure:
        raise Undecided(failure.message, failure.fix, failure.reason)
    return decision
