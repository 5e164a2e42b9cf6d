"""One review: the lines are verified, then every entry is read once, oldest first, then each repository as it is now."""

from __future__ import annotations

from gitward import clock
from gitward.audit import reading
from gitward.audit.verification.verify import verify
from gitward.errors import GitwardError
from gitward.installer.digests import repository_name
from gitward.installer.remembered import refs
from gitward.record import record
from gitward.review import breakglass, hooks
from gitward.review.basis import Basis, blind
from gitward.review.continuity import Repository
from gitward.review.evidence import lists
from gitward.review.gap import WEIGHTS, Gap
from gitward.review.happened import happened, within, word
from gitward.review.holding import holding
from gitward.review.joins import Joins
from gitward.review.policies import Policies
from gitward.review.rhythm import Rhythm
from gitward.review.shippers import lagging
from gitward.review.vouching import vouching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitward.audit.entry import Entry
    from gitward.audit.verification.report import Report
    from gitward.audit.witness.settings import Settings
    from gitward.review.basis import Judged
    from gitward.tlog.note import PublicKey


@record
class Asked:
    """What to look at. `keep_days` is how long entries are to be kept, `ci_refs` the refs whose pushes CI must have judged.

    `kept`, `key` and `witnesses` are the verifier's own, as `audit.verification.verify` takes them.
    """

    log: str
    repositories: tuple[str, ...] = ()
    keep_days: int | None = None
    ci_refs: tuple[str, ...] = ()
    kept: tuple[tuple[str, bytes], ...] = ()
    key: PublicKey | None = None
    witnesses: Settings | None = None


@record
class Reviewed:
    """What was found, the worst first; how many entries there were, and which repositories were looked at.

    `first` and `last` are seq and time of the entries at both ends, None in an empty log; `verified` is what came of the lines;
    `judged` are the policies that made the decisions, `unasked` what nobody asked for.
    """

    time: str
    entries: int
    repositories: tuple[str, ...]
    gaps: tuple[Gap, ...]
    log: str
    verified: Report
    first: tuple[int, str] | None
    last: tuple[int, str] | None
    judged: tuple[Judged, ...]
    unasked: tuple[str, ...]


class _Reading:
    """All that is gathered from the entries."""

    def __init__(self, asked: Asked) -> None:
        self.rhythm = Rhythm()
        self.joins = Joins(expects_ci=bool(asked.ci_refs), refs=asked.ci_refs)
        self.policies = Policies()
        self.repositories: dict[str, Repository] = {}
        self.config: dict[str, tuple[dict[str, str], str]] = {}
        self.count = 0
        self.basis = Basis()
        self.glasses = breakglass.Glasses(asked.log)
        self._evidence = lists(asked.log)

    def see(self, entry: Entry) -> None:
        self.count += 1
        self.rhythm.see(entry)
        self.basis.see(entry)
        self.glasses.see(entry)
        one = happened(entry, self._evidence)
        if not one.repository:
            return
        if one.name == "config.changed":
            after = within(entry.event, "config_change", "after")
            plain = {name: digest for name, digest in after.items() if isinstance(digest, str)} if isinstance(after, dict) else {}
            self.config[one.repository] = (plain, one.time)
        self.joins.see(one, entry.event)
        self.policies.see(one, entry.event)
        repository = self.repositories.setdefault(one.repository, Repository(one.repository))
        repository.see(one)
        if one.name == "statement.received":
            repository.received.add(word(entry.event, "statement", "ref"))


def review(asked: Asked, progress: Callable[[int], None] | None = None) -> Reviewed:
    """Look for every gap. Raises GitwardError where the log cannot be read, OSError."""
    verified = verify(asked.log, asked.kept, asked.key, asked.witnesses)
    found = _Reading(asked)
    gaps = list(holding(verified))
    try:
        for entry in reading.entries(asked.log):
            found.see(entry)
            if progress and not found.count % 1000:
                progress(found.count)
    except ValueError as problem:
        gaps.append(Gap(weight="contradiction", kind="log-damaged", text=f"{problem}: what stands behind it was not reviewed",
                        fix="gitward audit verify"))  # fmt: skip
    now = clock.now()
    named: set[str] = set()
    for path in asked.repositories:
        gaps += _repository(path, found, asked, now, named)
    gaps += blind(found.basis.not_named(named), len(asked.repositories))
    gaps += found.rhythm.end(now, asked.keep_days)
    gaps += found.joins.end()
    gaps += breakglass.gaps(found.glasses.open(), now)
    gaps += found.policies.end()
    first, last = found.rhythm.first, found.rhythm.last
    gaps += lagging(asked.log, last.seq + 1 if last else 0)
    gaps += vouching(asked.log, now)
    gaps.sort(key=lambda gap: WEIGHTS.index(gap.weight))
    return Reviewed(
        time=now, entries=found.count, repositories=asked.repositories, gaps=tuple(gaps), log=asked.log, verified=verified,
        first=(first.seq, first.received_time) if first else None, last=(last.seq, last.received_time) if last else None,
        judged=found.basis.judged, unasked=tuple(_unasked(asked)),
    )  # fmt: skip


def _unasked(asked: Asked) -> Iterator[str]:
    """What a review can look at, and was not asked to."""
    if not asked.repositories:
        yield "repositories, their hooks and settings (--repo)"
    if not asked.ci_refs:
        yield "whether CI judged what was pushed (--ci)"
    if asked.keep_days is None:
        yield "whether entries were kept long enough (--keep)"


def _repository(path: str, found: _Reading, asked: Asked, now: str, named: set[str]) -> Iterator[Gap]:
    try:
        name = repository_name(path)
        named.add(name)
        actual = refs(path)
    except (GitwardError, OSError) as problem:
        yield Gap(weight="unknown", kind="repository", where=path, text=str(problem))
        return
    recorded, since = found.config.get(name, (None, ""))
    yield from hooks.changed(path, name, asked.log, recorded, since)
    yield from (found.repositories.get(name) or Repository(name)).end(now, actual)


def actors_without_outcome(gaps: tuple[Gap, ...]) -> dict[str, int]:
    """How many outcomes were not recorded, per actor: one with many is worth a question."""
    counts: dict[str, int] = {}
    for gap in gaps:
        if gap.kind == "outcome-not-recorded":
            actor = gap.actor or "not known"
            counts[actor] = counts.get(actor, 0) + 1
    return counts
