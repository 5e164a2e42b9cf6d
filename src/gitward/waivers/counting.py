"""Whose waivers let one subject go: a commit, a ref update, or a push that violates an entry."""

from __future__ import annotations

from gitward.integrity import is_statement
from gitward.model import Waiver, WaiverUsed, is_zero
from gitward.record import record
from gitward.waivers.requesters import brought_by, written_by
from gitward.waivers.rights import fault, gives, holders, is_break_glass, is_waivable, needed, out_of_time, until

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.model import Change, Commit, Entry, RefUpdate, Statement, WaiverRight
    from gitward.waivers.rights import Setting

_REASON, _TICKET = 400, 100  # characters that are shown
_SHOWN = 20  # waivers of one subject that are named


@record
class _Usable:
    """A statement that counts under one line of `waivers:`, as far as these people have signed it."""

    statement: Statement
    said: Waiver
    right: int
    by: frozenset[str]


class Waivers:
    """The waivers of one decision. It is asked about what violates an entry, and nothing else of it is ever changed."""

    def __init__(self, statements: Iterable[Statement], setting: Setting) -> None:
        self.setting = setting
        waivers = {each.id: each for each in statements if isinstance(each.said, Waiver)}
        self.statements = tuple(waivers[name] for name in sorted(waivers))
        self._usable: dict[tuple[int, str, str], list[_Usable]] = {}  # by policy, and the name of a commit or a ref
        for statement in self.statements:
            for policy in range(len(setting.policies)):
                if not fault(statement, policy, setting):
                    self._add(policy, statement)

    def _add(self, policy: int, statement: Statement) -> None:
        said: Waiver = statement.said  # type: ignore[assignment]
        names = (("ref", said.ref),) if is_break_glass(said) else {("commit", oid) for oid in said.commits}
        for number, right in enumerate(self.setting.policies[policy].waivers):
            by = holders(statement, policy, right, self.setting.people[policy])
            if by and not out_of_time(statement, right, self.setting.now):
                usable = _Usable(statement=statement, said=said, right=number, by=by)
                for kind, name in names:
                    self._usable.setdefault((policy, kind, name), []).append(usable)

    @property
    def commits(self) -> frozenset[str]:
        """The commits that some waiver names which counts: of these it must be known who signed them."""
        return frozenset(name for _, kind, name in self._usable if kind == "commit")

    def of_commit(self, policy: int, entry: Entry, commit: Commit, ref: str | None) -> tuple[WaiverUsed, ...]:
        """Whose waivers let go a commit that violates the entry, () for nobody's. `ref` brings it, None where several do."""
        if not self._usable or not is_waivable(entry):
            return ()
        named = [each for each in self._usable.get((policy, "commit", commit.oid or ""), ()) if each.said.ref in ("", ref)]
        own = written_by(policy, commit, self.setting) if named else frozenset[str]()
        return self._counted(policy, entry, named, own) or self._broken(policy, entry, ref or "")

    def of_update(self, policy: int, entry: Entry, update: RefUpdate) -> tuple[WaiverUsed, ...]:
        """The same of a ref update."""
        if not self._usable or not is_waivable(entry):
            return ()
        named = [each for each in self._usable.get((policy, "commit", update.new), ()) if names_update(each.said, update)]
        own = brought_by(policy, entry, update, self.setting) if named else None
        waived = () if own is None else self._counted(policy, entry, named, own)
        return waived or self._broken(policy, entry, update.ref)

    def of_push(self, policy: int, entry: Entry, change: Change) -> tuple[WaiverUsed, ...]:
        """The same of a whole push: each of its updates must be let go, but for statements, which no policy judges."""
        found = [self.of_update(policy, entry, update) for update in change.updates if not is_statement(update)]
        return _in_order({used for each in found for used in each}) if found and all(found) else ()

    def _broken(self, policy: int, entry: Entry, ref: str) -> tuple[WaiverUsed, ...]:
        return self._counted(policy, entry, self._usable.get((policy, "ref", ref), ()), frozenset())

    def _counted(self, policy: int, entry: Entry, named: Iterable[_Usable], own: frozenset[str]) -> tuple[WaiverUsed, ...]:
        """The waivers under the first line of the policy for which enough have signed, without those whose `own` change it is."""
        by_right: dict[int, list[_Usable]] = {}
        for each in named:
            by_right.setdefault(each.right, []).append(each)
        for number in sorted(by_right):
            right = self.setting.policies[policy].waivers[number]
            mine = [each for each in by_right[number] if gives(right, each.said, entry)]
            counted = frozenset[str]().union(*(each.by for each in mine)) - own
            if len(counted) >= needed(right, policy, self.setting):
                pusher = "".join(self.setting.pushers[policy : policy + 1])
                return _in_order({_used(each, counted, right, pusher) for each in mine if each.by & counted})
        return ()


def names_update(said: Waiver, update: RefUpdate) -> bool:
    """Whether a waiver is for this update: its ref and its new value; of a deletion the value that goes, too."""
    named = frozenset(said.commits)
    return said.ref == update.ref and update.new in named and (not is_zero(update.new) or update.old in named)


def _used(usable: _Usable, counted: frozenset[str], right: WaiverRight, pusher: str) -> WaiverUsed:
    said = usable.said
    return WaiverUsed(
        statement=usable.statement.id, by=tuple(sorted(usable.by & counted)),
        until=until(usable.statement, right), reason=said.reason[:_REASON], ticket=said.ticket[:_TICKET],
        is_break_glass=is_break_glass(said), pusher=pusher,
    )  # fmt: skip


def _in_order(found: set[WaiverUsed]) -> tuple[WaiverUsed, ...]:
    return tuple(sorted(found, key=lambda each: each.statement))[:_SHOWN]
