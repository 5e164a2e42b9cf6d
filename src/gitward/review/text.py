"""A gap review as text."""

from __future__ import annotations

from gitward.render.escape import visible
from gitward.review.basis import KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.review.gap import Gap
    from gitward.review.run import Reviewed

_WORDS = {"contradiction": "gap", "unknown": "not known", "missing": "missing", "pending": "pending", "note": "note"}


def text(reviewed: Reviewed, outcome: str) -> str:
    return "".join(f"{visible(line)}\n" for line in _lines(reviewed, outcome))


def _lines(reviewed: Reviewed, outcome: str) -> Iterator[str]:
    yield from _basis(reviewed)
    for gap in reviewed.gaps:
        yield from _of(gap)
    counts = [f"{number} {word}" for weight, word in _WORDS.items() if (number := sum(g.weight == weight for g in reviewed.gaps))]
    places = len(reviewed.repositories)
    yield (f"{outcome}: {reviewed.entries} entries, {places} {'repository' if places == 1 else 'repositories'}; "
           f"{', '.join(counts) or 'no gap'}; {reviewed.time}")  # fmt: skip


def _basis(reviewed: Reviewed) -> Iterator[str]:
    """What was looked at, and what was not."""
    verified, ends = reviewed.verified, (reviewed.first, reviewed.last)
    yield f"log {verified.origin} in {reviewed.log}"
    if ends[0] and ends[1]:
        yield f"  reviewed: entries {ends[0][0]} to {ends[1][0]}, received from {ends[0][1]} to {ends[1][1]}"
    by = "; ".join(f"{each.name} {each.outcome} at {each.size} entries" for each in verified.checkpoints) or "no checkpoint"
    yield f"  verified: {verified.outcome}, {verified.covered} entries are covered; {by}"
    for each in reviewed.judged[:KEPT]:
        revision = "" if each.revision is None else f" revision {each.revision}"
        yield (f"  judged by {each.id}{revision}, {each.source}, digest {each.digest}, {each.mode}: {each.decisions} decisions, "
               f"entries {each.first} to {each.last}")  # fmt: skip
    if len(reviewed.judged) > KEPT:
        yield f"  and by {len(reviewed.judged) - KEPT} more versions of policies"
    yield from (f"  repository {path}, as it was at {reviewed.time}" for path in reviewed.repositories)
    yield from (f"  not looked at: {what}" for what in reviewed.unasked)


def _of(gap: Gap) -> Iterator[str]:
    yield f"{_WORDS[gap.weight]}[{gap.kind}] {gap.where}{': ' if gap.where else ''}{gap.text}"
    times = " ".join(word for word in (gap.since and f"from {gap.since}", gap.until and f"until {gap.until}") if word)
    entries = f"entries {', '.join(map(str, gap.seqs))}" if gap.seqs else ""
    if times or entries:
        yield f"  {'; '.join(word for word in (times, entries) if word)}"
    if gap.fix:
        yield f"  fix: {gap.fix}"
