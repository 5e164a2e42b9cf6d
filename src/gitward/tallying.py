"""What each entry finds: what it asks about the push, the push itself, then its commits. One order for every stage."""

from __future__ import annotations

from gitward import clock, squash
from gitward.brought import Gathering
from gitward.channels import CERTIFICATE
from gitward.engine import is_over_its_limits, judge_change
from gitward.facts import asking_statements
from gitward.integrity import is_statement
from gitward.loading import with_files, with_signers
from gitward.proposals import counted, with_proposals, without
from gitward.record import record, replace
from gitward.recreated import with_lost
from gitward.signatures.moments import Moments, read_first_seen, went_back
from gitward.touching import with_touched
from gitward.waiverfacts import waivers_of
from gitward.workers import PIECE, Bench, Task, judge_pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitward.comparison import Comparison
    from gitward.lookup.ask import Lookups
    from gitward.model import Brought, Change, Host, Policy, Range, Request
    from gitward.repository import Repository
    from gitward.scope import Plan
    from gitward.tally import Tally
    from gitward.waivers.counting import Waivers

    Progress = Callable[[int], None] | None


@record
class Case:
    """What is judged, where, and by what. `existing`: the refs as they were before the push, name -> oid."""

    request: Request
    host: Host
    repository: Repository
    policies: tuple[Policy, ...]
    change: Change
    ranges: tuple[Range, ...]
    existing: Mapping[str, str]
    lookups: Lookups | None


@record
class Found:
    """What came of it: the change with its facts, a tally for each entry, how many commits were judged.

    `over`: the push was over its limits, so its commits were not read. `brought` is for the log, None without one.
    """

    change: Change
    tallies: list[Tally]
    waivers: Waivers | None
    commits: int
    over: bool
    notices: tuple[str, ...]
    brought: Brought | None


def tallied(case: Case, plan: Plan, progress: Progress, comparison: Comparison | None) -> Found:
    """Judge the push, then the commits of the plan, in as many processes as the host allows."""
    request, host, repository, policies = case.request, case.host, case.repository, case.policies
    moments = _moments(case.change, host)
    task = Task(known=case.change.known, limits=host.limits, moments=moments, compares=comparison is not None)
    taking = squash.takers(request, policies)
    gathering = Gathering(repository, policies, case.change) if host.log else None
    with Bench(repository, policies, task, case.lookups, gathering) as bench:
        signers = bench.loader.signers
        change = _with_facts(case, bench)
        waivers = waivers_of(policies, change, host, repository, signers, case.existing)
        bench.task = replace(task, waivers=waivers)
        change = with_proposals(change, policies, repository, signers, host, case.existing, moments.now)
        of_push = judge_change(policies, change, waivers)
        notices = (*went_back(change.time, host.latest), *counted(policies, change, change.pushers))
        change = without(change)
        over = is_over_its_limits(policies, of_push)
        notices += ("the push is over its limits: its commits were not read",) if over else ()
        pieces = () if over else squash.leave_out(plan.pieces(repository, PIECE, asking=bool(bench.asks)), taking)
        tallies, commits = judge_pieces(bench, pieces, jobs=host.jobs, progress=progress, comparison=comparison)
    _merge(tallies, of_push, squash.judge_message(request, policies, taking, repository, case.lookups, waivers))
    brought = gathering.end() if gathering else None
    return Found(change=change, tallies=tallies, waivers=waivers, commits=commits, over=over, notices=notices, brought=brought)


def _with_facts(case: Case, bench: Bench) -> Change:
    """The change with what its entries ask about ref updates and the push itself."""
    request, policies, ranges, existing = case.request, case.policies, case.ranges, case.existing
    change = replace(case.change, updates=with_lost(policies, case.change.updates, case.host.tips, case.repository))
    if any(map(is_statement, change.updates)):
        from gitward.statements.asked import without_strangers

        change = without_strangers(change, policies, bench.repository, bench.loader.signers, bench.task.moments.now)
    if any(asking_statements(policies, change.known)):
        from gitward.statements.asked import with_statements

        now = bench.task.moments.now
        change = with_statements(change, ranges, policies, bench.repository, bench.loader.signers, now)
    updates = with_touched(policies, change.updates, change.known, existing, bench.repository, bench.task.limits.paths)
    updates = with_files(policies, updates, bench.loader)
    change = replace(change, updates=with_signers(policies, updates, change.known, bench.loader))
    if request.certificate is not None:
        from gitward.pushing.certificate import with_certificate

        change = with_certificate(change, request, policies, bench.repository, bench.loader.signers, bench.task.moments.now)
    if request.actor is None or request.actor.channel == CERTIFICATE:
        return change
    from gitward.pushing.channel import with_actor

    return with_actor(change, request.actor, policies, bench.task.moments.now)


def _moments(change: Change, host: Host) -> Moments:
    """When it is, and when things were seen: where a push is judged, what nobody has seen before is seen now."""
    seen = read_first_seen(host.first_seen) if host.first_seen else host.seen
    now = max(clock.seconds(change.time), host.latest)  # what the log has seen end stays ended, whatever the clock says
    return Moments(now=now, seen=seen, enforcing=change.stage in ("push", "receive"))


def _merge(tallies: list[Tally], *others: list[Tally]) -> None:
    """Add to each tally those of the same entry."""
    for tally, *more in zip(tallies, *others, strict=True):
        for each in more:
            tally.merge(each)
