"""What changed between two policies, and which way each change goes.

Resolved policies are compared, so a ref set that shrank shows in every entry that uses it. `weaker` means that something
which the old policy denies may pass; `different` that nobody can say; only when neither occurs, whatever the old policy
denies the new one denies too. Entries are the same when they have the same id and the same rule.
"""

from __future__ import annotations

import json
import re
from collections import Counter

from gitward.policy import directions, duties
from gitward.policy.hints import yaml_name
from gitward.policy.option_directions import OPTIONS
from gitward.policy.resolve import GATE
from gitward.policy.rights_directions import waivable
from gitward.policy.trust import trust
from gitward.policy.trust_diff import trusted
from gitward.record import record, values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.model import Entry, Policy
    from gitward.policy.directions import Comparison, Way

VERSION = 1  # of the plain form
WAYS: tuple[Way, ...] = ("weaker", "different", "stricter", "same")
_CHANGED = re.compile(r":[0-9]+ (drops|replaces) ([a-z0-9-]+) of ")


@record
class Change:
    """One difference. `entry` is '' for the policy itself; `place` is `file:line` in the newer policy that has it."""

    way: Way
    entry: str
    key: str
    words: str
    old: Any = None
    new: Any = None
    place: str = ""


def diff(old: Policy, new: Policy) -> tuple[Change, ...]:
    """All differences: of the policy, of the entries in the new order, then of those that are gone."""
    before, after = _entries(old), _entries(new)
    changes = [*_head(old, new)]
    for key, entry in after.items():
        changes += _entry(before[key], entry) if key in before else [_whole(entry, "stricter", "added")]
    changes += [_whole(entry, "weaker", "dropped") for key, entry in before.items() if key not in after]
    return tuple(changes)


def is_safe(changes: tuple[Change, ...]) -> bool:
    """True only if whatever the old policy denies is denied by the new one."""
    return not any(change.way in ("weaker", "different") for change in changes)


def counts(changes: tuple[Change, ...]) -> dict[Way, int]:
    return {way: sum(change.way == way for change in changes) for way in WAYS}


def text(changes: tuple[Change, ...]) -> str:
    """A line per change, then how many go which way. Not escaped for a terminal."""
    lines = []
    for change in changes:
        place = f"  ({change.place})" if change.place else ""
        lines.append(f"{change.way:<9}  [{change.entry or 'policy'}] {change.key}: {change.words}{place}")
    return "\n".join([*lines, _summary(changes)])


def plain(old: Policy, new: Policy, changes: tuple[Change, ...]) -> dict[str, Any]:
    """The differences for programs."""
    return {
        "version": VERSION,
        **{
            name: {"source": each.source, "id": each.id, "revision": each.revision, "digest": each.digest}
            for name, each in (("old", old), ("new", new))
        },
        "safe": is_safe(changes),
        "counts": dict(counts(changes)),
        "changes": json.loads(json.dumps([values(change) for change in changes], default=directions.plain)),
    }


def _summary(changes: tuple[Change, ...]) -> str:
    if not changes:
        return "no difference"
    found = counts(changes)
    said = ", ".join(f"{number} {way}" for way, number in found.items())
    if is_safe(changes):
        return f"not weaker: {said}"
    return f"{'weaker' if found['weaker'] else 'perhaps weaker'}: {said}"


def _entries(policy: Policy) -> dict[tuple[str, str], Entry]:
    """By id and rule. There is one entry of the gate, whatever its id."""
    return {
        ("" if entry.rule.name == GATE else entry.id, entry.rule.name): entry for entry in policy.entries
    }


def _whole(entry: Entry, way: Way, words: str) -> Change:
    return Change(way=way, entry=entry.id, key="entry", words=f"{entry.rule.name}, {words}", place=entry.place)


def _head(old: Policy, new: Policy) -> Iterator[Change]:
    compared: tuple[tuple[str, Any, Any, Comparison], ...] = (
        ("id", old.id, new.id, directions.unknown),
        ("revision", old.revision, new.revision, _revision),
        ("mode", old.mode, new.mode, directions.ranked(("evaluate", "enforce"))),
        ("audit", old.audit_required, new.audit_required, directions.demand),
        ("unaudited-updates", old.unaudited_denied, new.unaudited_denied, directions.demand),
        ("waivers", old.waivers, new.waivers, waivable),
        ("landing", _landing(old), _landing(new), _weaker),
        ("duties", duties.pairs(old), duties.pairs(new), duties.compared),
        ("trust", trust(old.trust), trust(new.trust), trusted),
    )
    for key, was, now, comparison in compared:
        yield from _compared("", key, was, now, comparison, new.source)
    known = Counter(_changed(each) for each in old.weakened)
    for each in new.weakened:
        change = _changed(each)
        if not known[change]:
            yield Change(way="weaker", entry=change[1], key=change[0], words=each)
        known[change] -= 1


def _revision(old: int | None, new: int | None) -> Iterator[tuple[Way, str]]:
    """Where a revision stands, it never goes back."""
    goes_back = old is not None and (new is None or new < old)
    yield "weaker" if goes_back else "same", f"{directions.shown(old)} -> {directions.shown(new)}"


def _weaker(old: Any, new: Any) -> Iterator[tuple[Way, str]]:
    """How changes land decides which commits are judged, and by what message."""
    yield "weaker", f"{directions.shown(old)} -> {directions.shown(new)}"


def _landing(policy: Policy) -> tuple[tuple[Any, ...], ...]:
    return tuple((way.method, *way.refs) for way in policy.landing)


def _changed(words: str) -> tuple[str, str]:
    """What a file did to an entry that it extends, without the lines: (drops or replaces, id)."""
    found = _CHANGED.search(words)
    return (found[1], found[2]) if found else ("changes", words)


def _entry(old: Entry, new: Entry) -> Iterator[Change]:
    compared: list[tuple[str, Any, Any, Comparison]] = [
        ("severity", old.severity, new.severity, directions.ranked(("warning", "error"))),
        ("refs", old.refs, new.refs, directions.judged_refs),
        ("since", _since(old), _since(new), directions.allowed),
        ("exempt", _exempt(old), _exempt(new), directions.allowed),
        ("message", old.message, new.message, directions.wording),
    ]
    known = OPTIONS.get(new.rule.name, {})
    was, now = values(old.rule), values(new.rule)
    for field in was:
        key = yaml_name(field)
        compared.append((key, was[field], now[field], known.get(key, directions.unknown)))
    for key, before, after, comparison in compared:
        yield from _compared(new.id, key, before, after, comparison, new.place)


def _exempt(entry: Entry) -> tuple[str, ...]:
    return (*sorted(entry.exempt), *(f"principal {name}" for name in sorted(entry.exempt_principals)))


def _since(entry: Entry) -> tuple[str, ...]:
    return (*entry.since, *(("baseline",) if entry.since_baseline else ()))


def _compared(entry: str, key: str, old: Any, new: Any, comparison: Comparison, place: str) -> Iterator[Change]:
    if old != new:
        for way, words in comparison(old, new):
            yield Change(way=way, entry=entry, key=key, words=words, old=old, new=new, place=place)
