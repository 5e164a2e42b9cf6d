"""Who may do what, and who may let a change through: what may stand under `access` and `waivers`, as records.

`granted` looks up the names.
"""

from __future__ import annotations

from typing import Annotated

from gitward.bounds import MinLen
from gitward.granting import BY_PATH
from gitward.pathglobs import only_takes_out, too_large
from gitward.policy.people import Moment, PrincipalName, times_conflict
from gitward.policy.shaped import Id, RefNames, Shaped
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gitward.bounds import Ge, Le
    from gitward.rules.options import Duration, PathGlobs

Everything = Annotated[str, Shaped("everything", "a list of entries", "write [ENTRY-ID], or everything")]
Whose = Annotated[tuple[PrincipalName, ...], MinLen(1)]
"""Names of principals, groups and roles."""


@record
class GrantItem:
    """Who may do what, to which refs and paths, and when. One grant is enough; what none allows is denied."""

    who: Whose
    may: Annotated[tuple[Literal["read", "create", "update", "force", "delete", "tag"], ...], MinLen(1)]
    refs: RefNames = ()
    paths: PathGlobs = ()
    valid_after: Moment | None = None
    valid_before: Moment | None = None

    def conflict(self) -> str:
        idle = [f"`{action}`" for action in self.may if action not in BY_PATH]
        if self.paths and idle:
            return f"`paths` belong to create, update and force: beside {', '.join(idle)} they would say nothing"
        return (
            only_takes_out(paths=self.paths)
            or too_large(self.paths)
            or times_conflict(self.valid_after, self.valid_before)
        )


@record
class WaiverItem:
    """Who may let a change through that these entries refuse, how many of them together, and for how long."""

    rules: Annotated[tuple[Id, ...], MinLen(1)] | Everything
    who: Whose
    count: Annotated[int, Ge(1), Le(100)] = 1
    at_most: Annotated[Duration, Ge(1), Le(366 * 86_400)] = 24 * 3600
