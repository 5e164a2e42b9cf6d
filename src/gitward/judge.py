"""From a request to a decision: the only place that knows the order in which things are looked at.

Policies, ref updates, budgets, scope, commits, updates, decision. Whatever goes wrong on the way is a decision too:
undecided (exit code 3), or 2 where a policy cannot be used. Nothing here ends in "allowed" by accident.
"""

from __future__ import annotations

from gitward import __version__, budgets, clock, sources, squash, succession
from gitward.brought import Gathering
from gitward.channels import CERTIFICATE
from gitward.engine import conclude, entries_of, is_over_its_limits, judge_change, named_refs
from gitward.errors import GitwardError, PolicyError, Undecided
from gitward.facts import KNOWN, asking_statements, lookups_of, outage_warnings, totals, without_lookups
from gitward.failure import no_decision
from gitward.integrity import built_in, is_statement
from gitward.loading import with_files, with_signers
from gitward.model import BASELINE, Change, Decision, Host, Oid, Request
from gitward.proposals import counted, left_to_server, with_proposals, without
from gitward.record import replace
from gitward.recreated import with_lost
from gitward.repository import open_repository
from gitward.scope import Plan
from gitward.signatures.moments import Moments, read_first_seen
from gitward.touching import with_touched
from gitward.updates import brings, of_range, resolve
from gitward.waiverfacts import waivers_of
from gitward.waivers.beside import could_be_waived, notes, who_may
from gitward.waivers.refusals import refused
from gitward.workers import PIECE, Bench, Task, judge_pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitward.comparison import Comparison
    from gitward.model import Policy, Range
    from gitward.repository import Repository
    from gitward.tally import Tally
    from gitward.waivers.counting import Waivers

    Progress = Callable[[int], None] | None


def judge(
    request: Request,
    host: Host,
    progress: Progress = None,
    *,
    policies: tuple[Policy, ...] = (),
    comparison: Comparison | None = None,
) -> Decision:
    """Decide. Never raises but for KeyboardInterrupt: what went wrong stands in the decision's `failure`.

    `policies`, loaded already, are for a rehearsal: they judge in place of those that the host names. `comparison` is
    told what each policy denies, commit by commit.
    """
    try:
        receiving = request.stage == "receive"
        with open_repository(host.repository or ".", quarantine=receiving, reader=host.reader) as repository:
            return _judge(request, host, repository, policies, progress, comparison)
    except GitwardError as problem:
        return no_decision(request.stage, problem)
    except Exception as problem:  # noqa: BLE001  invariant 5: a crash is never an answer
        return no_decision(request.stage, problem)


def _judge(
    request: Request,
    host: Host,
    repository: Repository,
    policies: tuple[Policy, ...],
    progress: Progress,
    comparison: Comparison | None,
    known: frozenset[str] = frozenset(),
) -> Decision:
    """`known` are the facts that the stage can know, where they are more than those of the table."""
    budgets.keep_refs(request, host)
    policies = loaded = policies or _policies(request, host, repository)
    lookups = lookups_of(policies, host) if "ticket" in KNOWN[request.stage] else None  # policy cannot choose the stages
    if not lookups:
        policies = without_lookups(policies)
    change, ranges, successions = _change(request, repository, policies, known or KNOWN[request.stage])
    policies = succession.guard(policies)
    budgets.keep_commits(repository, host, request, ranges)
    baseline, notices = _baseline(request, host, repository, policies)
    existing = repository.refs(symbolic=False) if request.existing is None else request.existing
    plan = Plan(policies, ranges, existing, baseline)
    change = replace(change, totals=totals(policies, change, ranges, repository, existing.values(), host.limits.paths))
    task = Task(known=change.known, limits=host.limits, moments=_moments(change, host), compares=comparison is not None)
    taking = squash.takers(request, policies)
    gathering = Gathering(repository, policies, change) if host.log else None
    with Bench(repository, policies, task, lookups, gathering) as bench:
        change = replace(change, updates=with_lost(policies, change.updates, host.tips, repository))
        change = _with_facts(change, request, policies, bench, ranges, existing)
        waivers = waivers_of(policies, change, host, repository, bench.loader.signers, existing)
        bench.task = replace(bench.task, waivers=waivers)
        change = with_proposals(change, policies, repository, bench.loader.signers, host, existing, task.moments.now)
        of_push = judge_change(policies, change, waivers)
        notices += counted(policies, change, change.pushers)
        change = without(change)
        if over := is_over_its_limits(policies, of_push):
            notices += ("the push is over its limits: its commits were not read",)
        pieces = () if over else squash.leave_out(plan.pieces(repository, PIECE, asking=bool(bench.asks)), taking)
        tallies, commits = judge_pieces(bench, pieces, jobs=host.jobs, progress=progress, comparison=comparison)
    _merge(tallies, of_push, squash.judge_message(request, policies, taking, repository, lookups, waivers))
    if request.stage == "push" and not known and could_be_waived(policies, tallies) and _has_statements(repository):
        return _judge(request, host, repository, loaded, progress, comparison, KNOWN["push"] | {"statements"})
    notices += (*outage_warnings(policies, tallies), *_of_waivers(request, policies, change, tallies, waivers, repository))
    details = tuple(lookups.details) if lookups else ()
    if request.stage != "receive":  # who reads the report runs the host
        notices, details = (*notices, *details), ()
    notices = (*request.notices, *successions, *notices, *(() if over else _taken_as_judged(repository, ranges, commits)))
    decision = conclude(
        policies, change, tallies, decision_id=clock.new_id(), version=__version__, commits=commits,
        notices=notices, details=details,
    )  # fmt: skip
    return replace(decision, brought=gathering.end()) if gathering else decision


