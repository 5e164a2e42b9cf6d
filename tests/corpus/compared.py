"""Where stages differ about the corpus, or from what it expects: nothing at all, if gitward is right.

What is compared. Per batch: for each entry how many commits passed, were violated, exempt, waived or undecided, and
every violation as (commit or ref, line, column, message), as bytes. Batches hold only rejected or only accepted
changes, so a change that should have been refused is seen by its missing violation, and one that should pass by the
push's exit code. A batch is one push to the branches of all zones, and one run of ci for each zone. pre-push and
pre-receive are compared in all entries, ci in those that judge commits, commit-msg (one process for each message) in
those that judge messages and merges; of `malformed-object` only the violations count, since where there are ref updates
it judges these too.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from stages import Judged, Stages, joined, judges_commits, knows, rule_class
from world import ZONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from items import Item

BATCH = 120  # an event holds all violations of as many


def batches(items: Iterable[Item], *, messages: bool = True) -> Iterator[list[Item]]:
    """Changes that are judged together, all refused or all allowed: those that ci cannot see, those that it can, and,
    with `messages`, apart from these those that commit-msg can. In the order of their zones.
    """

    def kind(item: Item) -> tuple[bool, bool, bool]:
        return _is_in_ci(item), messages and item.is_message, item.is_rejected

    ordered = sorted(items, key=lambda item: (*kind(item), item.zone if _is_in_ci(item) else ""))
    for (*_, is_rejected), group in groupby(ordered, key=kind):
        same = list(group)
        size = BATCH if is_rejected else len(same)
        yield from (same[start : start + size] for start in range(0, len(same), size))


def _is_in_ci(item: Item) -> bool:
    """Whether it is about commits, which ci can see."""
    return bool(item.drafts) and item.zone in ZONES and all(draft.kind == "commit" for draft in item.drafts)


def differences(stages: Stages, items: Iterable[Item], *, messages: bool = True) -> Iterator[str]:
    """Every difference between stages, and from what the corpus expects, in words. commit-msg only with `messages`."""
    for batch in batches(items, messages=messages):
        push, receive = stages.push(batch)
        others = [push]
        if _is_in_ci(batch[0]):
            zones = [list(group) for _, group in groupby(batch, key=lambda item: item.zone)]
            checks = [stages.check(zone) for zone in zones]
            for zone, check in zip(zones, checks, strict=True):
                yield from unexpected(stages, zone, check)
            others.append(joined("ci", checks))
            if messages and batch[0].is_message:
                others.append(stages.messages(batch))
        for stage in (receive, *others):
            yield from unexpected(stages, batch, stage)
        for other in others:
            yield from compared(batch, receive, other)


def unexpected(stages: Stages, batch: list[Item], stage: Judged) -> Iterator[str]:
    """Where one stage differs from what the corpus says."""
    seen = _seen(stage)
    code = int(any(each.rejects & seen for each in batch))
    for item in batch:
        subjects = {*stages.world.oids[item.id], *(ref for ref, _, _ in stages.world.updates[item.id])}
        if item.rule == "push-limits":
            subjects.add("")
        expected = {entry for entry in item.rejects if entry not in stage.rules or _is_seen(stage, stage.rules[entry])}
        found = stage.violated(subjects)
        if found != expected:
            yield f"{stage.stage}: {item.id}: violated {sorted(found)}, expected {sorted(expected)}"
        if stage.exit_code != code:
            yield f"{stage.stage}: {item.id}: exit code {stage.exit_code}"


def _is_seen(stage: Judged, rule: str) -> bool:
    return knows(stage.stage, rule) and (stage.stage in ("push", "receive") or judges_commits(rule))


def _seen(stage: Judged) -> set[str]:
    return {entry for entry, rule in stage.rules.items() if _is_seen(stage, rule)}


def compared(batch: list[Item], receive: Judged, other: Judged) -> Iterator[str]:
    """Where two stages differ about the entries that both can judge; one that only one of them has is a difference."""
    rules = {**receive.rules, **other.rules}
    entries = {entry for entry, rule in rules.items() if _is_seen(receive, rule) and _is_seen(other, rule)}
    if not entries:
        yield f"{other.stage}: nothing to compare"
    by_update = {entry for entry in entries if other.stage != "push" and hasattr(rule_class(rules[entry]), "check_update")}
    for chosen, with_counts in ((entries - by_update, True), (by_update, False)):
        one, two = (stage.ledger(chosen, with_counts=with_counts) for stage in (receive, other))
        if one != two:
            yield f"receive and {other.stage} differ in {batch[0].id} ... {batch[-1].id}:\n  {one!r}\n  {two!r}"
