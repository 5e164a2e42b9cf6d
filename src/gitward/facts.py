"""Facts that rules ask for beyond the commit's own bytes: loaded for exactly what the policy's entries need."""

from __future__ import annotations

from gitward.engine import OUT, entries_of, missing_fact
from gitward.integrity import is_statement
from gitward.model import Change, Totals, is_zero
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitward.lookup.ask import Lookups
    from gitward.model import Answer, Commit, Host, Policy, Question, Range
    from gitward.repository import Repository
    from gitward.tally import Tally

    Answering = Callable[[Commit, Question], Answer]
    Asking = Callable[[Commit], Sequence[Question]]
    Asks = tuple[tuple[int, Asking], ...]

_OBJECTS = ("message", "merge", "object", "time", "paths", "sizes", "content", "signature")
# what each stage can know (docs/stages.md prints this table); policy cannot choose it
KNOWN: dict[str, frozenset[str]] = {
    "commit": frozenset({"message", "merge"}),
    "push": frozenset({*_OBJECTS, "update", "ref", "refs", "push"}),
    "receive": frozenset(
        {*_OBJECTS, "ticket", "update", "ref", "refs", "push", "certificate", "pusher", "touched", "statements"}
    ),
    "ci": frozenset({*_OBJECTS, "ticket", "touched", "statements"}),
}


def asking(policies: tuple[Policy, ...]) -> Asks:
    """What the entries' rules ask about a commit, each with its entry's index; a rule that may look up, only if it does."""
    return tuple(
        (index, entry.rule.asks)
        for index, (_, entry) in enumerate(entries_of(policies))
        if hasattr(entry.rule, "asks") and getattr(entry.rule, "lookup", True)
    )


def asked_in(asks: Asks, scope: tuple[str, ...]) -> Asking | None:
    """What is asked about a commit of this scope, all together; None where nothing is."""
    here = tuple(ask for index, ask in asks if not scope[index])
    if len(here) <= 1:
        return here[0] if here else None
    return lambda commit: [question for ask in here for question in ask(commit)]


def ask(
    policies: tuple[Policy, ...], commits: Iterable[Commit], answer: Answering, scope: tuple[str, ...] = ()
) -> Iterator[Commit]:
    """The same commits, with the answers to what the entries' rules ask about them, each asked when it is met."""
    questions_of = asked_in(asking(policies), scope or ("",) * len(entries_of(policies)))
    for commit in commits:
        if questions_of and (questions := questions_of(commit)):
            answers = {question: answer(commit, question) for question in questions}
            commit = replace(commit, answers=answers)  # noqa: PLW2901
        yield commit


def asking_statements(policies: tuple[Policy, ...], known: frozenset[str]) -> tuple[bool, ...]:
    """Of each policy whether it may ask what people signed: to waive something, or in an entry."""
    need = "statements"
    asks = {index for index, entry in entries_of(policies) if need in entry.rule.needs and not missing_fact(entry, known)}
    return tuple(index in asks or (bool(policy.waivers) and need in known) for index, policy in enumerate(policies))


# --- look-ups ---------------------------------------------------------------------------------------------------------


def without_lookups(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    """The same policies for a stage that looks nothing up: their rules judge the message alone."""
    if not _looking_up(policies):
        return policies
    return tuple(
        replace(
            policy,
            entries=tuple(
                replace(entry, rule=replace(entry.rule, lookup=None, state="open", on_outage="deny"))
                if getattr(entry.rule, "lookup", None)
                else entry
                for entry in policy.entries
            ),
        )
        for policy in policies
    )


def lookups_of(policies: tuple[Policy, ...], host: Host) -> Lookups | None:
    """The host's look-ups, ready to be asked; None where no entry asks, or the host looks nothing up."""
    if host.lookups is None or not _looking_up(policies):
        return None
    from gitward.lookup.ask import Lookups

    return Lookups(host.lookups, host.limits.seconds)


def _looking_up(policies: tuple[Policy, ...]) -> bool:
    return any(getattr(entry.rule, "lookup", None) for _, entry in entries_of(policies))


def outage_warnings(policies: tuple[Policy, ...], tallies: Iterable[Tally]) -> tuple[str, ...]:
    """A line per entry and reason for which commits were let go, where the entry wants to warn of that."""
    return tuple(
        f"warning: [{entry.id}] {times} not looked up: {reason}"
        for tally, (_, entry) in zip(tallies, entries_of(policies), strict=True)
        if getattr(entry.rule, "on_outage", "") == "warn"
        for (outcome, reason), times in sorted(tally.reasons.items())
        if outcome == "exempt" and reason not in OUT
    )


def totals(
    policies: tuple[Policy, ...],
    change: Change,
    ranges: tuple[Range, ...],
    repository: Repository,
    existing: Iterable[str],
    max_files: int | None,
) -> Totals:
    """What the push brings that `existing`, the oids of the receiving side's refs, does not reach.

    Counted only as far as an entry asks. Raises BudgetExceeded for more than `max_files` paths.
    """
    limits = [
        entry.rule
        for _, entry in entries_of(policies)
        if "push" in entry.rule.needs and not missing_fact(entry, change.known)
    ]
    if not limits:
        return Totals()
    existing = tuple(existing)
    updates = [update for update in change.updates if not is_statement(update)]
    tips = tuple(tip for brought in ranges for tip in brought.include)
    files, size = None, None
    if any(rule.files is not None or rule.bytes is not None for rule in limits):
        pushed = [update.new for update in updates if not is_zero(update.new)]
        files, size = repository.totals(tips, existing, others=pushed, max_files=max_files)
    return Totals(
        commits=repository.count(tips, existing) if tips else 0, updates=len(updates), files=files, bytes=size
    )
