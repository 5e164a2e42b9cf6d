"""Why a waiver that is about a violated entry did not let it go: a line for each, beside what it would have waived."""

from __future__ import annotations

from gitward.engine import entries_of
from gitward.integrity import is_statement
from gitward.model import Waiver
from gitward.waivers.counting import names_update
from gitward.waivers.requesters import MOST as MOST_ASKED
from gitward.waivers.requesters import brought_by
from gitward.waivers.rights import (
    EVERYTHING,
    fault,
    gives,
    holders,
    is_about,
    is_break_glass,
    is_waivable,
    line,
    needed,
    out_of_time,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Change, Entry, RefUpdate, Statement, Violation, WaiverRight
    from gitward.tally import Tally
    from gitward.waivers.counting import Waivers
    from gitward.waivers.rights import Setting

MOST = 20  # lines
_REFUSAL = "] the waiver "
_NAMES = 10


def refused(waivers: Waivers | None, change: Change, tallies: list[Tally]) -> tuple[str, ...]:
    """The lines, in the order of the entries and of the statements' ids; of more than MOST, how many more there are."""
    if waivers is None or not waivers.statements:
        return ()
    lines = list(dict.fromkeys(_lines(waivers, change, tallies)))
    more = (f"and {len(lines) - MOST} more waivers that count for nothing here",) if len(lines) > MOST else ()
    return (*lines[:MOST], *more)


def is_refusal(notice: str) -> bool:
    return notice.startswith("[") and _REFUSAL in notice


def _lines(waivers: Waivers, change: Change, tallies: list[Tally]) -> Iterator[str]:
    setting = waivers.setting
    used = {each.statement for tally in tallies for by in tally.waivers for each in by}
    for tally, (policy, entry) in zip(tallies, entries_of(setting.policies), strict=True):
        if not tally.violated:
            continue
        for statement in waivers.statements:
            said = statement.said
            if isinstance(said, Waiver) and is_about(said, entry) and statement.id not in used:
                why = _why(statement, said, policy, entry, change, tally.violations, setting)
                yield f"[{entry.id}{_REFUSAL}{statement.id[:12]}{_by(statement, policy)} counts for nothing: {why}"


def _by(statement: Statement, policy: int) -> str:
    by = statement.by[policy] if policy < len(statement.by) else ()
    return f" of {_names(by)}" if by else ""


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")


def _why(
    statement: Statement, said: Waiver, policy: int, entry: Entry, change: Change, found: tuple[Violation, ...], setting: Setting
) -> str:
    if why := fault(statement, policy, setting):
        return why
    rights = [right for right in setting.policies[policy].waivers if gives(right, said, entry)]
    if not rights or not is_waivable(entry):
        return "the policy lets nobody break the glass" if is_break_glass(said) else "the policy lets nobody waive this"
    held = [right for right in rights if holders(statement, policy, right, setting.people[policy])]
    if not held:
        return f"only {_names(rights[0].who)} may waive this ({line(rights[0])})"
    late = [out_of_time(statement, right, setting.now) for right in held]
    if all(late):
        return late[0]
    if not any(_is_named(said, violation, change) for violation in found):
        return f"it is for {said.ref[:120]}" if is_break_glass(said) else f"it is for {_commits(said)}"
    if not is_break_glass(said) and (ref := _unknown(said, policy, entry, change, setting)):
        return f"who made what {ref[:120]} brings is not known: more than {MOST_ASKED:,} commits or people would be asked for"
    return _too_few(held[late.index("")], policy, setting)


def _unknown(said: Waiver, policy: int, entry: Entry, change: Change, setting: Setting) -> str:
    """The ref of an update that a waiver names and whose makers are not known, '' for none."""
    named = (update for update in _judged(change) if names_update(said, update))
    return next((update.ref for update in named if brought_by(policy, entry, update, setting) is None), "")


def _too_few(right: WaiverRight, policy: int, setting: Setting) -> str:
    number = needed(right, policy, setting)
    others = "" if right.rules == EVERYTHING else ", other than who pushes or wrote it"
    words = f"{number} of {_names(right.who)} must waive{others} ({line(right)})"
    return words + ("; nothing proves who pushes, so it is one more than the policy says" if number > right.count else "")


def _is_named(said: Waiver, violation: Violation, change: Change) -> bool:
    if is_break_glass(said):
        return violation.ref == said.ref or (violation.ref is None and all(each.ref == said.ref for each in _judged(change)))
    if violation.commit:
        return violation.commit in said.commits and said.ref in ("", violation.ref)
    updates = [update for update in _judged(change) if violation.ref in (None, update.ref)]
    return bool(updates) and all(names_update(said, update) for update in updates)


def _judged(change: Change) -> list[RefUpdate]:
    return [update for update in change.updates if not is_statement(update)]


def _commits(said: Waiver) -> str:
    more = f" and {len(said.commits) - 3} more" if len(said.commits) > 3 else ""
    named = ", ".join(oid[:12] for oid in said.commits[:3]) + more
    return (named or "no commit") + (f" on {said.ref[:120]}" if said.ref else "")
