"""The principals of a policy, their roles, and its grants: what every question about access starts from."""

from __future__ import annotations

from gitward.clock import at
from gitward.errors import UsageError
from gitward.policy.trust import trust
from gitward.record import record
from gitward.succession import guard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gitward.model import Entry, Grant, Policy, Principal

RULE = "access"
NAMED = 8  # names that a sentence lists


@record
class Rights:
    """What a policy grants to whom. `people` are its principals, forges not among them, by name.

    `having` says who has each role, by name; `everyone` for whom each grant is, in the order of the grants.
    """

    policy: Policy
    entry: Entry
    grants: tuple[Grant, ...]
    people: Mapping[str, Principal]
    having: Mapping[str, tuple[str, ...]]
    everyone: tuple[frozenset[str], ...]

    @property
    def is_enforced(self) -> bool:
        return self.entry.severity == "error" and self.policy.mode == "enforce"

    def names(self, principal: str, now: int) -> frozenset[str]:
        """By which names grants reach a principal: its own and its roles; none outside its times, or for nobody known."""
        known = self.people.get(principal)
        if known is None or state(known, now) != "valid":
            return frozenset()
        return frozenset((principal, *known.roles))

    def holders(self, name: str) -> tuple[str, ...]:
        """Whom a name of a grant stands for: the principal, or all who have that role."""
        return (name,) if name in self.people else self.having.get(name, ())


def rights_of(policy: Policy) -> Rights:
    """As a server judges by this policy: read from a ref, its own files are named by a grant too (gitward.succession).

    Raises UsageError for a policy without `access`.
    """
    (policy,) = guard((policy,))
    entry = next((entry for entry in policy.entries if entry.rule.name == RULE), None)
    if entry is None:
        raise UsageError(
            f"{policy.source} has no `access`: it denies nobody for who they are",
            "access: [{who: [NAME], may: [read, update], refs: [refs/heads/main]}]",
        )
    people = {name: known for name, known in trust(policy.trust).principals.items() if not known.forge}
    having: dict[str, list[str]] = {}
    for name in sorted(people):
        for role in people[name].roles:
            having.setdefault(role, []).append(name)
    grants = entry.rule.grants
    everyone = tuple(
        frozenset(who for name in grant.who for who in ([name] if name in people else having.get(name, ()))) for grant in grants
    )
    return Rights(policy=policy, entry=entry, grants=grants, people=people, everyone=everyone,
                  having={role: tuple(names) for role, names in having.items()})  # fmt: skip


def state(of: Grant | Principal, now: int) -> str:
    """valid, expired or not-yet-valid, at a moment in seconds since 1970."""
    if of.valid_before is not None and now >= of.valid_before:
        return "expired"
    return "not-yet-valid" if of.valid_after is not None and now < of.valid_after else "valid"


def times(of: Grant | Principal) -> str:
    """The times of a grant or a principal in words, '' where it has none."""
    words = []
    if of.valid_after is not None:
        words.append(f"from {at(of.valid_after)}")
    if of.valid_before is not None:
        words.append(f"until {at(of.valid_before)}")
    return " ".join(words)


def line(grant: Grant) -> str:
    """A grant as the policy writes it, ref sets resolved; not escaped."""
    parts = [("who", grant.who), ("may", grant.may), ("refs", grant.refs), ("paths", grant.paths)]
    written = ", ".join(f"{key}: [{', '.join(value)}]" for key, value in parts if value)
    validity = times(grant)
    return f"{written}{', ' * bool(validity)}{validity}"


def plain(grant: Grant) -> dict[str, Any]:
    """A grant for programs."""
    return {
        "place": grant.place, "who": list(grant.who), "may": list(grant.may),
        "refs": list(grant.refs), "paths": list(grant.paths),
        "valid_after": None if grant.valid_after is None else at(grant.valid_after),
        "valid_before": None if grant.valid_before is None else at(grant.valid_before),
    }  # fmt: skip


def listed(names: tuple[str, ...]) -> str:
    """Names as a sentence has them, the first of many."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"