def _with_facts(
    change: Change,
    request: Request,
    policies: tuple[Policy, ...],
    bench: Bench,
    ranges: tuple[Range, ...],
    existing: Mapping[str, str],
) -> Change:
    """The same change with what its entries ask about ref updates and the push itself."""
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


def _merge(tallies: list[Tally], *others: list[Tally]) -> None:
    """Add to each tally those of the same entry."""
    for tally, *more in zip(tallies, *others, strict=True):
        for each in more:
            tally.merge(each)


def _of_waivers(
    request: Request,
    policies: tuple[Policy, ...],
    change: Change,
    tallies: list[Tally],
    waivers: Waivers | None,
    repository: Repository,
) -> tuple[str, ...]:
    """Why waivers do not count, who may waive, and what is left to the server where this is none."""
    said = (*refused(waivers, change, tallies), *who_may(policies, tallies))
    if request.stage == "receive":
        return said
    return (*said, *notes(waivers, policies, tallies, request.remote or _remote(repository)), *left_to_server(policies, change))


def _moments(change: Change, host: Host) -> Moments:
    """When it is, and when things were seen: where a push is judged, what nobody has seen before is seen now."""
    seen = read_first_seen(host.first_seen) if host.first_seen else host.seen
    return Moments(now=clock.seconds(change.time), seen=seen, enforcing=change.stage in ("push", "receive"))


def _change(
    request: Request, repository: Repository, policies: tuple[Policy, ...], known: frozenset[str]
) -> tuple[Change, tuple[Range, ...], tuple[str, ...]]:
    """What is judged, the commits that it brings, and what it makes of the policies themselves."""
    updates = resolve(request.updates, repository, request.existing, named_refs(policies))
    successions: tuple[str, ...] = ()
    if request.stage == "receive":
        updates, successions = succession.follow(policies, updates, repository)
    time = clock.now()
    change = Change(
        stage=request.stage,
        time=time,
        updates=tuple(replace(update, seen=clock.seconds(time)) for update in updates)
        or tuple(of_range(given) for given in request.ranges),
        known=known,
    )
    return change, request.ranges or tuple(brought for update in updates if (brought := brings(update))), successions


def _policies(request: Request, host: Host, repository: Repository) -> tuple[Policy, ...]:
    """gitward's own first where there is a push, then what the host names, in its order."""
    receiving = request.stage == "receive"
    if not host.policies:
        raise PolicyError("no policy is given", fix="name one with --policy, or write .gitward.yaml: gitward init")
    given = tuple(sources.load(source, repository, receiving=receiving) for source in host.policies)
    if receiving and not host.log and any(policy.audit_required for policy in given):
        raise Undecided("the policy requires an audit log, and this hook has none", "install with --log DIR", "no-log")
    succession.keep_revisions(given, host)
    return (built_in(__version__), *given) if request.updates else given


def _has_statements(repository: Repository) -> bool:
    """Asked in a clone, where something is violated that somebody may have waived: until then no hook reads statements."""
    from gitward.statements.places import archive_tip, standing

    return bool(standing(repository.refs(symbolic=False)) or archive_tip(repository))


def _remote(repository: Repository) -> str:
    return "origin" if repository.config("remote.origin.url") else "REMOTE"


def _baseline(
    request: Request, host: Host, repository: Repository, policies: tuple[Policy, ...]
) -> tuple[tuple[Oid, ...], tuple[str, ...]]:
    """On a server the baseline is what the host says; elsewhere the ref is believed, and its oid is printed."""
    if request.stage == "receive" or host.baseline or not any(e.since_baseline for _, e in entries_of(policies)):
        return host.baseline, ()
    oid = repository.ref(BASELINE)
    if oid is None:
        return (), ("no baseline here: everything is judged",)
    return (Oid(oid),), (f"baseline {oid}",)


def _taken_as_judged(repository: Repository, ranges: tuple[Range, ...], judged: int) -> tuple[str, ...]:
    """New refs: what existing refs reach counts as judged already; say how much that is (counted up to 10,000)."""
    tips = tuple(tip for brought in ranges if brought.exclude is None for tip in brought.include)
    reached = repository.count(tips, (), at_most=10_000) if tips else 0
    taken = max(0, reached - judged)
    number = f"{'at least ' if reached >= 10_000 else ''}{taken} commit{'' if taken == 1 else 's'}"
    return (f"taken as judged: {number}",) if taken else ()
