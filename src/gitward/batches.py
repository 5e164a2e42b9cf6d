"""Judging commits: each entry on each commit that its scope lets through. Pure, and the same at every stage.

The canonical gate comes first; then since and exempt, in the words of the scope; then the check; then waivers.
"""

from __future__ import annotations

from gitward.engine import GATE, OUT, entries_of, judge_update, missing_fact, new_tallies, unfinished
from gitward.model import Commit
from gitward.record import record, replace
from gitward.tally import Tally
from gitward.validity import judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from gitward.model import Change, Entry, Outcome, Policy, RefUpdate, Violation
    from gitward.waivers.counting import Waivers

_GROUP = 64  # commits that one entry judges after the other: the processor keeps the rule's code at hand
_GROUP_BYTES = 1 << 20  # and no more of them than these bytes, and the one that goes beyond


@record
class Batch:
    """Commits that the same entries judge, gone through once. `scope` has a word per entry: '' to judge, else why not.

    So a batch may be a stream: a few commits are in memory at a time, whatever its size. None stands for a commit that is
    set aside, to be judged another time. `at` is the place of the first one in the order of all commits (tally.Tally).
    """

    ref: str
    scope: tuple[str, ...]
    commits: Iterable[Commit | None]
    at: int = 0


class Row:
    """One entry at work. `denied` takes the places of the commits that it calls violated, where that is asked."""

    __slots__ = ("asks_signer", "check", "denied", "entry", "judges_malformed", "policy", "skips_merges", "tally", "waivers")

    def __init__(
        self, tally: Tally, policy: int, entry: Entry, denied: set[int] | None = None, waivers: Waivers | None = None
    ) -> None:
        self.tally, self.policy, self.entry, self.denied, self.waivers = tally, policy, entry, denied, waivers
        self.check: Callable[[Any], Iterator[Violation]] = entry.rule.check_commit
        self.skips_merges: bool = getattr(entry.rule, "merges", "judge") == "skip"
        self.asks_signer = asks_signer(entry)
        self.judges_malformed: bool = getattr(entry.rule, "judges_malformed", False)


def asks_signer(entry: Entry) -> bool:
    """Whether an entry needs to know who signed a commit: its rule judges that, or it lets somebody's commits go."""
    return hasattr(entry.rule, "check_commit") and ("signature" in entry.rule.needs or bool(entry.exempt_principals))


def _is_exempt(entry: Entry, commit: Commit) -> bool:
    """Whether a good signature shows that the commit is of an exempt principal, or a forge says so of its author."""
    signature = commit.signature
    if signature is None or not entry.exempt_principals:
        return False
    if signature.vouched in entry.exempt_principals or signature.finding.principal in entry.exempt_principals:
        return judged(signature, commit.author, commit.committer, signer="either").status == "good"
    return False


def _place(commit: Commit) -> dict[str, Any]:
    parents = None if commit.parents is None else len(commit.parents)
    return {"commit": commit.oid, "subject": commit.message.subject, "parents": parents}


def judge_one(entry: Entry, subject: Commit | RefUpdate | Change) -> tuple[Outcome, str]:
    """What becomes of one subject that its scope has let through: (outcome, reason)."""
    tally = Tally()
    if isinstance(subject, Commit):
        _judge_group(Row(tally, 0, entry), [(0, subject)], None)
    else:
        judge_update(entry, subject, tally)
    return tally.verdict


