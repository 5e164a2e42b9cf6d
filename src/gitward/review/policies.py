"""Whether every policy that judged is one that the log has announced: installed, or the next one of a `policy.changed`."""

from __future__ import annotations

from gitward.audit.happenings import POLICY_CHANGED
from gitward.model import BUILT_IN
from gitward.review.gap import Gap
from gitward.review.happened import within, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.review.happened import Happened

    Place = tuple[str, str]  # a repository, '' for a file of the host; a source


class Policies:
    """Fed with the entries, in the log's order. Of a source nothing is expected before the log has announced a policy."""

    def __init__(self) -> None:
        self.known: dict[Place, set[str]] = {}
        self.gaps: list[Gap] = []

    def see(self, entry: Happened, event: dict[str, Any]) -> None:
        if entry.name == POLICY_CHANGED:
            change = within(event, "config_change")
            self._know(entry, change, word(change, "before", "digest"), word(change, "after", "digest"))
        elif entry.name == "config.changed":
            for each in _list(within(event, "config_change", "policies")):
                self._know(entry, each, word(each, "digest"))
        elif entry.name == "decision.receive":
            for each in _list(event.get("policies")):
                self._judged(entry, each)

    def _know(self, entry: Happened, of: Any, *digests: str) -> None:
        self.known.setdefault(_place(entry, of), set()).update(filter(None, digests))

    def _judged(self, entry: Happened, policy: Any) -> None:
        place, digest = _place(entry, policy), word(policy, "digest")
        if place[1] in ("", BUILT_IN) or not digest:
            return
        known = self.known.get(place)
        if known is not None and digest not in known:
            known.add(digest)
            text = f"{place[1]} judges by another policy ({word(policy, 'id')}, {digest[:12]}), and no policy.changed says so"
            self.gaps.append(Gap(weight="missing", kind="policy-change-not-recorded", where=entry.repository, text=text,
                                 since=entry.time, seqs=(entry.seq,)))  # fmt: skip

    def end(self) -> Iterator[Gap]:
        yield from self.gaps


def _place(entry: Happened, of: Any) -> Place:
    source = word(of, "source")
    return ("" if source.startswith("/") else entry.repository), source


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
