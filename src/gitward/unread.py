"""Files that a push brings in no commit: a tag may lead to a blob or a tree. Rules that read files read those of commits."""

from __future__ import annotations

from gitward.integrity import is_statement
from gitward.model import RefUpdate, Violation, is_zero
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


@record
class Unread:
    """In place of such a rule: whatever the files are, it has not judged them."""

    name = "unread"
    needs = ("update",)
    first = False

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        words = f"it leads to a {update.kind}: what that holds is in no commit, and is not read"
        yield Violation(message=words, fix="tag a commit that holds it")


def unread_by(rule: Any, updates: tuple[RefUpdate, ...]) -> tuple[RefUpdate, ...]:
    """The updates that bring files in no commit, where the rule reads files."""
    if "paths" not in rule.needs:
        return ()
    return tuple(update for update in updates if _is_of_files(update) and not is_statement(update))


def _is_of_files(update: RefUpdate) -> bool:
    return update.is_real and update.kind in ("blob", "tree") and not is_zero(update.new)