def judge_commits(
    policies: tuple[Policy, ...], batches: Iterable[Batch], known: frozenset[str], denied: Sequence[set[int]] = (),
    waivers: Waivers | None = None,
) -> list[Tally]:
    """Judge commits by every entry that judges commits; one tally per entry, in the order of `entries_of`.

    `denied`, a set per policy or nothing, takes the places of the commits that its entries of severity error deny.
    """
    tallies = new_tallies(policies)
    rows: list[tuple[int, str, Row]] = []
    for index, (policy, entry) in enumerate(entries_of(policies)):
        if hasattr(entry.rule, "check_commit"):
            fact = missing_fact(entry, known)
            counts = denied and entry.severity == "error"
            row = Row(tallies[index], policy, entry, denied[policy] if counts else None, waivers)
            rows.append((index, f"{fact} not known here" if fact else "", row))
    for batch in batches:
        active: list[Row] = []
        left_out: list[tuple[Tally, str]] = []
        for index, blind, row in rows:
            if reason := blind or batch.scope[index]:
                left_out.append((row.tally, reason))
            else:
                active.append(row)
        size = _judge_batch(batch, active)
        for tally, reason in left_out:
            tally.count(OUT.get(reason, "not-applicable"), reason, size)
    return tallies


def _judge_batch(batch: Batch, active: list[Row]) -> int:
    """Give each commit to each entry that wants it, the gate's own entries first. How many commits there were."""
    gates = [row for row in active if row.entry.rule.name == GATE]
    rest = [row for row in active if row.entry.rule.name != GATE]
    ref, size = batch.ref or None, 0
    stream = ((at, commit) for at, commit in enumerate(batch.commits, batch.at) if commit is not None)
    while group := _group(stream):
        size += len(group)
        malformed = {at for at, commit in group if commit.malformed}
        refused = [(row.policy, _judge_group(row, group, ref)) for row in gates]
        for row in rest:
            denied = set[int]().union(*(places for policy, places in refused if policy == row.policy))
            # what the gate lets go, by name, is no commit for most rules, and still one that nobody has signed
            out = denied if row.judges_malformed else malformed | denied
            row.tally.count("not-applicable", "malformed", len(out))
            _judge_group(row, [each for each in group if each[0] not in out] if out else group, ref)
    return size


def _group(stream: Iterator[tuple[int, Commit]]) -> list[tuple[int, Commit]]:
    """The next few commits: as many as are judged faster together, as few as are small together."""
    group: list[tuple[int, Commit]] = []
    size = 0
    for each in stream:
        group.append(each)
        size += len(each[1].raw)
        if each[1].files:
            size += sum(len(file.content) for file in each[1].files if file.content)
        if len(group) == _GROUP or size > _GROUP_BYTES:
            break
    return group


def _judge_group(row: Row, group: list[tuple[int, Commit]], ref: str | None) -> list[int]:
    """Some commits through one entry; the places of those in which it is violated. The hottest loop there is."""
    tally, entry, check, skips = row.tally, row.entry, row.check, row.skips_merges
    violated: list[int] = []
    found: list[Violation] = []
    exempt, asks = entry.exempt, row.asks_signer
    merges = passed = 0
    for at, commit in group:
        if asks and commit.signatures:
            commit = replace(commit, signature=commit.signatures[row.policy])  # noqa: PLW2901
        if exempt and commit.oid in exempt:
            tally.count("exempt", "commit")
        elif asks and _is_exempt(entry, commit):
            tally.count("exempt", "principal")
        elif skips and commit.merge:
            merges += 1
        else:
            try:
                for violation in check(commit):
                    found.append(violation)
            except Exception as problem:  # noqa: BLE001  undecided
                tally.count(*unfinished(problem), where=(commit.oid or "the message")[:12], at=at)
                found = []
                continue
            if not found:
                passed += 1
                continue
            if row.waivers and (by := row.waivers.of_commit(row.policy, entry, commit, ref)):
                tally.waive(by, found, at, entry=entry.id, ref=ref, **_place(commit))
                found = []
                continue
            violated.append(at)
            if tally.takes(at, len(found)):
                tally.keep(found, at, entry=entry.id, ref=ref, **_place(commit))
            found = []
    tally.passed += passed
    tally.violated += len(violated)
    if row.denied is not None:
        row.denied.update(violated)
    tally.count("not-applicable", "merge", merges)
    return violated
