"""All that is granted, a row for each principal, action and grant."""

from __future__ import annotations

from gitward.model import ACTIONS
from gitward.record import record
from gitward.rights.holders import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Grant
    from gitward.rights.holders import Rights


@record
class Row:
    """One principal may do one thing, by one line. `grant` is its number from 0, `through` the names in it that reach them.

    `state` is valid, expired or not-yet-valid: of the grant and the principal together.
    """

    principal: str
    action: str
    number: int
    grant: Grant
    through: tuple[str, ...]
    state: str

    @property
    def refs(self) -> tuple[str, ...]:
        """What it is about: reading is of the whole repository, whatever the grant says."""
        return ("refs/**",) if self.action == "read" else self.grant.refs


def rows(rights: Rights, now: int) -> tuple[Row, ...]:
    """By name, then in the order of the policy. `now` is in seconds since 1970."""
    found = []
    for who in sorted(rights.people):
        known = rights.people[who]
        names = {who, *known.roles}
        own = state(known, now)
        for number, grant in enumerate(rights.grants):
            through = tuple(name for name in grant.who if name in names)
            standing = own if own != "valid" else state(grant, now)
            found += [
                Row(principal=who, action=action, number=number, grant=grant, through=through, state=standing)
                for action in ACTIONS
                if through and action in grant.may
            ]
    return tuple(found)
