"""`baseline.changed`: from now on another past is let go, where an entry of a policy says `since: baseline`."""

from __future__ import annotations

from gitward.audit.happenings import BASELINE_CHANGED, act
from gitward.canonical import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.audit.item import Item

_KEPT = 20  # oids of each side


def baseline_changed(
    repository: str, action: str, ref: tuple[str, str, str] | None, before: Sequence[str], after: Sequence[str],
    counts: dict[str, int],
) -> Item:  # fmt: skip
    """`ref` is the update that is about to be made (ref, old, new), None where the ref is there already.

    `before` and `after` are what the server believes; `counts` says how many commits are exempt now, and how many of them more
    and fewer than before.
    """
    updates = []
    if ref:
        name, old, new = ref
        updates = [{"ref": text(name), "alias": "", "old": old, "new": new, "ancestry": None}]
    change = {
        "before": list(before[:_KEPT]), "before_count": len(before), "after": list(after[:_KEPT]), "after_count": len(after),
        "commits": counts,
    }  # fmt: skip
    return act(BASELINE_CHANGED, action=action, repository=text(repository), updates=updates, update_count=len(updates),
               config_change=change)  # fmt: skip
