"""Refs that are made again: what a ref held when it was deleted is lost unless its new tip leads on from there.

Source: the log's last tips. Without a log, or before its first entry about a repository, a ref that is made is a new one.
"""

from __future__ import annotations

from gitward.engine import entries_of
from gitward.errors import MissingObject
from gitward.patterns import matches_ref
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitward.model import Policy, RefUpdate
    from gitward.repository import Repository

    Tips = Callable[[Sequence[str]], Mapping[str, str]] | None


def with_lost(
    policies: tuple[Policy, ...], updates: tuple[RefUpdate, ...], tips: Tips, repository: Repository
) -> tuple[RefUpdate, ...]:
    """The same updates; of a ref that is made, and that an entry asks about, with what it had last and does not get back.

    Raises Undecided where the log cannot say.
    """
    asking = [entry.refs for _, entry in entries_of(policies) if hasattr(entry.rule, "minds_lost")]
    asked = [update.ref for update in updates if _is_asked(update, asking)]
    last = tips(asked) if tips and asked else {}
    return tuple(
        replace(update, lost=_lost(update, last[update.ref], repository)) if update.ref in last else update for update in updates
    )


def _is_asked(update: RefUpdate, asking: list[tuple[str, ...]]) -> bool:
    if update.ancestry != "create" or update.problem:
        return False
    return any(matches_ref(refs, name) for refs in asking for name in (update.ref, update.alias) if name)


def _lost(update: RefUpdate, last: str, repository: Repository) -> str:
    if last == update.new or update.ancestry != "create":
        return ""
    if update.ref.startswith("refs/tags/"):
        return last
    try:
        return "" if repository.ancestry(last, update.new) == "ff" else last
    except MissingObject:
        return last
