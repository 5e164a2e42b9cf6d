"""Squash landing: the message that the merge will write is judged in place of the single commits' messages."""

from __future__ import annotations

from gitward.answers import in_repository
from gitward.batches import Batch, judge_commits
from gitward.engine import entries_of
from gitward.facts import KNOWN, ask
from gitward.gitobject import draft_commit
from gitward.patterns import matches_ref
from gitward.record import replace
from gitward.tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.lookup.ask import Lookups
    from gitward.model import Policy, Request
    from gitward.repository import Repository
    from gitward.scope import Piece
    from gitward.waivers.counting import Waivers

_MESSAGE = {"message", "merge"}  # an entry that needs no more judges the squash message


def takers(request: Request, policies: tuple[Policy, ...]) -> tuple[bool, ...]:
    """Per entry: does it judge the squash message? Empty where nothing lands by squash."""
    if request.squash is None or not request.ranges:
        return ()
    ref = request.ranges[0].ref
    lands = [
        request.squash_forced
        or any(landing.method == "squash" and matches_ref(landing.refs, ref) for landing in policy.landing)
        for policy in policies
    ]
    taking = tuple(lands[policy] and set(entry.rule.needs) <= _MESSAGE for policy, entry in entries_of(policies))
    return taking if any(taking) else ()


def leave_out(pieces: Iterator[Piece], taking: tuple[bool, ...]) -> Iterator[Piece]:
    """The same commits, out of scope for the entries that judge the squash message instead."""
    if not taking:
        yield from pieces
        return
    for piece in pieces:
        runs = tuple(replace(run, scope=_without(run.scope, taking)) for run in piece.runs)
        yield replace(piece, runs=runs)


def _without(scope: tuple[str, ...], taking: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple("squash" if taken and not word else word for taken, word in zip(taking, scope, strict=True))


def judge_message(
    request: Request, policies: tuple[Policy, ...], taking: tuple[bool, ...], repository: Repository,
    lookups: Lookups | None = None, waivers: Waivers | None = None,
) -> list[Tally]:
    """The squash message as a draft commit on the range's ref; a revert is looked for below the range's tip."""
    if not taking or request.squash is None:
        return [Tally() for _ in entries_of(policies)]
    ref = request.ranges[0].ref
    draft = draft_commit(request.squash)
    scope = tuple(
        "not the squash message" if not taken else "" if matches_ref(entry.refs, ref) else "refs"
        for taken, (_, entry) in zip(taking, entries_of(policies), strict=True)
    )
    answer = in_repository(repository, request.ranges[0].include[0], lookups)
    asked = tuple(ask(policies, (draft,), answer, scope))
    batch = Batch(ref=ref, scope=scope, commits=asked)
    return judge_commits(policies, [batch], KNOWN[request.stage], waivers=waivers)
