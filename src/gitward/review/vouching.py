"""Whether the log's witnesses still see it: each is asked for what it vouches for, and a quorum must have done so of late."""

from __future__ import annotations

from gitward.errors import GitwardError
from gitward.review.gap import Gap
from gitward.review.happened import seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = 86_400  # seconds: checkpoints are to be shown hourly
_FIX = "hourly: gitward audit checkpoint --log DIR --heartbeat --witness"


def vouching(directory: str, now: str) -> Iterator[Gap]:
    """Nothing for a log whose settings name no witness."""
    from gitward.audit import witnesses

    try:
        found = witnesses.of_newest(directory)
    except (GitwardError, OSError) as problem:
        yield Gap(weight="unknown", kind="witnesses", text=str(problem), fix=getattr(problem, "fix", ""))
        return
    if found is None:
        return
    settings, said = found
    fresh = 0
    for each in said:
        words = f"{each.kind} {each.name} {each.detail}"
        if each.contradicts:
            yield Gap(weight="contradiction", kind="witness-contradicts", text=words, until=each.time)
        elif not each.ok:
            yield Gap(weight="note", kind="witness-missing", text=words, since=each.time)
        elif seconds(now) - seconds(each.time) > OLD:
            yield Gap(weight="note", kind="witness-old", text=f"{words}, longer than a day ago", since=each.time, fix=_FIX)
        else:
            fresh += 1
    if fresh < settings.needed:
        text = f"{fresh} of {len(said)} witnesses have vouched within a day, {settings.needed} must"
        yield Gap(weight="missing", kind="quorum-missing", text=text, fix=_FIX)
