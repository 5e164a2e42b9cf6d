"""From a request to a decision: the only place that knows the order in which things are looked at.

Policies, ref updates, budgets, scope, what each entry finds (`tallying.py`), decision. Whatever goes wrong on the way is a
decision too: undecided (exit code 3), or 2 where a policy cannot be used. Nothing here ends in "allowed" by accident.
"""

from __future__ import annotations

from gitward import __version__, budgets, clock, sources, succession
from gitward.engine import conclude, entries_of, named_refs
from gitward.errors import GitwardError, PolicyError, Undecided
from gitward.facts import KNOWN, lookups_of, outage_warnings, totals, without_lookups
from gitward.failure import no_decision
from gitward.integrity import built_in
from gitward.model import BASELINE, Change, Decision, Host, Oid, Request
from gitward.proposals import left_to_server
from gitward.record import replace
from gitward.repository import open_repository
from gitward.scope import Plan
from gitward.tallying import Case, Found, tallied
from gitward.updates import brings, of_range, resolve
from gitward.waivers.beside import could_be_waived, notes, who_may
from gitward.waivers.refusals import refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.comparison import Comparison
    from gitward.model import Policy, Range
    from gitward.repository import Repository
    from gitward.tallying import Progress


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
    loaded = policies or _policies(request, host, repository)
    lookups = lookups_of(loaded, host) if "ticket" in KNOWN[request.stage] else None  # policy cannot choose the stages
    policies = loaded if lookups else without_lookups(loaded)
    change, ranges, successions = _change(request, host, repository, policies, known or KNOWN[request.stage])
    policies = succession.guard(policies)
    budgets.keep_commits(repository, host, request, ranges)
    baseline, unbounded = _baseline(request, host, repository, policies)
    existing = repository.refs(symbolic=False) if request.existing is None else request.existing
    change = replace(change, totals=totals(policies, change, ranges, repository, existing.values(), host.limits.paths))
    case = Case(request=request, host=host, repository=repository, policies=policies, change=change, ranges=ranges,
                existing=existing, lookups=lookups)  # fmt: skip
    found = tallied(case, Plan(policies, ranges, existing, baseline), progress, comparison)
    if request.stage == "push" and not known and could_be_waived(policies, found.tallies) and _has_statements(repository):
        return _judge(request, host, repository, loaded, progress, comparison, KNOWN["push"] | {"statements"})
    notices = (*request.notices, *successions, *unbounded, *found.notices, *_noted(case, found))
    details = tuple(lookups.details) if lookups else ()
    if request.stage != "receive":  # who reads the report runs the host
        notices, details = (*notices, *details), ()
    if not found.over:
        notices += _taken_as_judged(repository, ranges, found.commits)
    decision = conclude(
        policies, found.change, found.tallies, decision_id=clock.new_id(), version=__version__, commits=found.commits,
        notices=notices, details=details,
    )  # fmt: skip
    return replace(decision, brought=found.brought)


def _noted(case: Case, found: Found) -> tuple[str, ...]:
    """What went out, why waivers do not count and who may waive; what is left to the server where this is none."""
    policies, tallies = case.policies, found.tallies
    said = (
        *outage_warnings(policies, tallies),
        *refused(found.waivers, found.change, tallies),
        *who_may(policies, tallies),
    )
    if case.request.stage == "receive":
        return said
    remote = case.request.remote or _remote(case.repository)
    return (*said, *notes(found.waivers, policies, tallies, remote), *left_to_server(policies, found.change))


def _change(
    request: Request, host: Host, repository: Repository, policies: tuple[Policy, ...], known: frozenset[str]
) -> tuple[Change, tuple[Range, ...], tuple[str, ...]]:
    """What is judged, the commits that it brings, and what it makes of the policies themselves."""
    updates = resolve(request.updates, repository, request.existing, named_refs(policies))
    successions: tuple[str, ...] = ()
    if request.stage == "receive":
        updates, successions = succession.follow(policies, updates, repository)
    time = clock.now()
    seen = max(clock.seconds(time), host.latest)
    change = Change(
        stage=request.stage,
        time=time,
        updates=tuple(replace(update, seen=seen) for update in updates)
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
    if receiving:
        succession.keep_ids(given)
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
