"""One statement against one line of `waivers:`: may these people, for so long, here?"""

from __future__ import annotations

from gitward.model import Waiver
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitward.makers import Identities
    from gitward.model import Entry, Policy, Statement, WaiverRight

    Brought = tuple[int, str, str, str]  # what an update brings to an entry: policy, entry, ref, new value

SKEW = 600  # seconds by which the clocks of who signs and of who judges may differ
NAMED = 1_000  # commits that one waiver may name
EVERYTHING = ("*",)
_NEVER = ("malformed-object", "push-integrity")  # rules whose violations nobody can let go


@record
class People:
    """What a policy knows of its principals: whom the names and addresses in commits mean.

    `never` are those who waive nothing: services, forges, who is no principal at this time.
    """

    identities: Identities
    never: frozenset[str] = frozenset()


@record
class Setting:
    """What waivers are held against: the policies and the `people` of each, the repository's `urls`, as `pushees.normal` spells
    them, and the time of the decision, seconds since 1970.

    `pushers` are who pushes, in the names of each policy, '' where it knows nobody; () where nobody pushes. `made` has who
    made what an update brings to an entry, in the names of its policy; what it does not have is not known.
    """

    policies: tuple[Policy, ...]
    people: tuple[People, ...]
    urls: frozenset[str]
    now: int
    pushers: tuple[str, ...] = ()
    made: Mapping[Brought, frozenset[str]] = {}


def is_waivable(entry: Entry) -> bool:
    return entry.rule.name not in _NEVER


def is_break_glass(said: Waiver) -> bool:
    return said.entries == EVERYTHING and not said.commits and bool(said.ref)


def is_about(said: Waiver, entry: Entry) -> bool:
    return said.entries == EVERYTHING or entry.id in said.entries


def gives(right: WaiverRight, said: Waiver, entry: Entry) -> bool:
    """Whether the line is about such a waiver of the entry. The right to waive everything is for break-glass alone."""
    if EVERYTHING in (right.rules, said.entries):
        return right.rules == said.entries == EVERYTHING
    return entry.id in right.rules and entry.id in said.entries


def fault(statement: Statement, policy: int, setting: Setting) -> str:
    """Why a waiver counts for nothing in this policy and repository, whoever may waive; '' where nothing is against it."""
    said = statement.said
    if not isinstance(said, Waiver):
        return "it is no waiver"
    if said.policy != setting.policies[policy].id:
        return f"it is for the policy {said.policy[:80]}"
    if statement.repository not in setting.urls:
        return f"it is for the repository {statement.repository[:120]}"
    if said.entries == EVERYTHING and not is_break_glass(said):
        return "it waives everything, and is not for one ref alone"
    if len(said.commits) > NAMED:
        return f"it names more than {NAMED} commits"
    if not _by(statement, policy):
        against = statement.against[policy] if policy < len(statement.against) else ""
        return against or "nobody whom the policy knows has signed it as it is"
    return ""


def holders(statement: Statement, policy: int, right: WaiverRight, people: People) -> frozenset[str]:
    """Those of its signers who have this right."""
    return _by(statement, policy) & frozenset(right.who) - people.never


def _by(statement: Statement, policy: int) -> frozenset[str]:
    return frozenset(statement.by[policy] if policy < len(statement.by) else ()) - {""}


def out_of_time(statement: Statement, right: WaiverRight, now: int) -> str:
    """Why it does not count now, '' if it does. It ends when it says so, or when the right has lasted since it was made, or seen.

    `made` and `expires` are the signer's word: made later than it was seen, it would last longer than it may.
    """
    said = statement.said
    expires = said.expires if isinstance(said, Waiver) else 0
    made, seen = statement.made, statement.first_seen
    if made > (now if seen is None else min(now, seen)) + SKEW:
        return "it says that it was made later than it was seen"
    if seen is not None and seen > now + SKEW:
        return "it was seen later than this push: the server's clock has gone back"
    if expires - made > right.at_most:
        return f"it is for {_long(expires - made)}, at most {_long(right.at_most)} may be waived ({line(right)})"
    if now >= min(expires, until(statement, right)):
        return "it has expired"
    return ""


def until(statement: Statement, right: WaiverRight) -> int:
    """When a waiver under this right ends at the latest, seconds since 1970."""
    expires = statement.said.expires if isinstance(statement.said, Waiver) else 0
    begins = statement.made if statement.first_seen is None else min(statement.made, statement.first_seen)
    return min(expires, begins + right.at_most)


def needed(right: WaiverRight, policy: int, setting: Setting) -> int:
    """How many must waive: one more where somebody pushes whom nothing proves, for it may be one of them."""
    is_unproven = bool(setting.pushers) and not setting.pushers[policy]
    return right.count + (1 if is_unproven and right.rules != EVERYTHING else 0)


def line(right: WaiverRight) -> str:
    """The line of the policy, without the folder: that is the server's own."""
    return right.place.rpartition("/")[2]


def _long(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds >= 3600 and not seconds % 3600 else f"{seconds // 60} min {seconds % 60} s"
