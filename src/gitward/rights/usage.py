"""Which grants were used, as the log has it: the updates that were let in, and whose they were.

An update counts for every grant of its pusher that is for its action and its ref. Which paths it changed no event says, so it
counts for a grant with `paths` too: what is called not used was not used, and what is not may be unused all the same.
"""

from __future__ import annotations

import time

from gitward.audit.updates import updates_of
from gitward.grantindex import table_of
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gitward.audit.index.reading import Found, Index
    from gitward.rights.holders import Rights

    Key = tuple[int, str, str]  # the grant's number, a principal, an action

LIMITS = (
    "what was there before the log, or was pruned from it, counts as not used",
    "readings are known only where `gitward access shell` lets readers in",
    "which paths an update changed is not recorded: a grant with paths counts as used by any update that it may have let in",
    "what no push brings, such as a ref that the server's own user moves, is nobody's use",
)
"""What the log cannot know."""
_ACTIONS = {"create": "create", "ff": "update", "non-ff": "force", "delete": "delete"}


@record
class Usage:
    """`uses`: how often, and when last (RFC 3339). `since` and `until` are the times of the first and the last entry looked at.

    `pruned` are the entries before the first one that are not there any more, by their number, 0 where none is missing.
    `decisions` are the pushes that were let in, of them `unproven` by nobody who is known; `readings` those by SSH.
    """

    log: str
    since: str
    until: str
    decisions: int
    unproven: int
    readings: int
    uses: Mapping[Key, tuple[int, str]]
    pruned: int = 0

    def used(self, key: Key) -> tuple[int, str]:
        return self.uses.get(key, (0, ""))


def usage(directory: str, rights: Rights, since: str = "", until: str = "", path: str = "") -> Usage:
    """Read a log through its index, at `path` or in its usual place. Raises GitwardError, OSError, sqlite3.Error."""
    from gitward.audit.index import reading

    with reading.opened(directory, path) as index:
        counted = _Counted(directory, rights)
        for found in _found(index, since, until, class_=("decision.receive", "access.read"), outcome=("allowed",)):
            counted.add(found)
        first, last = (next(_found(index, since, until, oldest_first=order), None) for order in (True, False))
        oldest = next(_found(index, "", ""), None)
    return Usage(
        log=directory, since=first.received_time if first else "", until=last.received_time if last else "",
        decisions=counted.decisions, unproven=counted.unproven, readings=counted.readings, uses=counted.uses,
        pruned=oldest.seq if first and oldest and first.seq == oldest.seq else 0,
    )  # fmt: skip


def _found(index: Index, since: str, until: str, *, oldest_first: bool = True, **filters: tuple[str, ...]) -> Any:
    from gitward.audit.index.asked import Asked, query_of

    asked = Asked(since=since, until=until, **filters)
    query = query_of(asked, oldest_first=oldest_first, now=time.time())
    return (found for seq in index.seqs(query) if (found := index.entry(seq)))


class _Counted:
    """The uses of the grants, event by event."""

    def __init__(self, directory: str, rights: Rights) -> None:
        self._directory, self._rights = directory, rights
        self._table = table_of(rights.grants)
        self._reading = [number for number, grant in enumerate(rights.grants) if "read" in grant.may]
        self.decisions = self.unproven = self.readings = 0
        self.uses: dict[Key, tuple[int, str]] = {}

    def add(self, found: Found) -> None:
        """One event of this policy; another policy's grants are not these."""
        event = found.joined
        policies = event.get("policies")
        ids = [each.get("id") for each in policies if isinstance(each, dict)] if isinstance(policies, list) else []
        if self._rights.policy.id not in ids:
            return
        is_reading = event["event"]["class"] == "access.read"
        actor = event.get("actor") or {}
        who = actor.get("id")
        self.readings += is_reading
        self.decisions += not is_reading
        if not isinstance(who, str):
            self.unproven += not is_reading
            return
        names = self._names(who, actor)
        moves = [("read", "")] if is_reading else [(_action(each.ref, each.ancestry), each.ref)
                                                   for each in updates_of(self._directory, event)]  # fmt: skip
        for action, ref in moves:
            self._use(who, names, action, ref, found.received_time)

    def _names(self, who: str, actor: Mapping[str, Any]) -> frozenset[str]:
        """By which names grants reached somebody then: the roles of the event, where it has any of this policy's."""
        roles = [each.get("name") for each in actor.get("roles") or () if each.get("source") == self._rights.policy.id]
        known = self._rights.people.get(who)
        return frozenset((who, *(roles or (known.roles if known else ()))))

    def _use(self, who: str, names: frozenset[str], action: str, ref: str, when: str) -> None:
        grants = self._rights.grants
        # reading is of the whole repository, whatever the refs
        own = self._reading if action == "read" else self._table.own(self._table.lists(ref), names)
        for number in own:
            if action in grants[number].may and not names.isdisjoint(grants[number].who):
                count, last = self.uses.get((number, who, action), (0, ""))
                self.uses[number, who, action] = (count + 1, max(last, when))


def _action(ref: str, ancestry: str) -> str:
    """The action of an update, as at the push."""
    is_tag = ref.startswith("refs/tags/")
    if is_tag and ancestry in ("create", "ff", "non-ff"):
        return "tag" if ancestry == "create" else "force"
    return _ACTIONS.get(ancestry, "")
