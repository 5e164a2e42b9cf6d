"""Who may do what, as a policy grants it, and who lets a change through where a policy asks for somebody else's word."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Action = Literal["read", "create", "update", "force", "delete", "tag"]

ACTIONS: tuple[Action, ...] = ("read", "create", "update", "force", "delete", "tag")
"""`update` is a fast-forward, `force` any other move of a ref that stands, a moved tag too; `tag` makes a new ref below
`refs/tags/`, `create` any other new ref. None of them stands for another."""


@record
class Grant:
    """One line of `access:`. `who` are principals, groups and roles as written; `refs` patterns, ref sets resolved.

    `paths` are globs, () for every path that no grant for the same ref names. The times are seconds since 1970,
    `valid_before` exclusive, None where there is no limit. `place` is `file:line`.
    """

    who: tuple[str, ...]
    may: tuple[Action, ...]
    refs: tuple[str, ...] = ("refs/**",)
    paths: tuple[str, ...] = ()
    valid_after: int | None = None
    valid_before: int | None = None
    place: str = ""


@record
class Group:
    """Principals who have a role of its name. `source` and `revision` say where the list was taken from, '' where nobody says."""

    name: str
    members: tuple[str, ...] = ()
    source: str = ""
    revision: str = ""


@record
class Duty:
    """One line of `duties:`: no principal may hold two of the roles `apart`. `place` is `file:line`."""

    apart: tuple[str, ...]
    place: str = ""


@record
class WaiverRight:
    """One line of `waivers:`: `count` of `who`, principals, may together waive the entries `rules` for `at_most` seconds.

    `rules` are ids of entries; ("*",) is break-glass, the right to waive everything but what no policy can allow.
    """

    rules: tuple[str, ...]
    who: tuple[str, ...]
    count: int = 1
    at_most: int = 24 * 3600
    place: str = ""
