"""A gap review as text."""

from __future__ import annotations

from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.review.gap import Gap
    from gitward.review.run import Reviewed

_WORDS = {"contradiction": "gap", "unknown": "not known", "missing": "missing", "pending": "pending", "note": "note"}


def text(reviewed: Reviewed, outcome: str) -> str:
    return "".join(f"{visible(line)}\n" for line in _lines(reviewed, outcome))


def _lines(reviewed: Reviewed, outcome: str) -> Iterator[str]:
    for gap in reviewed.gaps:
        yield from _of(gap)
    counts = [f"{number} {word}" for weight, word in _WORDS.items() if (number := sum(g.weight == weight for g in reviewed.gaps))]
    places = len(reviewed.repositories)
    yield (f"{outcome}: {reviewed.entries} entries, {places} {'repository' if places == 1 else 'repositories'}; "
           f"{', '.join(counts) or 'no gap'}; {reviewed.time}")  # fmt: skip


def _of(gap: Gap) -> Iterator[str]:
    yield f"{_WORDS[gap.weight]}[{gap.kind}] {gap.where}{': ' if gap.where else ''}{gap.text}"
    times = " ".join(word for word in (gap.since and f"from {gap.since}", gap.until and f"until {gap.until}") if word)
    entries = f"entries {', '.join(map(str, gap.seqs))}" if gap.seqs else ""
    if times or entries:
        yield f"  {'; '.join(word for word in (times, entries) if word)}"
    if gap.fix:
        yield f"  fix: {gap.fix}"
