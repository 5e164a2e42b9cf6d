"""The uses of the grants of a policy, counted event by event."""

from __future__ import annotations

from gitward.audit.updates import plain, updates_of
from gitward.grantindex import table_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from gitward.rights.holders import Rights

    Key = tuple[int, str, str]  # the grant's number, a principal, an action

_ACTIONS = {"read": "read", "create": "create", "ff": "update", "non-ff": "force", "delete": "delete"}
_REMEMBERED = 100_000  # questions about grants, each with its answer


class Counted:
    """The uses of the grants, event by event."""

    def __init__(self, directory: str, rights: Rights) -> None:
        self._directory, self._rights = directory, rights
        self._table = table_of(rights.grants)
        self._reading = tuple(number for number, grant in enumerate(rights.grants) if "read" in grant.may)
        self._answers: dict[tuple[str, str, frozenset[str]], tuple[int, ...]] = {}
        self.decisions = self.unproven = self.readings = self.others = 0
        self.uses: dict[Key, tuple[int, str]] = {}
        self.digests: dict[str, int] = {}
        self.repositories: dict[str, int] = {}

    def add(self, event: Mapping[str, Any], when: str) -> None:
        """One event of this policy, where something was let in; another policy's grants are not these."""
        what = event.get("event")
        name, outcome = (what.get("class"), what.get("outcome")) if isinstance(what, dict) else ("", "")
        if name not in ("decision.receive", "access.read") or outcome != "allowed":
            return
        digest = self._digest(event.get("policies"))
        if digest is None:
            self.others += 1
            return
        is_reading = name == "access.read"
        self.readings += is_reading
        self.decisions += not is_reading
        where = plain(event.get("repository"))
        for counts, key in ((self.digests, digest), (self.repositories, where)):
            counts[key] = counts.get(key, 0) + 1
        said = event.get("actor")
        actor = said if isinstance(said, dict) else {}
        who = actor.get("id")
        if not isinstance(who, str):
            self.unproven += not is_reading
            return
        names = self._names(who, actor.get("roles"))
        for ref, ancestry in (("", "read"),) if is_reading else self._moves(event):
            self._use(who, names, _action(ref, ancestry), ref, when)

    def _moves(self, event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Ref and ancestry of each update: nearly all stand in the event, a few in the evidence."""
        listed = event.get("updates")
        if event.get("updates_evidence") or not isinstance(listed, list):
            yield from ((each.ref, each.ancestry) for each in updates_of(self._directory, event))
            return
        for each in listed:
            if isinstance(each, dict) and (ref := plain(each.get("ref"))):
                yield ref, plain(each.get("ancestry"))

    def _digest(self, policies: Any) -> str | None:
        """Of the version of this policy that judged, '' where the event names none; None where this policy did not."""
        for each in policies if isinstance(policies, list) else ():
            if isinstance(each, dict) and each.get("id") == self._rights.policy.id:
                return plain(each.get("digest"))
        return None

    def _names(self, who: str, listed: Any) -> frozenset[str]:
        """By which names grants reached somebody then: the roles of the event, where it has any of this policy's."""
        own = self._rights.policy.id
        roles = [plain(each.get("name")) for each in (listed if isinstance(listed, list) else ())
                 if isinstance(each, dict) and each.get("source") == own]  # fmt: skip
        known = self._rights.people.get(who)
        return frozenset((who, *(roles or (known.roles if known else ()))))

    def _use(self, who: str, names: frozenset[str], action: str, ref: str, when: str) -> None:
        key = (action, ref, names)
        if (numbers := self._answers.get(key)) is None:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            numbers = self._answers[key] = self._granting(action, ref, names)
        for number in numbers:
            count, last = self.uses.get((number, who, action), (0, ""))
            self.uses[number, who, action] = (count + 1, max(last, when))

    def _granting(self, action: str, ref: str, names: frozenset[str]) -> tuple[int, ...]:
        grants = self._rights.grants
        # reading is of the whole repository, whatever the refs
        own = self._reading if action == "read" else self._table.own(self._table.lists(ref), names)
        return tuple(number for number in own if action in grants[number].may and not names.isdisjoint(grants[number].who))


def _action(ref: str, ancestry: str) -> str:
    """The action of an update, as at the push."""
    is_tag = ref.startswith("refs/tags/")
    if is_tag and ancestry in ("create", "ff", "non-ff"):
        return "tag" if ancestry == "create" else "force"
    return _ACTIONS.get(ancestry, "")
